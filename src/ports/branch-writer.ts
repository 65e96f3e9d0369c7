import type { ObjectId } from '../domain/object-id.ts';

/** Commits and branches made beside the working copy: no file and no index of the person changes. */
export interface BranchWriter {
  /**
   * A commit on top of another one that differs from it in the bytes of one file, which must be there. Identity and signing
   * are the person's. Nothing points at it yet.
   */
  commitFile(change: {
    readonly parent: ObjectId;
    readonly path: string;
    readonly bytes: Uint8Array;
    readonly message: string;
  }): Promise<ObjectId>;
  /** Gives a commit a local branch; false, and nothing changed, where there is one of that name. */
  createBranch(branch: { readonly name: string; readonly commit: ObjectId }): Promise<boolean>;
}
