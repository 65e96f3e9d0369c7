import { matchesGlob } from './glob.ts';

/** What changed since users got the version before. */
export type CriticalChange =
  | {
      readonly is: 'known';
      /** The release tag of that version. */
      readonly since: string;
      readonly paths: readonly string[];
    }
  | {
      readonly is: 'unknown';
      /** Completes "it cannot be told what changed: ...". */
      readonly reason: string;
    };

/** Whether something guarded by path patterns is required; where nobody can tell, it is. */
export type Requirement =
  { readonly is: 'required'; readonly because?: string } | { readonly is: 'not-required'; readonly since: string };

export function requirementOf(patterns: readonly string[], change: CriticalChange): Requirement {
  if (patterns.length === 0) return { is: 'required' };
  if (change.is === 'unknown') return { is: 'required', because: `it cannot be told what changed: ${change.reason}` };
  const critical = change.paths.find((path) => patterns.some((pattern) => matchesGlob(pattern, path)));
  if (critical === undefined) return { is: 'not-required', since: change.since };
  return { is: 'required', because: `${critical} changed since ${change.since}` };
}
