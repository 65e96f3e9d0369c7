import type { TagFault } from '../../domain/git-tag.ts';
import type { Maintainer, Trust } from '../../domain/trust.ts';

export interface JudgedSignature {
  readonly payload: Uint8Array;
  readonly armor: string;
  readonly trust: Trust;
}

/** Who made a good signature, or why the signature is not believed. */
export type SignatureJudgement =
  | {
      readonly is: 'good';
      readonly maintainer: Maintainer;
      readonly fingerprint: string;
      readonly isExpired: boolean;
      readonly isRevoked: boolean;
    }
  | Rejection;

export interface Rejection {
  readonly is: 'rejected';
  readonly fault: TagFault;
  readonly reason: string;
}

export function reject(fault: TagFault, reason: string): Rejection {
  return { is: 'rejected', fault, reason };
}
