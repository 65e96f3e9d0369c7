import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { HeldLock } from './file-lock.ts';
import { withFileLock } from './file-lock.ts';
import type { Leftovers } from './leftovers.ts';
import { removeLeftovers } from './leftovers.ts';
import type { RepositoryName } from './repository-name.ts';
import { layoutFolder } from './repository-name.ts';

/** The locks of the repositories below `root`. What a killed process left there is cleared away at the first use. */
export interface RepositoryLocks {
  hold(repository: RepositoryName, task: (lock: HeldLock) => Promise<void>): Promise<void>;
}

export function createRepositoryLocks(root: string): RepositoryLocks {
  const swept = new Set<RepositoryName>();
  const folder = join(root, '.locks');
  return {
    async hold(repository, task) {
      const path = join(folder, `${createHash('sha256').update(repository).digest('hex')}.lock`);
      if (swept.size === 0) await prepareLocks(folder);
      await withFileLock(path, async (lock) => {
        if (!swept.has(repository)) await removeLeftovers(layoutFolder(root, repository), indexDrafts);
        swept.add(repository);
        await task(lock);
      });
    },
  };
}

/** Drafts of `index.json`: only made under the lock, so whoever has the lock may remove them. */
const indexDrafts: Leftovers = { isLeftover: (name) => name.startsWith('.tmp-'), olderThanMilliseconds: 0 };
/** Drafts of locks, which live for a moment; never the locks themselves. */
const lockDrafts: Leftovers = {
  isLeftover: (name) => /\.[0-9a-f]{32}$/.test(name),
  olderThanMilliseconds: 24 * 60 * 60 * 1000,
};

async function prepareLocks(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await removeLeftovers(folder, lockDrafts);
}
