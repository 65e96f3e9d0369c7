import type { ObjectId } from '../domain/object-id.ts';

/** What a forge says about one check of one commit. */
export interface CheckReading {
  /** May be hostile. */
  readonly name: string;
  /** `not-run`: skipped. Only `passed` is a pass. */
  readonly state: 'passed' | 'failed' | 'running' | 'not-run';
  /** The forge's own word: `success`, `timed_out`. */
  readonly said: string;
}

/** The checks and statuses of commits, as the forge has them. */
export interface CommitChecks {
  /** For messages. */
  readonly description: string;
  /** All of a commit, of each the last run; none for a commit that the forge does not know. */
  read(commit: ObjectId): Promise<readonly CheckReading[]>;
  /** Waits until it is worth asking again. */
  pause(seconds: number): Promise<void>;
}
