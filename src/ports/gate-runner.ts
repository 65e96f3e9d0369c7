import type { ObjectId } from '../domain/object-id.ts';
import type { GatePolicy } from '../policy/gate-policy.ts';

export interface GateSubject {
  readonly commit: ObjectId;
  /** `host/name@sha256:...`; undefined for gates on the source. */
  readonly image: string | undefined;
}

export type GateResult =
  { readonly is: 'passed' } | { readonly is: 'failed'; readonly reason: string; readonly logFile: string };

/** Runs a command of the project in the tree of a commit, with an emptied environment and a time limit. */
export interface GateRunner {
  run(gate: GatePolicy, subject: GateSubject, onOutput: (text: string) => void): Promise<GateResult>;
}
