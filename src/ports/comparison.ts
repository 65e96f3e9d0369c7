import type { FileChange } from '../domain/file-change.ts';
import type { ObjectId } from '../domain/object-id.ts';

/** What two commits have to do with each other. Nothing here touches a working copy, a branch or a tag. */
export interface Comparison {
  /** The files that differ between two commits; a renamed file counts as both of its names. */
  fileChanges(from: ObjectId, to: ObjectId): Promise<readonly FileChange[]>;
  /**
   * The commits that lead to `commit` and not to `head`, without merges, whose change `head` does not have under another
   * id either: the same patch, as `git cherry` tells.
   */
  missingPatches(commit: ObjectId, head: ObjectId): Promise<readonly ObjectId[]>;
  /** A best common ancestor; undefined where there is none. */
  mergeBase(left: ObjectId, right: ObjectId): Promise<ObjectId | undefined>;
  /** Merges two commits in memory. Throws TOOL_MISSING where git is older than 2.38. */
  mergeTrees(ours: ObjectId, theirs: ObjectId): Promise<MergedTree>;
}

export type MergedTree =
  | { readonly is: 'clean'; readonly tree: ObjectId }
  | {
      readonly is: 'conflicts';
      /** With the marks of git in the files that conflict. */
      readonly tree: ObjectId;
      /** May be hostile. */
      readonly paths: readonly string[];
    }
  /** The two have no commit in common. */
  | { readonly is: 'unrelated' };
