import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { TarEntry } from '../../domain/tar-entries.ts';

/** A file as the layers give it: its bytes are the body of one entry of one layer. */
export interface TreeFile {
  readonly kind: 'file';
  readonly layer: number;
  /** Which entry of the layer, from 0. */
  readonly entry: number;
  readonly size: number;
  readonly mode: number;
}

/** The files of an image, after its layers were applied in order. */
export interface ImageTree {
  /** Applies the next entry (image-spec, layer.md, "Applying Changesets"). Layers come lowest first. */
  apply(entry: Omit<TarEntry, 'body'>, place: { readonly layer: number; readonly entry: number }): void;
  /** What a path leads to inside the image, links followed; undefined where it leads nowhere. */
  find(path: string): TreeFile | { readonly kind: 'directory' | 'sparse' | 'other' } | undefined;
  /** What stands at a path itself: links on the way are followed, the last part is not. */
  at(path: string): TreeFile | { readonly kind: 'directory' | 'symlink' | 'sparse' | 'other' } | undefined;
  /** Every file under each of its names, hard links included, no links followed; in no order. Paths are absolute. */
  files(): Iterable<{ readonly path: string; readonly file: TreeFile | { readonly kind: 'sparse' } }>;
}

/** How large a tree may become; hostile layers name millions of files, or lead links in circles. */
export interface TreeLimits {
  readonly nodes: number;
  /** Characters of all names and link targets. */
  readonly text: number;
  /** Path parts walked, over all entries. */
  readonly steps: number;
}

/** Starts with an empty root. Everything is kept in memory, nothing is written: no path can lead out of the image. */
export function imageTree(limits: TreeLimits): ImageTree {
  const root: Directory = { kind: 'directory', children: new Map() };
  const spent = { nodes: 0, text: 0, steps: 0 };
  const spend = (what: keyof TreeLimits, amount: number): void => {
    spent[what] += amount;
    if (spent[what] > limits[what])
      throw broken(`it has too many files, names or links (above ${limits[what]} ${what})`);
  };
  const walk = (parts: readonly string[], createIn?: number): Node | undefined =>
    walkTree(root, parts, { spend, createIn });
  return {
    apply(entry, { layer, entry: index }) {
      const parts = entryParts(entry.path);
      const name = parts.pop();
      if (name === undefined) return;
      spend('text', entry.path.length + entry.target.length);
      if (name.startsWith('.wh.')) {
        const folder = walk(parts);
        return folder?.kind === 'directory' ? hide(folder, name, layer) : undefined;
      }
      const parent = walk(parts, layer);
      if (parent?.kind !== 'directory') throw broken(`${quote(entry.path)} lies below something that is no folder`);
      const node = makeNode(entry, { layer, entry: index }, (target) => findTarget(walk, target));
      const before = parent.children.get(name);
      const merged = node.kind === 'directory' && before?.node.kind === 'directory' ? before.node : node;
      if (before === undefined) spend('nodes', 1);
      parent.children.set(name, { node: merged, layer, named: layer });
    },
    find(path) {
      const node = walk(path.split('/').filter((part) => part !== ''));
      return node?.kind === 'symlink' ? undefined : node;
    },
    at: (path) => findTarget(walk, path),
    files: () => listFiles(root, limits.text),
  };
}

// Links on the way can lead deeper than any path of the archive, so neither the depth nor the length is bounded by it.
function* listFiles(
  root: Directory,
  text: number,
): Generator<{ readonly path: string; readonly file: TreeFile | { readonly kind: 'sparse' } }, void, undefined> {
  const pending = [{ path: '', directory: root }];
  let spent = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop())
    for (const [name, { node }] of next.directory.children) {
      const path = `${next.path}/${name}`;
      spent += path.length;
      if (path.length > maximumPath) throw broken('a path is above 4096 characters');
      if (spent > text) throw broken(`its paths have more than ${text} characters`);
      if (node.kind === 'directory') pending.push({ path, directory: node });
      else if (node.kind === 'file' || node.kind === 'sparse') yield { path, file: node };
    }
}

type Node = Directory | MutableFile | Symlink | { readonly kind: 'sparse' } | { readonly kind: 'other' };

interface Directory {
  readonly kind: 'directory';
  readonly children: Map<string, Place>;
}

// The header of a hard link sets the mode of the file it leads to.
type MutableFile = { -readonly [Key in keyof TreeFile]: TreeFile[Key] };

interface Symlink {
  readonly kind: 'symlink';
  readonly target: string;
}

interface Place {
  readonly node: Node;
  /** The last layer that spoke of it or of something below it. */
  readonly layer: number;
  /** The last layer with an entry for it; -1 where it only came to be as parent of something. */
  readonly named: number;
}

function walkTree(
  root: Directory,
  parts: readonly string[],
  {
    spend,
    createIn,
  }: { readonly spend: (what: 'nodes' | 'steps', amount: number) => void; readonly createIn: number | undefined },
): Node | undefined {
  let trail = [root];
  let links = 0;
  const pending = parts.toReversed();
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    spend('steps', 1);
    const here = trail.at(-1) ?? root;
    if (name === '.') continue;
    if (name === '..') {
      if (trail.length > 1) trail = trail.slice(0, -1);
      continue;
    }
    let place = here.children.get(name);
    if (place === undefined) {
      if (createIn === undefined) return undefined;
      spend('nodes', 1);
      place = { node: { kind: 'directory', children: new Map() }, layer: createIn, named: -1 };
    }
    if (createIn !== undefined) here.children.set(name, { ...place, layer: createIn });
    const { node } = place;
    if (node.kind === 'directory') trail.push(node);
    else if (node.kind === 'symlink') {
      links += 1;
      if (links > maximumLinks) throw broken(`more than ${maximumLinks} links lead to one path`);
      if (node.target.startsWith('/')) trail = [root];
      pending.push(
        ...node.target
          .split('/')
          .filter((part) => part !== '')
          .toReversed(),
      );
    } else return pending.length === 0 ? node : undefined;
  }
  return trail.at(-1);
}

function makeNode(
  entry: Omit<TarEntry, 'body'>,
  place: { readonly layer: number; readonly entry: number },
  find: (target: string) => Node | undefined,
): Node {
  switch (entry.kind) {
    case 'file':
      return { kind: 'file', ...place, size: entry.size, mode: entry.mode };
    case 'directory':
      return { kind: 'directory', children: new Map() };
    case 'symlink':
      if (entry.target === '' || entry.target.length > maximumPath)
        throw broken(`the link ${quote(entry.path)} has no usable target`);
      return { kind: 'symlink', target: entry.target };
    case 'hardlink': {
      const node = find(entry.target);
      if (node === undefined || node.kind === 'directory')
        throw broken(
          `the hard link ${quote(entry.path)} leads to ${quote(entry.target)}, which is no file of the image`,
        );
      if (node.kind === 'file') node.mode = entry.mode;
      return node;
    }
    case 'sparse':
    case 'other':
      return { kind: entry.kind };
  }
}

// A hard link is a second name of the very thing its target names: links on the way are followed, the last part is not.
function findTarget(walk: (parts: readonly string[]) => Node | undefined, target: string): Node | undefined {
  const parts = entryParts(target);
  const name = parts.pop();
  const parent = walk(parts);
  return parent?.kind === 'directory' && name !== undefined ? parent.children.get(name)?.node : undefined;
}

/**
 * Whiteouts (image-spec, layer.md, "Whiteouts") speak of lower layers only. Runtimes disagree when the same layer has
 * named the thing before, so that is refused: nobody could say which file is the one that runs.
 */
function hide(parent: Directory, name: string, layer: number): void {
  if (name === '.wh..wh..opq') return hideLower(parent, layer);
  // Leftovers of AUFS, which no runtime takes for files.
  if (name.startsWith('.wh..wh.')) return;
  const hidden = name.slice('.wh.'.length);
  if (hidden === '' || hidden === '.' || hidden === '..')
    throw broken(`the whiteout ${quote(name)} hides nothing that can be`);
  const place = parent.children.get(hidden);
  if (place?.layer === layer) throw broken(`a layer both adds and hides ${quote(hidden)}`);
  parent.children.delete(hidden);
}

function hideLower(directory: Directory, layer: number): void {
  for (const [name, place] of directory.children) {
    if (place.layer < layer) directory.children.delete(name);
    else if (place.named < layer) throw broken(`a layer both adds to and hides ${quote(name)}`);
    else if (place.node.kind === 'directory') hideLower(place.node, layer);
  }
}

/** The parts of a path in an archive, cleaned as runtimes do; a path that would leave the image is refused. */
function entryParts(path: string): string[] {
  if (path.length > maximumPath) throw broken('a path is above 4096 characters');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) throw broken(`the path ${quote(path)} leads out of the image`);
  }
  return parts;
}

function broken(found: string): CutwaterError {
  return new CutwaterError('IMAGE_INVALID', `Cannot read the files of an image: ${found}`);
}

const maximumPath = 4096;
// As in the Linux kernel (MAXSYMLINKS).
const maximumLinks = 40;
