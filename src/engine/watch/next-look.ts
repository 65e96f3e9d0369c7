import type { RequestAllowance } from '../../ports/workflow-runs.ts';

export interface LookSchedule {
  /** Looks in a row at which nothing had changed. */
  readonly quiet: number;
  /** The shortest wait, in milliseconds. */
  readonly least: number;
  /** Milliseconds. */
  readonly now: number;
  readonly left: RequestAllowance['left'];
}

export const longestWait = 30_000;
/** A look is two lists of runs, the jobs of one, and what is to be approved. */
const requestsPerLook = 4;

/**
 * How long to wait before the next look, in milliseconds: longer the longer nothing happens, and so long that half
 * of what the server still allows would last until it allows anew; the last few requests are kept for others.
 */
export function nextLook({ quiet, least, now, left }: LookSchedule): number {
  const grown = Math.max(least, Math.min(longestWait, least * 1.5 ** Math.min(quiet, 40)));
  if (left === undefined || left.resetsAt <= now) return grown;
  const until = left.resetsAt - now;
  const looks = Math.floor(left.requests / 2 / requestsPerLook);
  return Math.max(grown, looks === 0 ? until + 1000 : until / looks);
}
