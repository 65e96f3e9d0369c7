import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from './file-error.ts';

export interface Leftovers {
  readonly isLeftover: (name: string) => boolean;
  /** Younger files may still be in use by another process. */
  readonly olderThanMilliseconds: number;
}

/** Removes files that processes left in a folder when they were killed. A folder that is not there has none. */
export async function removeLeftovers(folder: string, { isLeftover, olderThanMilliseconds }: Leftovers): Promise<void> {
  const names = await listFiles(folder);
  for (const name of names.filter(isLeftover)) {
    const file = join(folder, name);
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile() === true && Date.now() - found.mtimeMs >= olderThanMilliseconds)
      await rm(file, { force: true });
  }
}

/** The names in a folder; none where it is not there. */
export async function listFiles(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
