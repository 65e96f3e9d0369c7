import type { ObjectId } from '../domain/object-id.ts';

/** Merge commits made beside the working copy. */
export interface MergeWriter {
  /** The commit of a branch of this clone, whatever the remote has. */
  localHead(branch: string): Promise<ObjectId | undefined>;
  /** A commit with the person's identity and signing; nothing points at it yet. */
  commitMerge(merge: {
    readonly tree: ObjectId;
    readonly parents: readonly [ObjectId, ObjectId];
    readonly message: string;
    /** Files of the tree that conflicted, with the bytes they are to have. */
    readonly united: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  }): Promise<ObjectId>;
}
