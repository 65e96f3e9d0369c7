import type { ExitCode } from '../domain/error-entry.ts';
import { exitCodes } from '../domain/error-entry.ts';

/** One thing that was checked about a release, with what was wanted and what was found. */
export type Check = {
  readonly name: string;
  /** One sentence without a final period. */
  readonly says: string;
} &
  /** `differs`: what was released is right, but building it again gives something else. */
  (
    | { readonly is: 'passed' | 'failed' | 'warning' | 'differs' }
    /** Nobody could look: `no-rights` where a server wants other credentials, `no-answer` for all else. */
    | { readonly is: 'unchecked'; readonly because: 'no-rights' | 'no-answer'; readonly next: string }
  );

export interface Verification {
  readonly schema: 'cutwater.verification/1';
  readonly version: string;
  readonly image: string;
  /** `passed` only if every check ran and none failed; `differs` only where nothing failed. */
  readonly verdict: 'passed' | 'failed' | 'differs' | 'incomplete';
  readonly checks: readonly Check[];
}

export function passed(name: string, says: string): Check {
  return { name, is: 'passed', says };
}

export function failed(name: string, says: string): Check {
  return { name, is: 'failed', says };
}

/** Failed beats differs beats unchecked beats passed; nothing checked is never passed. */
export function verdictOf(checks: readonly Check[]): Verification['verdict'] {
  if (checks.some(({ is }) => is === 'failed')) return 'failed';
  if (checks.some(({ is }) => is === 'differs')) return 'differs';
  if (checks.length === 0 || checks.some(({ is }) => is === 'unchecked')) return 'incomplete';
  return 'passed';
}

/** What the program ends with: what is wrong counts most, then that somebody has to log in, then that something is missing. */
export function exitOf({ verdict, checks }: Verification): ExitCode {
  switch (verdict) {
    case 'passed':
      return exitCodes.done;
    case 'failed':
    case 'differs':
      return exitCodes.refused;
    case 'incomplete':
      return checks.some((check) => check.is === 'unchecked' && check.because === 'no-rights')
        ? exitCodes.authentication
        : exitCodes.unchecked;
  }
}
