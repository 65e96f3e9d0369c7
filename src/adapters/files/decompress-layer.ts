import { Readable, pipeline } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';

/**
 * The uncompressed bytes of a layer by its media type: plain, gzip or zstd, in OCI's and Docker's names. Nothing limits
 * the length of what comes out; the caller counts. Throws IMAGE_INVALID for other types and for damaged streams.
 */
export async function* decompressLayer(
  mediaType: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const format = formats.find(({ pattern }) => pattern.test(mediaType));
  if (format === undefined)
    throw new CutwaterError(
      'IMAGE_INVALID',
      `Cannot read a layer: its type is ${quote(mediaType)}, tar, tar+gzip or tar+zstd is wanted`,
    );
  if (format.open === undefined) {
    yield* chunks;
    return;
  }
  const output = format.open();
  // The callback is required; what went wrong is thrown by the loop below.
  pipeline(Readable.from(chunks, { objectMode: false }), output, () => undefined);
  try {
    for await (const chunk of output) if (chunk instanceof Uint8Array) yield chunk;
  } catch (error) {
    if (error instanceof CutwaterError || !isZlibError(error)) throw error;
    throw new CutwaterError(
      'IMAGE_INVALID',
      `Cannot read a layer: its compressed stream is damaged: ${error.message}`,
      { cause: error },
    );
  }
}

/** Whether a layer of this media type is stored as it is. */
export function isUncompressed(mediaType: string): boolean {
  return formats.some(({ pattern, open }) => open === undefined && pattern.test(mediaType));
}

const formats = [
  { pattern: /^application\/vnd\.(?:oci\.image\.layer\.v1\.tar|docker\.image\.rootfs\.diff\.tar)$/, open: undefined },
  {
    pattern: /^application\/vnd\.(?:oci\.image\.layer\.v1\.tar\+gzip|docker\.image\.rootfs\.diff\.tar\.gzip)$/,
    open: createGunzip,
  },
  {
    pattern: /^application\/vnd\.(?:oci\.image\.layer\.v1\.tar\+zstd|docker\.image\.rootfs\.diff\.tar\.zstd)$/,
    open: createZstdDecompress,
  },
] as const;

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && /^(?:Z_|ZSTD_)/.test(String(error.code));
}
