import type { Parsed } from '../../domain/brand.ts';
import type { Digest } from '../../domain/digest.ts';
import { digestOf } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { parseImageConfig } from '../../domain/image-config.ts';
import { parseImageManifest } from '../../domain/oci-manifest.ts';
import type { Descriptor } from '../../domain/oci.ts';
import type { TarEntry } from '../../domain/tar-entries.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import type { ImageTree, TreeLimits } from './image-tree.ts';
import { imageTree } from './image-tree.ts';
import type { ImageLayer } from './layer-entries.ts';
import { layerEntries } from './layer-entries.ts';

interface ImageSource {
  readonly repository: ImageRepository;
  /** The image manifest of one platform. */
  readonly manifest: Digest;
}

/** What an image may cost before it is refused. All in bytes, but the limits of the tree. */
export interface LayerLimits extends TreeLimits {
  /** Of one layer, uncompressed. */
  readonly layerBytes: number;
}

/** The layers of an image, lowest first, each with the digest its configuration gives it. Throws IMAGE_INVALID, DIGEST_MISMATCH. */
export async function readLayers(request: ImageSource): Promise<readonly ImageLayer[]> {
  const bytes = await request.repository.readManifest(request.manifest);
  if (bytes === undefined) throw unreadableImage(request.manifest, 'the registry has no such manifest');
  if (digestOf(bytes.bytes) !== request.manifest)
    throw unreadableImage(request.manifest, 'its manifest has another digest');
  const manifest = must(request, 'manifest', parseImageManifest(bytes));
  const config = must(request, 'configuration', parseImageConfig(await readConfig(request, manifest.config)));
  if (config.diffIds.length !== manifest.layers.length)
    throw unreadableImage(
      request.manifest,
      `it has ${manifest.layers.length} layers and ${config.diffIds.length} diff ids`,
    );
  return manifest.layers.flatMap((descriptor, layer) => {
    const diffId = config.diffIds[layer];
    return diffId === undefined ? [] : [{ descriptor, diffId }];
  });
}

async function readConfig(request: ImageSource, descriptor: Descriptor): Promise<Uint8Array> {
  if (descriptor.size > maximumConfigBytes)
    throw unreadableImage(request.manifest, `its configuration is above ${maximumConfigBytes} bytes`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.repository.readBlob(descriptor)) {
    size += chunk.length;
    if (size > descriptor.size) break;
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  if (size !== descriptor.size || digestOf(bytes) !== descriptor.digest)
    throw new CutwaterError(
      'DIGEST_MISMATCH',
      `Cannot read image ${request.manifest}: its configuration has other bytes than ${descriptor.digest}`,
    );
  return bytes;
}

/** Where an entry is: the layer from the lowest up, and its number in it, both from 0. */
export interface EntryPlace {
  readonly layer: number;
  readonly entry: number;
}

export interface TreeRequest {
  readonly repository: ImageRepository;
  readonly layers: readonly ImageLayer[];
  readonly limits: LayerLimits;
  /** Sees each entry on the way and may read its body; what it keeps is to be believed only when all has been read. */
  readonly onEntry?: (entry: TarEntry, place: EntryPlace) => Promise<void>;
}

/** The files of an image by its layers, each read once to its end. Throws IMAGE_INVALID, DIGEST_MISMATCH. */
export async function readTree({ repository, layers, limits, onEntry }: TreeRequest): Promise<ImageTree> {
  const tree = imageTree(limits);
  for (const [layer, source] of layers.entries()) {
    let entry = 0;
    for await (const header of layerEntries(repository, source, limits.layerBytes)) {
      tree.apply(header, { layer, entry });
      await onEntry?.(header, { layer, entry });
      entry += 1;
    }
  }
  return tree;
}

function must<Value>(request: ImageSource, what: string, parsed: Parsed<Value>): Value {
  if (parsed.is === 'refused') throw unreadableImage(request.manifest, `its ${what} ${parsed.reason}`);
  return parsed.value;
}

export function unreadableImage(manifest: Digest, found: string): CutwaterError {
  return new CutwaterError('IMAGE_INVALID', `Cannot read image ${manifest}: ${found}`);
}

const maximumConfigBytes = 8 * 1024 * 1024;
