import type { Maintainer } from '../domain/trust.ts';

/** What a public key says of itself. */
export interface KeyFacts {
  /** As `TagSigner.fingerprint` has it. */
  readonly fingerprint: string;
  /** It counts no more by its own word: its owner revoked it, or it has expired. */
  readonly isGone: boolean;
  /** Unix seconds after which it makes no signature that counts, by its own word; undefined for never. */
  readonly expiresAt: number | undefined;
}

export interface KeyReader {
  /** Undefined where the key cannot be read here: it is damaged, or the program for it is missing. */
  read(key: Maintainer['key']): Promise<KeyFacts | undefined>;
}
