import { createHash } from 'node:crypto';
import type { Digest } from '../../domain/digest.ts';
import { digestFromHex } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { Descriptor } from '../../domain/oci.ts';
import type { TarEntry } from '../../domain/tar-entries.ts';
import { tarEntries } from '../../domain/tar-entries.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import { decompressLayer, isUncompressed } from '../files/decompress-layer.ts';

export interface ImageLayer {
  readonly descriptor: Descriptor;
  /** Digest of the uncompressed layer, by the image's configuration. */
  readonly diffId: Digest;
}

/**
 * The entries of a layer, streamed. When the last one has been asked for, the uncompressed bytes were compared with the
 * diff id; what was read before that is not to be believed. Throws DIGEST_MISMATCH and IMAGE_INVALID.
 */
export async function* layerEntries(
  repository: ImageRepository,
  layer: ImageLayer,
  maximumBytes: number,
): AsyncGenerator<TarEntry, void, undefined> {
  // A repository gives the bytes of a digest or an error, so what is stored uncompressed need not be hashed twice.
  const isProven = layer.descriptor.digest === layer.diffId && isUncompressed(layer.descriptor.mediaType);
  const hash = createHash('sha256');
  let size = 0;
  const uncompressed = decompressLayer(layer.descriptor.mediaType, repository.readBlob(layer.descriptor));
  const counted = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of uncompressed) {
      size += chunk.length;
      if (size > maximumBytes)
        throw new CutwaterError(
          'IMAGE_INVALID',
          `Cannot read layer ${layer.descriptor.digest}: it is above ${maximumBytes} bytes when uncompressed`,
        );
      if (!isProven) hash.update(chunk);
      yield chunk;
    }
  };
  yield* tarEntries(counted());
  if (isProven) return;
  const found = digestFromHex(hash.digest('hex'));
  if (found !== layer.diffId)
    throw new CutwaterError(
      'DIGEST_MISMATCH',
      `Cannot read layer ${layer.descriptor.digest}: uncompressed it is ${found}, the image's configuration says ${layer.diffId}`,
    );
}
