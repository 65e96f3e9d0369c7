import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { LayerEntry } from './collect-entries.ts';
import { sortByPath } from './collect-entries.ts';
import { encodeTarHead, padding, tarEnd } from './tar-block.ts';

/** Every folder above the entries that is not an entry itself, highest first. */
export function parentsOf(entries: readonly LayerEntry[]): readonly string[] {
  const paths = new Set(entries.map(({ path }) => path));
  const parents = new Set<string>();
  for (const path of paths)
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      const parent = path.slice(0, slash);
      if (!paths.has(parent)) parents.add(parent);
    }
  return [...parents].toSorted();
}

/**
 * The bytes of a layer: an uncompressed tar of these entries and folders, in the one order and form that is the same
 * everywhere. Files are streamed. Throws BUILD_FAILED for a file that changes meanwhile, or that lies below a file.
 */
export async function* layerBytes(
  entries: readonly LayerEntry[],
  { parents, mtime }: { readonly parents: readonly string[]; readonly mtime: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  const folders = parents.map((path): LayerEntry => ({ kind: 'directory', path }));
  const sorted = sortByPath([...folders, ...entries]);
  checkParents(sorted);
  for (const entry of sorted) {
    if (entry.kind === 'file') yield* fileBytes(entry, mtime);
    else yield encodeTarHead(headOf(entry), mtime);
  }
  yield tarEnd();
}

function headOf(entry: Exclude<LayerEntry, { kind: 'file' }>): Parameters<typeof encodeTarHead>[0] {
  return entry.kind === 'directory'
    ? { ...entry, mode: entry.mode ?? 0o755, size: 0, target: '' }
    : { ...entry, mode: 0o777, size: 0 };
}

async function* fileBytes(
  entry: Extract<LayerEntry, { kind: 'file' }>,
  mtime: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  // The path was resolved before; a link that stands there now was put there meanwhile.
  const handle = await open(entry.source, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: unknown) => {
    throw new CutwaterError(
      'BUILD_FAILED',
      `Cannot read ${quote(`/${entry.path}`)}: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  });
  try {
    const { size } = await handle.stat();
    yield encodeTarHead({ path: entry.path, kind: 'file', mode: entry.mode, size, target: '' }, mtime);
    let read = 0;
    for await (const chunk of handle.createReadStream({ autoClose: false, highWaterMark: 256 * 1024 })) {
      if (!(chunk instanceof Uint8Array)) continue;
      read += chunk.length;
      if (read > size) break;
      yield chunk;
    }
    if (read !== size)
      throw new CutwaterError('BUILD_FAILED', `Cannot read ${quote(`/${entry.path}`)}: it changed while it was read`);
    yield padding(size);
  } finally {
    await handle.close();
  }
}

function checkParents(sorted: readonly LayerEntry[]): void {
  const kinds = new Map(sorted.map(({ path, kind }) => [path, kind]));
  for (const { path } of sorted)
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      const above = path.slice(0, slash);
      if (kinds.get(above) !== 'directory' && kinds.has(above))
        throw new CutwaterError(
          'BUILD_FAILED',
          `Cannot place ${quote(`/${path}`)}: ${quote(`/${above}`)} is no folder`,
        );
    }
}
