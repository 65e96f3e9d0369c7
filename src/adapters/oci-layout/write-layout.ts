import { createHash } from 'node:crypto';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../../domain/canonical-json.ts';
import type { Digest } from '../../domain/digest.ts';
import { digestFromHex, hexOf } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { parseImageConfig } from '../../domain/image-config.ts';
import { parseImageManifest } from '../../domain/oci-manifest.ts';
import type { Descriptor } from '../../domain/oci.ts';
import { mediaTypes } from '../../domain/oci.ts';
import type { ImageRepository } from '../../ports/repository.ts';

/** What identifies the content of an image whatever its layers are compressed with. */
export interface ImageContent {
  /** The digest of its configuration. */
  readonly config: Digest;
  readonly diffIds: readonly Digest[];
}

/**
 * Writes the image of one platform as an OCI layout, for programs that read images from disk. Blobs are streamed and
 * checked. The folder must be new. Throws IMAGE_INVALID, DIGEST_MISMATCH, DISK, and what the repository throws.
 */
export async function writeLayout(
  repository: ImageRepository,
  image: Descriptor,
  folder: string,
): Promise<ImageContent> {
  const manifest = await repository.readManifest(image.digest);
  if (manifest === undefined) throw unreadable(image, 'the registry does not have it');
  const parsed = parseImageManifest(manifest);
  if (parsed.is === 'refused') throw unreadable(image, `it ${parsed.reason}`);
  const { config, layers } = parsed.value;
  await mkdir(join(folder, 'blobs', 'sha256'), { recursive: true });
  const pathOf = (digest: Digest): string => join(folder, 'blobs', 'sha256', hexOf(digest));
  const json = await collect(repository.readBlob(config), config);
  const read = parseImageConfig(json);
  if (read.is === 'refused') throw unreadable(image, `its configuration ${read.reason}`);
  await writeFile(pathOf(config.digest), json).catch(diskError);
  await writeFile(pathOf(manifest.digest), manifest.bytes).catch(diskError);
  const distinct = new Map(layers.map((layer) => [layer.digest, layer]));
  for (const layer of distinct.values()) await writeBlob(repository, layer, pathOf(layer.digest));
  const named = { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.length };
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [named] };
  await writeFile(join(folder, 'index.json'), canonicalJson(index)).catch(diskError);
  await writeFile(join(folder, 'oci-layout'), canonicalJson({ imageLayoutVersion: '1.0.0' })).catch(diskError);
  return { config: config.digest, diffIds: read.value.diffIds };
}

async function collect(chunks: AsyncIterable<Uint8Array>, { digest, size }: Descriptor): Promise<Uint8Array> {
  if (size > maximumConfigBytes)
    throw new CutwaterError(
      'IMAGE_INVALID',
      `Cannot read configuration ${digest}: it is above ${maximumConfigBytes} bytes`,
    );
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

async function writeBlob(repository: ImageRepository, layer: Descriptor, path: string): Promise<void> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx').catch(diskError);
  try {
    for await (const chunk of repository.readBlob(layer)) {
      hash.update(chunk);
      await file.writeFile(chunk).catch(diskError);
    }
  } finally {
    await file.close();
  }
  const found = digestFromHex(hash.digest('hex'));
  if (found !== layer.digest)
    throw new CutwaterError('DIGEST_MISMATCH', `Cannot keep blob ${layer.digest}: the bytes that came are ${found}`);
}

function unreadable({ digest }: Descriptor, found: string): CutwaterError {
  return new CutwaterError('IMAGE_INVALID', `Cannot read image ${digest}: ${found}`);
}

function diskError(error: unknown): never {
  const found = error instanceof Error ? error.message : String(error);
  throw new CutwaterError('DISK', `Cannot write the image: ${found}`, { cause: error });
}

const maximumConfigBytes = 4 * 1024 * 1024;
