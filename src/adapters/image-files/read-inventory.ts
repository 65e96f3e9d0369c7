import { createHash } from 'node:crypto';
import type { Digest } from '../../domain/digest.ts';
import { digestFromHex } from '../../domain/digest.ts';
import type { TarEntry } from '../../domain/tar-entries.ts';
import type { ImageInventory, InventoryFile, InventoryWish } from '../../ports/image-files.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import { readSections } from './elf-sections.ts';
import type { ImageTree, TreeFile } from './image-tree.ts';
import { layerEntries } from './layer-entries.ts';
import type { LayerLimits } from './read-layers.ts';
import { readLayers, readTree, unreadableImage } from './read-layers.ts';
import { spillFile } from './spill-file.ts';

export interface InventoryRequest {
  readonly repository: ImageRepository;
  /** The image manifest of one platform. */
  readonly manifest: Digest;
  readonly wish: InventoryWish;
  /** Where one program at a time lies while its sections are looked for. */
  readonly folder: string;
  readonly limits: LayerLimits & { readonly fileBytes: number };
  readonly keep?: KeepLimits;
}

/** How many bytes of files' contents may be kept in memory; a file of several names counts once for each that is read. */
export interface KeepLimits {
  readonly one: number;
  readonly all: number;
}

const defaultKeepLimits: KeepLimits = { one: 64 * 1024 ** 2, all: 128 * 1024 ** 2 };

/** See `ImageFiles.inventory`. All layers are read once for the names, and those with effective files once more. */
export async function readInventory(request: InventoryRequest): Promise<ImageInventory> {
  const { repository, manifest, limits } = request;
  const layers = await readLayers(request);
  const tree = await readTree({ repository, layers, limits });
  const { names, byPath, unread } = namesIn(tree);
  const byLayer = Map.groupBy(names.keys(), ({ layer }) => layer);
  const read = bodyReader(request, names);
  const files: InventoryFile[] = [];
  for (const [layer, source] of layers.entries()) {
    const wanted = new Map((byLayer.get(layer) ?? []).map((file) => [file.entry, file]));
    if (wanted.size === 0) continue;
    let index = 0;
    let found = 0;
    // To the very end, because the diff id is checked there.
    for await (const entry of layerEntries(repository, source, limits.layerBytes)) {
      const file = wanted.get(index);
      index += 1;
      if (file === undefined || file.size !== entry.size) continue;
      found += 1;
      const body = await read(file, entry);
      for (const path of names.get(file) ?? []) files.push({ path, size: file.size, mode: file.mode, ...body });
    }
    if (found !== wanted.size) throw unreadableImage(manifest, 'a layer changed between two reads');
  }
  files.sort((left, right) => (left.path < right.path ? -1 : 1));
  const nameOf = (found: ReturnType<ImageTree['at']>, asked: string): string | undefined => {
    if (found?.kind !== 'file') return undefined;
    return byPath.get(asked) === found ? asked : names.get(found)?.[0];
  };
  return {
    files,
    unread,
    leadsTo: (path) => nameOf(tree.find(path), path),
    standsAt: (path) => nameOf(tree.at(path), path),
  };
}

function namesIn(tree: ImageTree): {
  readonly names: ReadonlyMap<TreeFile, readonly string[]>;
  readonly byPath: ReadonlyMap<string, TreeFile>;
  readonly unread: readonly string[];
} {
  const names = new Map<TreeFile, string[]>();
  const byPath = new Map<string, TreeFile>();
  const unread: string[] = [];
  for (const { path, file } of tree.files()) {
    if (file.kind !== 'file') {
      unread.push(path);
      continue;
    }
    byPath.set(path, file);
    const own = names.get(file);
    if (own === undefined) names.set(file, [path]);
    else own.push(path);
  }
  for (const own of names.values()) own.sort();
  return { names, byPath, unread: unread.sort() };
}

type Body = Pick<InventoryFile, 'digest' | 'elf' | 'content' | 'sections'>;

/** Reads bodies one after the other, keeping no more bytes in memory than the limits allow over all of them. */
function bodyReader(
  { wish, folder, limits, keep = defaultKeepLimits }: InventoryRequest,
  names: ReadonlyMap<TreeFile, readonly string[]>,
): (file: TreeFile, entry: TarEntry) => Promise<Body> {
  let left = keep.all;
  return async (file, entry) => {
    const own = names.get(file) ?? [];
    // Readers go over it under each of its names, and a hostile layer gives one file a million.
    const readings = own.filter(wish.content).length;
    const gathers = readings > 0 && file.size <= keep.one && file.size * readings <= left;
    const gathered: Uint8Array[] = [];
    const hash = createHash('sha256');
    const head = headOf(entry.body);
    const elf = isElf(await head.bytes());
    const room = Math.min(keep.one, Math.floor(left / own.length));
    const sections = elf && wish.sections.length > 0 && file.size <= limits.fileBytes;
    const spill = sections ? await spillFile(folder) : undefined;
    try {
      for await (const chunk of head.all()) {
        hash.update(chunk);
        // A chunk is a view into a larger buffer that would stay in memory with it.
        if (gathers) gathered.push(Uint8Array.from(chunk));
        await spill?.write(chunk);
      }
      const found = spill && (await readSections(spill.read, { names: wish.sections, room }));
      for (const bytes of found?.values() ?? []) left -= bytes.length * own.length;
      if (gathers) left -= file.size * readings;
      return {
        digest: digestFromHex(hash.digest('hex')),
        elf,
        ...(gathers ? { content: Buffer.concat(gathered) } : {}),
        ...(found === undefined || found.size === 0 ? {} : { sections: found }),
      };
    } finally {
      await spill?.remove();
    }
  };
}

function isElf(head: Uint8Array): boolean {
  return head.length === 4 && head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46;
}

/** A stream whose first four bytes can be seen before it is read; chunks may be shorter than that. */
function headOf(body: AsyncIterable<Uint8Array>): {
  bytes(): Promise<Uint8Array>;
  all(): AsyncGenerator<Uint8Array, void, undefined>;
} {
  const iterator = body[Symbol.asyncIterator]();
  let first = Buffer.alloc(0);
  return {
    async bytes() {
      while (first.length < 4) {
        const next = await iterator.next();
        if (next.done === true) break;
        first = Buffer.concat([first, next.value]);
      }
      return first.subarray(0, 4);
    },
    async *all() {
      if (first.length > 0) yield first;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
    },
  };
}
