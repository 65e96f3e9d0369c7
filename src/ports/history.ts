import type { ObjectId } from '../domain/object-id.ts';

/** What the commits of a repository say and hold. */
export interface History {
  /**
   * The commits that lead to `to` and not to `from`, newest first and never before what they build on, at most 10000; all of them where there is no `from`.
   * A shallow clone shows those it has.
   */
  commitsBetween(range: {
    readonly from: ObjectId | undefined;
    readonly to: ObjectId;
  }): Promise<readonly LoggedCommit[]>;
  /** The paths of all files of a commit, with "/"; may be hostile. */
  pathsOf(commit: ObjectId): Promise<readonly string[]>;
}

export interface LoggedCommit {
  readonly id: ObjectId;
  /** Two or more parents. */
  readonly isMerge: boolean;
  /** As committed; may be hostile. */
  readonly message: string;
}
