import type { Digest } from '../domain/digest.ts';
import type { ImageName } from '../domain/image-name.ts';
import type { ObjectId } from '../domain/object-id.ts';
import type { GatePolicy } from '../policy/gate-policy.ts';

export interface GateSubject {
  readonly commit: ObjectId;
  /** `host/name@sha256:...`; undefined for gates on the source. */
  readonly image: string | undefined;
  /** The further images of the release, in the same form; none for gates on the source. */
  readonly companions?: readonly { readonly name: ImageName; readonly image: string }[];
}

/** What happened when a gate's command was run, before anybody judges it. */
export interface GateRun {
  /** Unix seconds. */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly ended: GateEnd;
  /** What the command left running, by name; it was killed. */
  readonly leftovers: readonly string[];
  /** The log that stays, whole or without its middle, and the digest of its bytes. No secret is in it. */
  readonly log: { readonly file: string; readonly digest: Digest };
  /** The last lines of the output, fit to be shown. */
  readonly tail: readonly string[];
  /** Undefined where the gate has no report. */
  readonly report: GateReportFile | undefined;
}

export type GateEnd =
  | { readonly is: 'exit'; readonly code: number }
  | { readonly is: 'signal'; readonly signal: string }
  | { readonly is: 'time-limit' }
  | {
      readonly is: 'not-started';
      /** Completes "the command ...". */
      readonly reason: string;
    };

export type GateReportFile =
  | {
      readonly is: 'read';
      /** Without the secrets that were in it. */
      readonly bytes: Uint8Array;
      /** Of the file as it was. */
      readonly digest: Digest;
    }
  | { readonly is: 'missing' }
  | {
      readonly is: 'unreadable';
      /** Completes "its report ...". */
      readonly reason: string;
    };

/**
 * Runs a command of the project in the tree of a commit, with an emptied environment and a time limit. However it ends is
 * a value; nothing it started is left running.
 */
export interface GateRunner {
  run(gate: GatePolicy, subject: GateSubject, onOutput: (text: string) => void): Promise<GateRun>;
}
