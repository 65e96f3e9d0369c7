import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import type { Descriptor, Manifest } from '../../domain/oci.ts';
import type { ImageManifest } from '../../domain/oci-manifest.ts';
import { parseImageManifest } from '../../domain/oci-manifest.ts';
import type { ImageRepository } from '../../ports/repository.ts';

/** Documents above this many bytes are not read: a release statement of a thousand binaries is far below it. */
export const documentLimit = 16 * 1024 * 1024;

export interface Artifact {
  readonly manifest: Manifest;
  readonly parsed: ImageManifest;
  /** The bytes of the one layer. */
  readonly content: Uint8Array;
}

/** Reads an artifact of one layer; undefined where there is nothing, refused where it is something else. */
export async function readArtifact(
  repository: ImageRepository,
  reference: ImageTag | Digest,
): Promise<Parsed<Artifact> | undefined> {
  const manifest = await repository.readManifest(reference);
  if (manifest === undefined) return undefined;
  const parsed = parseImageManifest(manifest);
  if (parsed.is === 'refused') return parsed;
  const [layer, ...more] = parsed.value.layers;
  if (layer === undefined || more.length > 0) return refuse(`has ${parsed.value.layers.length} layers, one is wanted`);
  if (layer.size > documentLimit) return refuse(`is above ${documentLimit} bytes`);
  return accept({ manifest, parsed: parsed.value, content: await readWhole(repository.readBlob(layer)) });
}

/** Collects a stream that was announced to be small, and gives up on one that is not. */
export async function readWhole(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > documentLimit)
      throw new CutwaterError('BAD_REPLY', `Cannot read a document: it is above ${documentLimit} bytes`);
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

/** A stream of bytes that are at hand. */
export async function* streamOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

/** The descriptor of a manifest or blob that must be there. */
export async function resolveOrFail(
  repository: ImageRepository,
  reference: ImageTag | Digest,
  what: string,
): Promise<Descriptor> {
  const descriptor = await repository.resolve(reference);
  if (descriptor === undefined)
    throw new CutwaterError('NOT_PUBLISHED', `Cannot find ${what}: ${reference} is not in the registry`);
  return descriptor;
}
