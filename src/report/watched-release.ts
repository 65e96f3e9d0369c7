import type { ExitCode } from '../domain/error-entry.ts';
import { exitCodes } from '../domain/error-entry.ts';
import type { ObjectId } from '../domain/object-id.ts';
import type { Check } from './verification.ts';
import { exitOf, verdictOf } from './verification.ts';

/** What became of a release that the forge's workflows carry out. */
export interface WatchedRelease {
  readonly schema: 'cutwater.watch/1';
  readonly version: string;
  readonly tag: { readonly name: string; readonly object: ObjectId; readonly commit: ObjectId };
  /**
   * `ended`: the runs have ended well, or everything is published whatever a run says. `waits`: for a person's approval.
   * `unfinished`: the time is up.
   */
  readonly outcome: 'ended' | 'failed' | 'waits' | 'unfinished';
  /** The runs that were watched, the release first; none where none was found. */
  readonly runs: readonly WatchedRun[];
  /** Questions sent to the forge. */
  readonly requests: number;
  /** Statement, image tag, release page, files and aliases as they are now. */
  readonly artifacts: readonly Check[];
}

export interface WatchedRun {
  /** The workflow's file. */
  readonly workflow: string;
  readonly url: string;
  readonly state: string;
  readonly approvals: readonly string[];
  readonly jobs: readonly {
    readonly name: string;
    readonly state: string;
    readonly step: string | undefined;
    readonly url: string | undefined;
  }[];
}

/** A run that failed says more than what it left; only a release that has ended is judged by its artifacts. */
export function exitOfWatch({ outcome, artifacts, version }: WatchedRelease): ExitCode {
  switch (outcome) {
    case 'failed':
      return exitCodes.failed;
    case 'waits':
      return exitCodes.waiting;
    case 'unfinished':
      return exitCodes.resumable;
    case 'ended':
      return exitOf({
        schema: 'cutwater.verification/1',
        version,
        image: '',
        verdict: verdictOf(artifacts),
        checks: artifacts,
      });
  }
}

/** The jobs that made a run fail; empty where the forge tells of none. */
export function failedJobs(run: WatchedRun): WatchedRun['jobs'] {
  const failed = run.jobs.filter(({ state }) => state === 'failed');
  return failed.length > 0 ? failed : run.jobs.filter(({ state }) => state === 'cancelled');
}
