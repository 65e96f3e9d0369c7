import { isCutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-entry.ts';
import type { RunQuestion, WorkflowRun, WorkflowRuns } from '../../ports/workflow-runs.ts';
import { longestWait, nextLook } from './next-look.ts';

/** Clock and waiting. */
export interface WatchClock {
  /** Milliseconds. */
  now(): number;
  /** INTERRUPTED where the run is stopped. */
  pauseUntil(moment: number): Promise<void>;
}

export interface WatchParts {
  readonly runs: WorkflowRuns;
  readonly clock: WatchClock;
  /** Shows how things are, after each look. */
  readonly show: (run: WorkflowRun) => void;
  readonly note: (level: 'info' | 'warning', text: string) => void;
  /** Milliseconds of the clock. */
  readonly deadline: number;
  /** The shortest time between two looks, in milliseconds. */
  readonly least: number;
}

/** How watching ended; `unfinished`: the time is up. */
export interface WatchEnd {
  readonly is: 'succeeded' | 'failed' | 'waits' | 'unfinished';
  readonly run: WorkflowRun | undefined;
}

/** So many failed looks in a row, each with tries of its own, are borne; a release takes longer than most troubles. */
const borneFailures = 5;
/** When it is said that nothing has begun, in milliseconds. */
const beginsLate = 60_000;

/**
 * Looks at a run until it has ended, waits for a person, or the time is up. Nothing is remembered: started again it finds
 * the same run. `until` is asked after each look and may end it earlier.
 */
export async function watchRun(
  parts: WatchParts,
  question: RunQuestion,
  until: (run: WorkflowRun | undefined) => Promise<WatchEnd | undefined> = async () => undefined,
): Promise<WatchEnd> {
  const { runs, clock, deadline, least } = parts;
  const begin = clock.now();
  let [quiet, failures, last] = [0, 0, ''];
  let [isAwaited, isLate, isSlow] = [false, false, false];
  let run: WorkflowRun | undefined;
  for (;;) {
    try {
      run = await runs.findRun(question);
      failures = 0;
    } catch (error) {
      // A wait that was asked for is kept by whoever sends; only the deadline ends that.
      if (!isCutwaterError(error, 'RATE_LIMITED')) failures += 1;
      if (!isPassing(error) || failures > borneFailures || (last === '' && run === undefined)) throw error;
      parts.note('warning', `${error.message}; watching goes on`);
    }
    const seen = JSON.stringify(run ?? null);
    quiet = seen === last ? quiet + 1 : 0;
    last = seen;
    if (run !== undefined) parts.show(run);
    const end = judgeRun(run) ?? (await until(run));
    if (end !== undefined) return end;
    if (run === undefined && !isAwaited) {
      isAwaited = true;
      parts.note('info', `waiting for a run of ${question.workflow}${ofTag(question)} to begin`);
    }
    if (run === undefined && !isLate && clock.now() - begin >= beginsLate) {
      isLate = true;
      parts.note('warning', notBegun(runs.description, question));
    }
    const { left } = runs.allowance();
    const wait = nextLook({ quiet, least, now: clock.now(), left });
    if (left !== undefined && wait > 2 * Math.max(least, longestWait) && !isSlow) {
      isSlow = true;
      const minutes = Math.round(wait / 60_000);
      parts.note(
        'info',
        `looking every ${minutes} min: ${runs.description} allows ${left.requests} more questions now`,
      );
    }
    if (clock.now() + wait > deadline) return { is: 'unfinished', run };
    await clock.pauseUntil(clock.now() + wait);
  }
}

/** The end of watching, if this is one. */
export function judgeRun(run: WorkflowRun | undefined): WatchEnd | undefined {
  switch (run?.state) {
    case undefined:
    case 'queued':
    case 'running':
      return undefined;
    case 'waiting':
      return { is: 'waits', run };
    case 'succeeded':
      return { is: 'succeeded', run };
    case 'failed':
    case 'cancelled':
    case 'skipped':
      return { is: 'failed', run };
  }
}

/** What may be over at the next look: a server that does not answer, or asks to wait. */
function isPassing(error: unknown): error is Error {
  return isCutwaterError(error) && error.exit === exitCodes.unchecked;
}

function notBegun(description: string, question: RunQuestion): string {
  return `${description} shows no run of ${question.workflow}${ofTag(question)} yet; it may wait for others, or the workflow is missing there or switched off`;
}

function ofTag(question: RunQuestion): string {
  return question.of === 'tag' ? ` for ${question.tag}` : '';
}
