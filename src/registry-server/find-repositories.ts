import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { isMissing } from './file-error.ts';
import type { RepositoryName } from './repository-name.ts';
import { isLayoutName, isServedName } from './repository-name.ts';

/** Every repository below the folder of a registry, at most `limit`. */
export async function findRepositories(root: string, limit: number): Promise<readonly RepositoryName[]> {
  const found: RepositoryName[] = [];
  const open = [root];
  for (let folder = open.pop(); folder !== undefined && found.length < limit; folder = open.pop()) {
    const name = relative(root, folder).replaceAll(sep, '/');
    if (isServedName(name) && (await isFile(join(folder, 'index.json')))) found.push(name);
    for (const entry of await readFolder(folder))
      if (entry.isDirectory() && !entry.name.startsWith('.') && (folder === root || !isLayoutName(entry.name)))
        open.push(join(folder, entry.name));
  }
  return found;
}

async function readFolder(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
