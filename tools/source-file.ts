import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

export interface SourceFile {
  /** Relative to the root, with "/". */
  readonly path: string;
  readonly text: string;
}

/** Every file below the folders whose name the filter takes, sorted by path. A folder that is not there has none. */
export async function readSources(
  root: string,
  folders: readonly string[],
  isMeant: (path: string) => boolean = isTypeScript,
): Promise<readonly SourceFile[]> {
  const files: SourceFile[] = [];
  for (const folder of folders)
    for (const path of await listFiles(join(root, folder))) {
      const name = relative(root, path).split(sep).join('/');
      if (isMeant(name)) files.push({ path: name, text: await readFile(path, 'utf8') });
    }
  return files.sort((left, right) => (left.path < right.path ? -1 : 1));
}

export function isTypeScript(path: string): boolean {
  return path.endsWith('.ts') && !path.endsWith('.d.ts');
}

/** Tests and contract suites may import what they test from anywhere. */
export function isTestFile(path: string): boolean {
  return /\.(?:test|contract)\.ts$/.test(path) || path.startsWith('test/');
}

async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes(`${sep}node_modules${sep}`));
}
