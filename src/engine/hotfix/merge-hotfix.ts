import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { uniteFiles } from './unite-files.ts';
import type { BranchWorld } from '../world.ts';

/** A hotfix, and the branch its merge into the default branch is made on. */
export interface MergeBack {
  readonly version: Version;
  readonly commit: ObjectId;
  readonly branch: string;
}

export interface MergedHotfix {
  /** `kept`: merged on this branch before, by this command or by hand. */
  readonly is: 'made' | 'kept';
  /** Head of the branch, which contains the hotfix. */
  readonly commit: ObjectId;
  /** Files in which both sides were put together instead of leaving a conflict. */
  readonly united: readonly string[];
}

/** Merges the hotfix into the head of the default branch. Throws MERGE_CONFLICT with the files, and has made nothing then. */
export async function mergeHotfix(world: BranchWorld, loaded: LoadedPolicy, hotfix: MergeBack): Promise<MergedHotfix> {
  const before = await findMerge(world, hotfix);
  if (before !== undefined) return before;
  const { branch: into } = loaded.policy.git;
  const ours = loaded.commit;
  const merged = await world.comparison.mergeTrees(ours, hotfix.commit);
  if (merged.is === 'unrelated')
    throw new CutwaterError(
      'MERGE_CONFLICT',
      `Cannot merge ${releaseTagOf(hotfix.version)} into ${quote(into)}: they have no commit in common`,
    );
  const united = merged.is === 'clean' ? [] : await uniteFiles(world, loaded, { ...hotfix, ...merged });
  const paths = united.map(({ path }) => path);
  const conflicts = merged.is === 'clean' ? [] : merged.paths.filter((path) => !paths.includes(path));
  if (conflicts.length > 0) throw conflict(hotfix, { into, conflicts });
  const message = `${mergeTitle(hotfix.version, into)}\n`;
  const parents = [ours, hotfix.commit] as const;
  const commit = await world.mergeWriter.commitMerge({ tree: merged.tree, parents, message, united });
  const isMade = await world.branchWriter.createBranch({ name: hotfix.branch, commit });
  if (isMade) return { is: 'made', commit, united: paths };
  // Another run made the branch meanwhile: its merge is as good as this one.
  return (await findMerge(world, hotfix)) ?? { is: 'kept', commit, united: paths };
}

export function mergeTitle(version: Version, into: string): string {
  return `Merge hotfix ${releaseTagOf(version)} back into ${into}`;
}

async function findMerge(world: BranchWorld, { branch, commit }: MergeBack): Promise<MergedHotfix | undefined> {
  const head = (await world.mergeWriter.localHead(branch)) ?? (await world.git.branchHead(branch));
  if (head === undefined) return undefined;
  if (await world.git.isAncestor(commit, head)) return { is: 'kept', commit: head, united: [] };
  throw new CutwaterError(
    'BRANCH_EXISTS',
    `Cannot merge back on ${quote(branch)}: the branch is there already and does not contain the hotfix`,
    {
      hint: `Finish the merge there ('git merge ${commit.slice(0, 12)}'), or rename the branch, then run the command again`,
    },
  );
}

function conflict(
  hotfix: MergeBack,
  { into, conflicts }: { readonly into: string; readonly conflicts: readonly string[] },
): CutwaterError {
  const name = releaseTagOf(hotfix.version);
  return new CutwaterError(
    'MERGE_CONFLICT',
    `Cannot merge ${name} into ${quote(into)}: ${conflicts.length} ${conflicts.length === 1 ? 'file conflicts' : 'files conflict'}`,
    {
      details: conflicts.map((path) => quote(path)),
      hint: `Merge by hand: 'git switch -c ${hotfix.branch} origin/${into}', 'git merge ${name}', mend the files and commit; then run this command again with --push`,
    },
  );
}
