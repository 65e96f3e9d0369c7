import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';

/**
 * The real path of what a relative path names below a folder; undefined where nothing is there, or where links lead out
 * of the folder: a tree from outside must not name files of this machine.
 */
export async function insideFolder(folder: string, path: string): Promise<string | undefined> {
  const [root, found] = await Promise.all([realpath(folder), realpath(join(folder, path)).catch(() => undefined)]);
  if (found === undefined) return undefined;
  return found === root || found.startsWith(`${root}${sep}`) ? found : undefined;
}
