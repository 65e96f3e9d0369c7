import { randomBytes } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { createBatchQueue } from './batch-queue.ts';
import { createLayout } from './create-layout.ts';
import { findRepositories } from './find-repositories.ts';
import type { IndexChange, PendingChange } from './index-changes.ts';
import { applyChanges } from './index-changes.ts';
import { createIndexFiles } from './index-file.ts';
import type { LayoutIndex } from './layout-index.ts';
import type { RepositoryName } from './repository-name.ts';
import { isServedName, layoutFolder } from './repository-name.ts';
import { createRepositoryLocks } from './repository-locks.ts';

/** OCI image layouts on disk, one per repository, changed by several processes at once. */
export interface LayoutStore {
  /** Uploads and drafts; on the same file system as the layouts. */
  readonly uploadFolder: string;
  layoutOf(repository: RepositoryName): string;
  /** Undefined where there is no such repository. Throws STORE_CORRUPT where the file is damaged. */
  readIndex(repository: RepositoryName): Promise<LayoutIndex | undefined>;
  /**
   * Runs a change while nobody else changes this repository, here or in another process; the layout is made where it is
   * not there yet. The index it answers with is written durably unless it is the one it got. Changes that come at the same
   * time are written together.
   */
  changeIndex<Result>(repository: RepositoryName, change: IndexChange<Result>): Promise<Result>;
  /** The same for a task that removes files: whatever was changed before it is durable when it runs. */
  removeFiles<Result>(repository: RepositoryName, task: (index: LayoutIndex) => Promise<Result>): Promise<Result>;
  /** Makes a durable file of these bytes, to be placed as a blob; the caller removes what was not placed. */
  writeDraft(bytes: Uint8Array): Promise<string>;
  /** Every repository below the folder, at most `limit`. */
  listRepositories(limit: number): Promise<readonly RepositoryName[]>;
}

export function openLayoutStore(root: string): LayoutStore {
  const locks = createRepositoryLocks(root);
  const indexes = createIndexFiles();
  const uploadFolder = join(root, '.uploads');
  const layoutOf = (repository: RepositoryName): string => layoutFolder(root, repository);
  const queue = createBatchQueue<PendingChange>(async (repository, take) => {
    if (!isServedName(repository)) throw new Error('Only checked names are queued');
    await locks.hold(repository, async (lock) => {
      const layout = layoutOf(repository);
      const before = (await indexes.readSurely(layout)) ?? (await createLayout(root, layout));
      const write = async (index: LayoutIndex): Promise<void> => {
        lock.assertFresh();
        await indexes.write(layout, index);
      };
      await applyChanges({ before, layout, write, take });
    });
  });

  function enqueue<Result>(
    repository: RepositoryName,
    kind: PendingChange['kind'],
    change: IndexChange<Result>,
  ): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    queue.add(repository, {
      kind,
      fail: reject,
      async apply(index, blobs) {
        const { index: next, result } = await change(index, blobs);
        return { index: next, tell: () => resolve(result) };
      },
    });
    return promise;
  }

  return {
    uploadFolder,
    layoutOf,
    readIndex: (repository) => indexes.read(layoutOf(repository)),
    changeIndex: (repository, change) => enqueue(repository, 'change', change),
    removeFiles: (repository, task) =>
      enqueue(repository, 'removal', async (index) => ({ index, result: await task(index) })),
    async writeDraft(bytes) {
      await mkdir(uploadFolder, { recursive: true });
      const draft = join(uploadFolder, `${randomBytes(16).toString('hex')}.manifest`);
      await writeSynced(draft, bytes);
      return draft;
    },
    listRepositories: (limit) => findRepositories(root, limit),
  };
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
