import type { ObjectId } from '../domain/object-id.ts';
import { matchesGlob } from '../policy/glob.ts';

/** What of a policy says which files the build does not read. */
export interface PathPolicy {
  readonly notBuildInput: readonly string[];
}

/** How two commits compare as input of a build. */
export type CommitComparison =
  /** The same build: they differ in nothing, or only in `paths`, which are no build input. */
  | { readonly is: 'equivalent'; readonly paths: readonly string[] }
  /** They differ in `inputs`, and perhaps elsewhere too; `paths` are all. */
  | { readonly is: 'different'; readonly inputs: readonly string[]; readonly paths: readonly string[] }
  /** This clone does not have the commit, as a shallow one or one without the tag's branch may not. */
  | { readonly is: 'unknown'; readonly missing: ObjectId };

/**
 * Those of the paths that are input of the build, sorted, each once. A path is none only where every policy that has a
 * say declares it so: what is input by one of them is input. Without any policy everything is.
 */
export function buildInputsAmong(paths: Iterable<string>, policies: readonly PathPolicy[]): readonly string[] {
  const isInput = (path: string): boolean =>
    policies.length === 0 ||
    policies.some(({ notBuildInput }) => !notBuildInput.some((pattern) => matchesGlob(pattern, path)));
  return [...new Set(paths)].filter(isInput).toSorted();
}
