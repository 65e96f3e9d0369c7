import { matchesGlob } from '../policy/glob.ts';

/** What of a policy says which files the build does not read. */
export interface PathPolicy {
  readonly notBuildInput: readonly string[];
}

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
