import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import { join, posix, sep } from 'node:path';
import { CutwaterError } from '../../domain/error.ts';
import type { Platform } from '../../domain/platform.ts';
import { quote } from '../../domain/quote.ts';
import type { AssembleBuild, AssembleFile } from '../../policy/policy.ts';
import { expandPlaceholders } from './expand-placeholders.ts';

/** What goes into a layer. Paths are relative to the root of the image. */
export type LayerEntry =
  | {
      readonly kind: 'directory';
      readonly path: string;
      /** Permission bits; 0755 where left out. */ readonly mode?: number;
    }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly mode: number;
      /** Real path on this machine. */ readonly source: string;
    }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string };

/**
 * The files of a policy for one platform, sorted by the bytes of their paths, without parent folders. A folder is taken
 * whole: its files get the mode of the policy, its links stay links. Throws BUILD_FAILED with all problems found.
 */
export async function collectEntries(
  { files, writableFolders }: Pick<AssembleBuild, 'files' | 'writableFolders'>,
  { sourceFolder, platform }: { readonly sourceFolder: string; readonly platform: Platform },
): Promise<readonly LayerEntry[]> {
  const root = await realpath(sourceFolder);
  const entries = new Map<string, LayerEntry>();
  const problems: string[] = [];
  for (const path of writableFolders)
    entries.set(path.slice(1), { kind: 'directory', path: path.slice(1), mode: 0o1777 });
  for (const file of files) {
    const from = expandPlaceholders(file.from, platform);
    const to = expandPlaceholders(file.to, platform);
    try {
      for (const entry of await readFrom({ root, from, to, mode: file.mode })) addEntry(entries, entry);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push(`${quote(from)} to ${quote(to)}: ${error.message}`);
    }
  }
  if (problems.length > 0)
    throw new CutwaterError('BUILD_FAILED', `Cannot take the files of the image: ${problems[0] ?? ''}`, {
      details: problems.slice(1),
    });
  return sortByPath([...entries.values()]);
}

/** The order of entries in a layer: by the bytes of the paths, the same in every locale. */
export function sortByPath<Entry extends { readonly path: string }>(entries: readonly Entry[]): readonly Entry[] {
  return entries.toSorted((left, right) => Buffer.compare(Buffer.from(left.path), Buffer.from(right.path)));
}

interface Taken {
  readonly root: string;
  readonly from: string;
  readonly to: string;
  readonly mode: AssembleFile['mode'];
}

async function readFrom({ root, from, to, mode }: Taken): Promise<readonly LayerEntry[]> {
  if (from === '' || from.startsWith('/') || from.includes('\\') || from.split('/').includes('..'))
    throw new Refusal('the first path must be relative and stay in the source tree');
  if (!to.startsWith('/') || posix.normalize(to) !== to || (to.endsWith('/') && to !== '/'))
    throw new Refusal('the second path must be absolute, without ".", ".." and "/" at the end');
  const path = to.slice(1);
  checkNames(path === '' ? [] : path.split('/'));
  const source = await realpath(join(root, from)).catch(() => undefined);
  if (source === undefined) throw new Refusal('there is no such file in the source tree');
  if (source !== root && !source.startsWith(root + sep)) throw new Refusal('a link leads out of the source tree');
  const found = await lstat(source);
  if (found.isDirectory()) return readFolder(source, { path, mode });
  if (!found.isFile()) throw new Refusal('it is neither a file nor a folder');
  if (path === '') throw new Refusal('a file cannot be the root of the image');
  return [{ kind: 'file', path, mode: await modeOf(source, mode), source }];
}

async function readFolder(
  top: string,
  { path, mode }: Pick<Taken, 'mode'> & { readonly path: string },
): Promise<readonly LayerEntry[]> {
  const entries: LayerEntry[] = path === '' ? [] : [{ kind: 'directory', path }];
  const pending = [''];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const item of await readdir(join(top, folder), { withFileTypes: true })) {
      const inside = posix.join(folder, item.name);
      const source = join(top, inside);
      const place = posix.join(path, inside);
      checkNames([item.name]);
      if (item.isDirectory()) {
        entries.push({ kind: 'directory', path: place });
        pending.push(inside);
      } else if (item.isFile()) entries.push({ kind: 'file', path: place, mode: await modeOf(source, mode), source });
      else if (item.isSymbolicLink())
        entries.push({ kind: 'symlink', path: place, target: await readInnerLink(source, inside) });
      else throw new Refusal(`${quote(inside)} is neither a file, a folder nor a link`);
    }
  }
  return entries;
}

/** Of the bits on disk only this one says something about the file; the others depend on whose disk it is. */
async function modeOf(source: string, mode: AssembleFile['mode']): Promise<number> {
  if (mode !== 'as-is') return mode;
  const { mode: found } = await lstat(source);
  return (found & 0o100) === 0 ? 0o644 : 0o755;
}

// A link is taken as it is, so it must mean the same thing in the image: something below the folder that is copied.
async function readInnerLink(source: string, inside: string): Promise<string> {
  const target = await readlink(source);
  const meant = posix.normalize(posix.join(posix.dirname(inside), target));
  if (target.startsWith('/') || meant === '..' || meant.startsWith('../'))
    throw new Refusal(`the link ${quote(inside)} leads to ${quote(target)}, out of the folder`);
  if (!isPlain(target)) throw new Refusal(`the link ${quote(inside)} has a target with control characters`);
  return target;
}

function addEntry(entries: Map<string, LayerEntry>, entry: LayerEntry): void {
  const before = entries.get(entry.path);
  if (before?.kind === 'directory' && entry.kind === 'directory') return;
  if (before !== undefined) throw new Refusal(`${quote(`/${entry.path}`)} comes from two places`);
  entries.set(entry.path, entry);
}

function checkNames(names: readonly string[]): void {
  for (const name of names) {
    if (name.startsWith('.wh.'))
      throw new Refusal(`the name ${quote(name)} would hide a file: ".wh." marks whiteouts in layers`);
    if (!isPlain(name)) throw new Refusal(`the name ${quote(name)} is not UTF-8 or has control characters`);
    if (Buffer.byteLength(name) > 255) throw new Refusal(`the name ${quote(name)} is above 255 bytes`);
  }
}

// Node puts U+FFFD where a name on disk is not UTF-8.
function isPlain(text: string): boolean {
  return !/[\p{Cc}\p{Cs}\ufffd]/u.test(text);
}

/** Why one file of the policy cannot be taken; collected, so that people see all of them at once. */
class Refusal extends Error {}
