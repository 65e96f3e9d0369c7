/** One thing that was checked about a release, with what was wanted and what was found. */
export interface Check {
  readonly name: string;
  readonly is: 'passed' | 'failed' | 'warning' | 'unchecked';
  /** One sentence without a final period. */
  readonly says: string;
}

export interface Verification {
  readonly schema: 'cutwater.verification/1';
  readonly version: string;
  readonly image: string;
  /** `passed` only if every check ran and none failed. */
  readonly verdict: 'passed' | 'failed' | 'incomplete';
  readonly checks: readonly Check[];
}

export function passed(name: string, says: string): Check {
  return { name, is: 'passed', says };
}

export function failed(name: string, says: string): Check {
  return { name, is: 'failed', says };
}

/** Failed beats unchecked beats passed; nothing checked is never passed. */
export function verdictOf(checks: readonly Check[]): Verification['verdict'] {
  if (checks.some(({ is }) => is === 'failed')) return 'failed';
  if (checks.length === 0 || checks.some(({ is }) => is === 'unchecked')) return 'incomplete';
  return 'passed';
}
