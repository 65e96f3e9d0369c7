import { isCutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import type { CommitComparison, PathPolicy } from '../../estate/build-inputs.ts';
import { buildInputsAmong } from '../../estate/build-inputs.ts';
import type { Git } from '../../ports/git.ts';
import { policyFile, readPolicyAt } from './load-policy.ts';

export interface CommitPair {
  readonly from: ObjectId;
  readonly to: ObjectId;
}

/**
 * Compares the trees of two commits: every path whose content, mode or kind differs, a renamed file under both names,
 * symbolic links and submodules included. A path counts as no input only where both the policy given (the protected
 * branch's) and the policies in the two trees say so. The order of the two does not matter.
 */
export async function compareCommits(git: Git, rules: PathPolicy, { from, to }: CommitPair): Promise<CommitComparison> {
  if (from === to) return { is: 'equivalent', paths: [] };
  for (const commit of [from, to])
    if ((await git.commitOf(commit)) === undefined) return { is: 'unknown', missing: commit };
  const paths = (await git.changedPaths(from, to)).toSorted();
  const differs = paths.includes(policyFile);
  const policies = await Promise.all((differs ? [from, to] : [to]).map((commit) => treePolicy(git, commit)));
  const inputs = buildInputsAmong(paths, [rules, ...policies.flatMap((policy) => policy ?? [])]);
  return inputs.length === 0 ? { is: 'equivalent', paths } : { is: 'different', inputs, paths };
}

/** The policy a tree holds; undefined where it has none. One that cannot be read declares nothing. */
async function treePolicy(git: Git, commit: ObjectId): Promise<PathPolicy | undefined> {
  try {
    return await readPolicyAt(git, commit, `${commit.slice(0, 12)}:${policyFile}`);
  } catch (error) {
    if (isCutwaterError(error, 'CONFIG_MISSING')) return undefined;
    if (isCutwaterError(error, 'CONFIG_INVALID')) return { notBuildInput: [] };
    throw error;
  }
}
