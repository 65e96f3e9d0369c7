import type { GitTag } from '../domain/git-tag.ts';
import type { ObjectId } from '../domain/object-id.ts';

export interface TagContent {
  readonly name: string;
  readonly target: ObjectId;
  /** Kept as it is, to the byte; a final line break is added where there is none. */
  readonly message: string;
  /** With the user's own git configuration. Unsigned tags are annotated too. */
  readonly signed: boolean;
}

/**
 * Makes tags as a person at the keyboard does, but in three acts that can be judged one by one: the object, its name, the
 * push. An object without a name is nothing anyone can see.
 */
export interface TagWriter {
  /** Writes the tag object and gives it no name. Throws KEY_UNUSABLE where it cannot be signed. */
  writeObject(content: TagContent): Promise<GitTag>;
  /** Gives the object its name in this clone. Throws TAG_EXISTS where the name is taken, whatever holds it. */
  nameTag(tag: Pick<GitTag, 'name' | 'object'>): Promise<void>;
  /** Local branches that contain the commit, the one that is checked out first. */
  branchesWith(commit: ObjectId): Promise<readonly string[]>;
  /**
   * Pushes exactly this tag and, where one is named, a branch up to exactly this commit; never with force, and both or
   * neither where the server can do that (else the branch first). Throws TAG_MOVED where the remote has another tag of the
   * name, BRANCH_MOVED where its branch has commits that are not here, FORBIDDEN where it refuses.
   */
  push(what: {
    readonly tag: Pick<GitTag, 'name' | 'object'>;
    readonly branch: { readonly name: string; readonly commit: ObjectId } | undefined;
  }): Promise<void>;
}
