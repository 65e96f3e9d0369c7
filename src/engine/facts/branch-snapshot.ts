import { isCutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import type { Git } from '../../ports/git.ts';

/**
 * The repository with its branches as they are now, for many questions at a time: each branch is read once, and for which
 * of the commits a branch holds git is started once, not for every commit.
 */
export function snapshotBranches(git: Git, commits: readonly ObjectId[]): Git {
  const known = new Set(commits);
  const heads = new Map<string, Promise<ObjectId | undefined>>();
  const beyond = new Map<ObjectId, Promise<ReadonlySet<ObjectId>>>();
  let names: Promise<readonly string[]> | undefined;
  return {
    ...git,
    listBranches: () => (names ??= git.listBranches()),
    branchHead: (branch) => {
      const head = heads.get(branch) ?? git.branchHead(branch);
      heads.set(branch, head);
      return head;
    },
    isAncestor: async (ancestor, descendant) => {
      if (!known.has(ancestor)) return git.isAncestor(ancestor, descendant);
      const unmerged = beyond.get(descendant) ?? unmergedOf(git, known, descendant);
      beyond.set(descendant, unmerged);
      // A shallow clone may show too many; asked one by one, git tells those apart.
      return !(await unmerged).has(ancestor) || git.isAncestor(ancestor, descendant);
    },
  };
}

/** One damaged commit must not take the answer for the others away: then each is asked for by itself. */
async function unmergedOf(git: Git, commits: ReadonlySet<ObjectId>, head: ObjectId): Promise<ReadonlySet<ObjectId>> {
  try {
    return await git.unmerged([...commits], head);
  } catch (error) {
    if (!isCutwaterError(error, 'TOOL_FAILED')) throw error;
    return commits;
  }
}
