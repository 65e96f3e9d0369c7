import type { ObjectId } from '../domain/object-id.ts';
import { matchesGlob } from '../policy/glob.ts';
import type { RequiredCheck } from '../policy/checks-schema.ts';

/** One commit of the first-parent history, with what the forge says about it. */
export interface CheckedCommit {
  readonly commit: ObjectId;
  /** Paths that differ from its first parent; undefined for a commit without parent. */
  readonly changed: readonly string[] | undefined;
  readonly checks: readonly {
    readonly name: string;
    readonly state: 'passed' | 'failed' | 'running' | 'not-run';
    readonly said: string;
  }[];
}

export type CheckVerdict =
  | { readonly is: 'passed'; readonly commit: ObjectId }
  | { readonly is: 'failed' | 'running'; readonly commit: ObjectId; readonly said: string }
  /** It should have run for this commit. */
  | { readonly is: 'missing'; readonly commit: ObjectId; readonly said: 'not there' | 'skipped' }
  /** Nothing so far called for it: the next older commit tells. */
  | { readonly is: 'older' };

/**
 * What a check says about the first of these commits, newest first. A workflow with a path filter does not run for a
 * commit that changes nothing it looks at, and a job may be skipped: then the last commit that changed such a path
 * speaks, on hotfix branches too. Where a commit changed one and no check ran, that is no pass.
 */
export function judgeCheck(
  check: RequiredCheck,
  history: readonly CheckedCommit[],
  notBuildInput: readonly string[],
): CheckVerdict {
  const isLookedAt = (path: string): boolean =>
    check.whenChanged.length === 0
      ? !notBuildInput.some((pattern) => matchesGlob(pattern, path))
      : check.whenChanged.some((pattern) => matchesGlob(pattern, path));
  for (const { commit, changed, checks } of history) {
    const own = checks.filter(({ name }) => name === check.name);
    for (const state of ['failed', 'running'] as const) {
      const found = own.find((one) => one.state === state);
      if (found !== undefined) return { is: state, commit, said: found.said };
    }
    if (own.some(({ state }) => state === 'passed')) return { is: 'passed', commit };
    if (changed === undefined || changed.some(isLookedAt))
      return { is: 'missing', commit, said: own.length === 0 ? 'not there' : 'skipped' };
  }
  return { is: 'older' };
}
