import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { isObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import type { GitCommands } from './git-commands.ts';
import { gitFailure, settings } from './git-commands.ts';
import { readObjects } from './object-batch.ts';

/** A regular file of a commit; undefined for anything else there: nothing, a folder, a symbolic link, a submodule. */
export async function readFile(commands: GitCommands, commit: ObjectId, path: string): Promise<Uint8Array | undefined> {
  if (!isTreePath(path)) return undefined;
  return (await readFileAtOnce(commands, commit, path)) ?? readFileInSteps(commands, commit, path);
}

/** The folder, which says what the file is, and the file in one process; undefined wherever that is not plain. */
async function readFileAtOnce(commands: GitCommands, commit: ObjectId, path: string): Promise<Uint8Array | undefined> {
  // Each line of the input is a name.
  if (path.includes('\n')) return undefined;
  const slash = path.lastIndexOf('/');
  const [tree, file] = await readObjects(commands, [
    `${commit}:${path.slice(0, Math.max(0, slash))}`,
    `${commit}:${path}`,
  ]);
  if (tree?.type !== 'tree' || file?.type !== 'blob') return undefined;
  const entries = treeEntries(tree.bytes, file.id.length / 2).filter(({ name }) => name === path.slice(slash + 1));
  const isFile = entries.length === 1 && entries.every(({ mode, id }) => mode.startsWith('100') && id === file.id);
  return isFile ? file.bytes : undefined;
}

/** Reads a raw tree object: mode, space, name, NUL and the bytes of the id, again and again. */
function treeEntries(
  bytes: Uint8Array,
  idBytes: number,
): readonly { readonly mode: string; readonly name: string; readonly id: string }[] {
  const entries: { mode: string; name: string; id: string }[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const end = bytes.indexOf(0, offset);
    if (end < 0) break;
    const text = Buffer.from(bytes.subarray(offset, end)).toString('utf8');
    const space = text.indexOf(' ');
    offset = end + 1 + idBytes;
    const id = Buffer.from(bytes.subarray(end + 1, offset)).toString('hex');
    entries.push({ mode: text.slice(0, space), name: text.slice(space + 1), id });
  }
  return entries;
}

async function readFileInSteps(commands: GitCommands, commit: ObjectId, path: string): Promise<Uint8Array | undefined> {
  const args = ['--literal-pathspecs', 'ls-tree', '-z', '--full-tree', commit, '--', path];
  const listing = await commands.read(args);
  if (listing.exitCode !== 0) throw gitFailure(`read ${quote(path)} of commit ${commit}`, listing);
  const [entry = ''] = Buffer.from(listing.stdout).toString('utf8').split('\0');
  const [, mode, id, entryPath] = /^(\d+) blob ([0-9a-f]+)\t([^]*)$/.exec(entry) ?? [];
  if (mode === undefined || !mode.startsWith('100') || !isObjectId(id) || entryPath !== path) return undefined;
  const content = await commands.read(['cat-file', 'blob', id]);
  if (content.exitCode !== 0) throw gitFailure(`read ${quote(path)} of commit ${commit}`, content);
  return new Uint8Array(content.stdout);
}

/** Relative, with "/", and no part that git or a file system would take for something else. */
export function isTreePath(path: string): boolean {
  if (path.includes('\0')) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** Paths that differ between two commits; a renamed file counts as both of its names. */
export async function changedPaths(commands: GitCommands, from: ObjectId, to: ObjectId): Promise<readonly string[]> {
  const exact = ['-r', '-z', '--name-only', '--no-renames', '--no-ext-diff', '--no-textconv', '--no-relative'];
  const result = await commands.read(['diff-tree', ...exact, '--ignore-submodules=none', from, to, '--']);
  if (result.exitCode !== 0) throw gitFailure(`compare commits ${from} and ${to}`, result);
  return Buffer.from(result.stdout)
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '');
}

/**
 * Writes the files of a commit as a fresh checkout would, but with no filter program run: line ends follow the commit's
 * own `.gitattributes`; files kept by Git LFS stay pointers; submodules are empty folders.
 */
export async function exportTree(commands: GitCommands, commit: ObjectId, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0)
    throw new CutwaterError('DISK', `Cannot export commit ${commit} to ${quote(folder)}: the folder is not empty`);
  const temporary = await mkdtemp(join(tmpdir(), 'cutwater-index-'));
  try {
    const noFilters = await filterOverrides(commands);
    const env = { GIT_INDEX_FILE: join(temporary, 'index'), GIT_WORK_TREE: resolve(folder), ...noFilters };
    for (const args of [
      ['read-tree', commit],
      ['checkout-index', '--all', '--quiet'],
    ]) {
      const result = await commands.read([...plainCheckout, ...args], { env });
      if (result.exitCode !== 0) throw gitFailure(`export commit ${commit} to ${quote(folder)}`, result);
    }
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** A sparse checkout, or settings of a developer's clone, must not change what is exported. */
const plainCheckout = settings({
  'core.sparseCheckout': 'false',
  'index.sparse': 'false',
  'core.autocrlf': 'false',
  'core.eol': 'lf',
  'core.symlinks': 'true',
  'core.fileMode': 'true',
  'core.protectHFS': 'true',
  'core.protectNTFS': 'true',
});

/** Empties the filter programs that the clone's own configuration names, so that `.gitattributes` cannot start any. */
async function filterOverrides(commands: GitCommands): Promise<Record<string, string>> {
  const pattern = '^filter\\..*\\.(smudge|clean|process|required)$';
  const result = await commands.read(['config', '-z', '--name-only', '--get-regexp', pattern]);
  const names = Buffer.from(result.stdout)
    .toString('utf8')
    .split('\0')
    .filter((name) => name !== '');
  const env: Record<string, string> = { GIT_CONFIG_COUNT: String(names.length) };
  for (const [index, name] of names.entries()) {
    env[`GIT_CONFIG_KEY_${index}`] = name;
    env[`GIT_CONFIG_VALUE_${index}`] = name.endsWith('.required') ? 'false' : '';
  }
  return env;
}
