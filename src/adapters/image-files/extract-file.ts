import { createHash, randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../../domain/digest.ts';
import { digestFromHex } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { TarEntry } from '../../domain/tar-entries.ts';
import type { ExtractedFile, ImageFiles } from '../../ports/image-files.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import type { ImageTree, TreeFile } from './image-tree.ts';
import type { ImageLayer } from './layer-entries.ts';
import { layerEntries } from './layer-entries.ts';
import { listEntries } from './list-entries.ts';
import { readInventory } from './read-inventory.ts';
import type { EntryPlace, LayerLimits } from './read-layers.ts';
import { readLayers, readTree, unreadableImage } from './read-layers.ts';

/** What an image may cost before it is refused. All in bytes, but the limits of the tree. */
export interface ExtractLimits extends LayerLimits {
  readonly fileBytes: number;
}

export const defaultExtractLimits: ExtractLimits = {
  fileBytes: 2 * 1024 ** 3,
  layerBytes: 16 * 1024 ** 3,
  nodes: 1_000_000,
  text: 128 * 1024 ** 2,
  steps: 100_000_000,
};

export interface ExtractRequest {
  readonly repository: ImageRepository;
  /** The image manifest of one platform. */
  readonly manifest: Digest;
  /** Absolute and clean: `/usr/local/bin/harbor`. */
  readonly path: string;
  /** Where the file is written, under a new name. */
  readonly folder: string;
  readonly limits?: ExtractLimits;
}

/** Writes files taken out of images into `folder`, which must exist. */
export function imageFiles(folder: string, limits: ExtractLimits = defaultExtractLimits): ImageFiles {
  return {
    extract: (repository, manifest, path) => extractFile({ repository, manifest, path, folder, limits }),
    inventory: (repository, manifest, wish) => readInventory({ repository, manifest, wish, folder, limits }),
    entries: (repository, layer) => listEntries(repository, layer, limits),
  };
}

/**
 * Writes the file that a container would see at `path`: later layers over earlier ones, whiteouts and links as the image
 * specification has them. Undefined where the image has nothing there. All layers are read once, and the file's own layer
 * again where links lead to it; memory holds names, never contents. Throws IMAGE_INVALID, DIGEST_MISMATCH, DISK, and what the repository throws.
 */
export async function extractFile(request: ExtractRequest): Promise<ExtractedFile | undefined> {
  const { repository, path, limits = defaultExtractLimits } = request;
  if (!/^(?:\/(?!\.{1,2}(?:\/|$))[^/\0]+)+$/.test(path))
    throw new CutwaterError(
      'INPUT_INVALID',
      `Cannot extract ${quote(path)}: it is not an absolute path without "." and ".."`,
    );
  const layers = await readLayers(request);
  const early = earlyCopy(request, limits.fileBytes);
  try {
    const tree = await readTree({ repository, layers, limits, onEntry: early.see });
    return await takeFound(request, { found: tree.find(path), layers, early });
  } finally {
    await early.drop();
  }
}

async function takeFound(
  request: ExtractRequest,
  {
    found,
    layers,
    early,
  }: {
    readonly found: ReturnType<ImageTree['find']>;
    readonly layers: readonly ImageLayer[];
    readonly early: EarlyCopy;
  },
): Promise<ExtractedFile | undefined> {
  const { limits = defaultExtractLimits } = request;
  if (found === undefined) return undefined;
  if (found.kind !== 'file') throw unfit(request, `is ${found.kind === 'directory' ? 'a folder' : 'no regular file'}`);
  if (found.size > limits.fileBytes)
    throw unfit(request, `has ${found.size} bytes, at most ${limits.fileBytes} are allowed`);
  return early.take(found) ?? copyOut(request, found, layers);
}

interface EarlyCopy {
  readonly see: (entry: TarEntry, place: EntryPlace) => Promise<void>;
  /** The copy, if it is of this file. */
  readonly take: (file: TreeFile) => ExtractedFile | undefined;
  /** Removes what was not taken. */
  readonly drop: () => Promise<void>;
}

/** Copies every file of the very name that is looked for when it comes by: then its layer is seldom read again. */
function earlyCopy(request: ExtractRequest, fileBytes: number): EarlyCopy {
  let kept: { readonly place: EntryPlace; readonly file: string; readonly digest: Digest } | undefined;
  const drop = async (): Promise<void> => {
    if (kept !== undefined) await rm(kept.file, { force: true });
    kept = undefined;
  };
  return {
    drop,
    see: async (entry, place) => {
      if (entry.kind !== 'file' || entry.size > fileBytes) return;
      if (`/${entry.path.replace(/^(?:\.?\/)+/, '')}` !== request.path) return;
      await drop();
      const file = newFile(request);
      try {
        kept = { place, file, digest: await writeBody(entry, file) };
      } catch (error) {
        await rm(file, { force: true });
        throw error;
      }
    },
    take: ({ layer, entry, size, mode }) => {
      if (kept?.place.layer !== layer || kept.place.entry !== entry) return undefined;
      const { digest, file } = kept;
      kept = undefined;
      return { digest, size, mode, file };
    },
  };
}

function newFile({ folder }: ExtractRequest): string {
  return join(folder, `extracted-${randomBytes(8).toString('hex')}`);
}

async function copyOut(
  request: ExtractRequest,
  wanted: TreeFile,
  layers: readonly ImageLayer[],
): Promise<ExtractedFile> {
  const source = layers[wanted.layer];
  if (source === undefined) throw new Error(`No layer ${wanted.layer}`);
  const file = newFile(request);
  const { layerBytes } = request.limits ?? defaultExtractLimits;
  let digest: Digest | undefined;
  try {
    let index = 0;
    // To the very end, because the diff id is checked there.
    for await (const entry of layerEntries(request.repository, source, layerBytes)) {
      if (index === wanted.entry && entry.size === wanted.size) digest = await writeBody(entry, file);
      index += 1;
    }
    if (digest === undefined) throw unreadableImage(request.manifest, 'a layer changed between two reads');
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
  return { digest, size: wanted.size, mode: wanted.mode, file };
}

async function writeBody(entry: TarEntry, file: string): Promise<Digest> {
  const hash = createHash('sha256');
  const failed = (error: unknown): never => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CutwaterError('DISK', `Cannot write ${quote(file)}: ${reason}`, { cause: error });
  };
  const handle = await open(file, 'wx', 0o600).catch(failed);
  try {
    for await (const chunk of entry.body) {
      hash.update(chunk);
      await handle.writeFile(chunk).catch(failed);
    }
  } finally {
    await handle.close();
  }
  return digestFromHex(hash.digest('hex'));
}

function unfit(request: ExtractRequest, found: string): CutwaterError {
  return new CutwaterError(
    'IMAGE_INVALID',
    `Cannot extract ${quote(request.path)} from ${request.manifest}: it ${found}`,
  );
}
