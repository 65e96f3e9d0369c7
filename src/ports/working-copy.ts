import type { ObjectId } from '../domain/object-id.ts';

/**
 * The files of a person's clone and the branch they are on. Paths are relative to its top, with "/". Everything runs with
 * the person's own git configuration: identity, signing and hooks of commits are theirs.
 */
export interface WorkingCopy {
  /** Looks once, and changes nothing but git's own cache of file times. Throws USAGE in a bare repository. */
  status(): Promise<WorkingCopyStatus>;
  /**
   * A regular file as it is on disk; undefined where there is none. Throws INPUT_INVALID for a symbolic link, a folder, or
   * what lies behind a link.
   */
  readFile(path: string): Promise<Uint8Array | undefined>;
  /** A regular file of a commit as a checkout would write it here, line ends included; undefined where it has none. */
  readCheckedOut(commit: ObjectId, path: string): Promise<Uint8Array | undefined>;
  /** Replaces or makes a file: after any crash it is the old one or the new one. Its permissions stay. */
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  /**
   * One commit of exactly these paths as they are on disk, on the branch as it is; of no path an empty one. The message is
   * kept byte for byte. Throws
   * WORKING_COPY_UNFIT where the index holds other changes, HEAD has moved on, or what a hook made is something else.
   */
  commitFiles(commit: NewCommit): Promise<ObjectId>;
  /**
   * Pushes a commit to a branch of the remote, never with force, and no tag with it. Throws BRANCH_MOVED where the branch
   * there has commits that this one does not contain, FORBIDDEN where the remote refuses.
   */
  pushBranch(push: { readonly branch: string; readonly commit: ObjectId }): Promise<void>;
}

export interface NewCommit {
  readonly paths: readonly string[];
  readonly message: string;
  /** The commit the changes were made on. */
  readonly parent: ObjectId;
}

export interface WorkingCopyStatus {
  /** Undefined where HEAD is detached. */
  readonly branch: string | undefined;
  /** Undefined before the first commit. */
  readonly head: ObjectId | undefined;
  /** What git is in the middle of. */
  readonly operation: GitOperation | undefined;
  readonly changes: readonly ChangedFile[];
}

export type GitOperation = 'merge' | 'rebase' | 'cherry-pick' | 'revert' | 'bisect';

export interface ChangedFile {
  /** Of an untracked folder only its name, with "/" at the end. May be hostile. */
  readonly path: string;
  /**
   * `staged`: the index differs from HEAD, and is what is on disk. `half-staged`: it is another thing than both. `unstaged`:
   * only the file on disk differs. `untracked`: git knows nothing of it, and no commit will hold it unasked.
   */
  readonly kind: 'staged' | 'half-staged' | 'unstaged' | 'untracked' | 'unmerged';
}
