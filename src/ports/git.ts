import type { GitTag } from '../domain/git-tag.ts';
import type { ObjectId } from '../domain/object-id.ts';

/** The repository under release. Values from outside are passed behind `--` or as full refs, never through a shell. */
export interface Git {
  /** Every tag with its raw object, in a process or two however many there are. */
  listTags(): Promise<readonly GitTag[]>;
  /** Brings the remote's tags and branches into private refs; the tags as the remote has them. No remote: nothing. */
  fetchRemote(): Promise<readonly GitTag[] | undefined>;
  /** The commit of a branch: the remote's where there is a remote, else the local one. */
  branchHead(branch: string): Promise<ObjectId | undefined>;
  /** Branch names, of the remote where there is one, else local. */
  listBranches(): Promise<readonly string[]>;
  /** The commit of anything git understands as a commit (`HEAD`). */
  commitOf(revision: string): Promise<ObjectId | undefined>;
  isAncestor(ancestor: ObjectId, descendant: ObjectId): Promise<boolean>;
  /** Those of the commits that do not lead to the head, as far as this clone shows: in a shallow one it may be too many. */
  unmerged(commits: readonly ObjectId[], head: ObjectId): Promise<ReadonlySet<ObjectId>>;
  /** The commit itself, its first parent, the first parent of that, and so on; in a shallow clone as far as it goes. */
  firstParents(commit: ObjectId): Promise<readonly ObjectId[]>;
  isShallow(): Promise<boolean>;
  /** A file of a commit; undefined where the commit has no such file. Paths are relative, with "/". */
  readFile(commit: ObjectId, path: string): Promise<Uint8Array | undefined>;
  /** Paths that differ between two commits. */
  changedPaths(from: ObjectId, to: ObjectId): Promise<readonly string[]>;
  commitTime(commit: ObjectId): Promise<number>;
  /** Writes the tree of a commit below an empty folder. */
  exportTree(commit: ObjectId, folder: string): Promise<void>;
  /** Makes an annotated, signed tag with the user's own git configuration; returns the tag object's id. */
  createSignedTag(tag: {
    readonly name: string;
    readonly target: ObjectId;
    readonly message: string;
  }): Promise<ObjectId>;
  /** Pushes exactly this tag, without force. */
  pushTag(name: string): Promise<void>;
  remoteUrl(): Promise<string | undefined>;
  /** The branch the remote calls its default, asked of the remote; undefined where there is no remote. */
  defaultBranch(): Promise<string | undefined>;
  /** The top folder of the working copy, or the repository itself where it is bare. Absolute. */
  topFolder(): Promise<string>;
}
