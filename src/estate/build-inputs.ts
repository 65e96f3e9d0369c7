import type { ObjectId } from '../domain/object-id.ts';
import { matchesGlob } from '../policy/glob.ts';
import type { ImageBuild, ImagePolicy, Policy } from '../policy/policy.ts';

/** What of a policy says which files the build reads, and which it does not. */
export interface PathPolicy {
  readonly notBuildInput: readonly string[];
  readonly lockFiles?: Policy['lockFiles'];
  readonly images?: readonly Pick<ImagePolicy, 'build' | 'lockFiles'>[];
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
 * say declares it so: what is input by one of them is input. What a policy itself takes into the image, or reads the bill
 * of materials from, is input whatever its `notBuildInput` says. Without any policy everything is.
 */
export function buildInputsAmong(paths: Iterable<string>, policies: readonly PathPolicy[]): readonly string[] {
  const judged = policies.map((policy) => ({ inert: policy.notBuildInput, named: namedInputs(policy) }));
  const isInput = (path: string): boolean =>
    judged.length === 0 || judged.some(({ inert, named }) => !matchesAny(inert, path) || matchesAny(named, path));
  return [...new Set(paths)].filter(isInput).toSorted();
}

/** Patterns of what the policy names as input; a folder is taken whole, with everything below it. */
function namedInputs({ lockFiles = [], images = [] }: PathPolicy): readonly string[] {
  const taken = images.flatMap(({ build }) => takenBy(build));
  const ofCompanions = images.flatMap((image) => image.lockFiles ?? []);
  return [...taken, ...lockFiles, ...ofCompanions].flatMap((path) => [path, `${path}/**`]);
}

function takenBy(build: ImageBuild): readonly string[] {
  switch (build.kind) {
    case 'dockerfile':
      return [build.dockerfile];
    case 'assemble':
      // A placeholder is one of the platforms', so any text in its place is enough.
      return build.files.map(({ from }) => from.replaceAll(/\{[^{}]*\}/g, '*'));
  }
}

function matchesAny(patterns: readonly string[], path: string): boolean {
  return patterns.some((pattern) => matchesGlob(pattern, path));
}
