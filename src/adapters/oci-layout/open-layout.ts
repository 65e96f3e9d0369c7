import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../../domain/digest.ts';
import { digestFromHex, digestOf, hexOf } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { isRecord } from '../../domain/image-config.ts';
import { parseIndex } from '../../domain/oci-manifest.ts';
import type { Descriptor, Manifest } from '../../domain/oci.ts';
import { mediaTypes } from '../../domain/oci.ts';
import { quote } from '../../domain/quote.ts';

/** An OCI image layout on disk (image-spec, image-layout.md), read only. What it hands out was hashed. */
export interface OciLayout {
  /** What `index.json` names, in its order; a freshly built image is the only one. */
  readonly images: readonly Descriptor[];
  /** The manifest a descriptor speaks of; undefined where the layout does not hold it. */
  readManifest(descriptor: Descriptor): Promise<Manifest | undefined>;
  hasBlob(digest: Digest): Promise<boolean>;
  /** The bytes as they come, checked against digest and size at the end: the last chunk may be followed by an error. */
  readBlob(descriptor: Descriptor): AsyncIterable<Uint8Array>;
}

/** Opens a layout. Throws STORE_CORRUPT where the folder is none, or holds other bytes than its names say. */
export async function openLayout(folder: string): Promise<OciLayout> {
  const version = await readSmall(folder, 'oci-layout');
  const layout = parseJson(version);
  if (!isRecord(layout) || layout['imageLayoutVersion'] !== '1.0.0')
    throw corrupt(folder, 'its file "oci-layout" does not say version 1.0.0');
  const bytes = await readSmall(folder, 'index.json');
  const index = parseIndex({ mediaType: mediaTypes.ociIndex, digest: digestOf(bytes), bytes });
  if (index.is === 'refused') throw corrupt(folder, `its file "index.json" ${index.reason}`);
  const pathOf = (digest: Digest): string => join(folder, 'blobs', 'sha256', hexOf(digest));
  return {
    images: index.value.manifests,
    async readManifest({ mediaType, digest, size }) {
      if (size > maximumManifestBytes)
        throw corrupt(folder, `manifest ${digest} is above ${maximumManifestBytes} bytes`);
      const found = await sizeOf(pathOf(digest));
      if (found === undefined) return undefined;
      if (found !== size) throw corrupt(folder, `manifest ${digest} has ${found} bytes, ${size} are wanted`);
      const content = await readFile(pathOf(digest));
      if (digestOf(content) !== digest) throw corrupt(folder, `manifest ${digest} has other bytes than its name says`);
      return { mediaType, digest, bytes: content };
    },
    hasBlob: async (digest) => (await sizeOf(pathOf(digest))) !== undefined,
    readBlob: (descriptor) => checkedBlob(folder, pathOf(descriptor.digest), descriptor),
  };
}

async function* checkedBlob(
  folder: string,
  path: string,
  { digest, size }: Descriptor,
): AsyncGenerator<Uint8Array, void, undefined> {
  const found = await sizeOf(path);
  if (found === undefined) throw corrupt(folder, `blob ${digest} is missing`);
  if (found !== size) throw corrupt(folder, `blob ${digest} has ${found} bytes, ${size} are wanted`);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    if (!(chunk instanceof Uint8Array)) continue;
    hash.update(chunk);
    yield chunk;
  }
  if (digestFromHex(hash.digest('hex')) !== digest)
    throw corrupt(folder, `blob ${digest} has other bytes than its name says`);
}

async function sizeOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? found.size : undefined;
}

async function readSmall(folder: string, name: string): Promise<Uint8Array> {
  try {
    const handle = await open(join(folder, name), 'r');
    try {
      if ((await handle.stat()).size > maximumManifestBytes)
        throw corrupt(folder, `its file ${quote(name)} is too large`);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof CutwaterError) throw error;
    throw corrupt(folder, `its file ${quote(name)} cannot be read`, error);
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function corrupt(folder: string, found: string, cause?: unknown): CutwaterError {
  return new CutwaterError('STORE_CORRUPT', `Cannot read the image layout ${quote(folder)}: ${found}`, {
    cause,
    hint: 'Build the image again into an empty folder',
  });
}

// The largest manifest that registries are required to take (distribution-spec, "Pushing Manifests").
const maximumManifestBytes = 4 * 1024 * 1024;
