import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../../domain/canonical-json.ts';
import type { Digest } from '../../domain/digest.ts';
import { digestFromHex, hexOf } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { Descriptor } from '../../domain/oci.ts';
import { mediaTypes } from '../../domain/oci.ts';
import { quote } from '../../domain/quote.ts';

/** A new OCI image layout being written (image-spec, image-layout.md). */
export interface LayoutBlobs {
  /** Streams a blob to disk. With `expected`, other bytes than these are DIGEST_MISMATCH and nothing is kept. */
  write(mediaType: string, chunks: AsyncIterable<Uint8Array>, expected?: Descriptor): Promise<Descriptor>;
  /** Writes a value as canonical JSON: one spelling, so one digest. */
  writeJson(mediaType: string, value: unknown): Promise<Descriptor>;
  has(digest: Digest): Promise<boolean>;
  read(digest: Digest): AsyncIterable<Uint8Array>;
  /** Names the image; before this the folder is no layout. */
  finish(index: Descriptor): Promise<void>;
}

/** Starts a layout in an empty folder, which is made where it is missing. */
export async function createLayout(folder: string): Promise<LayoutBlobs> {
  const blobs = join(folder, 'blobs', 'sha256');
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0)
    throw new CutwaterError('BUILD_FAILED', `Cannot build into ${quote(folder)}: it is not empty`);
  await mkdir(blobs, { recursive: true });
  const pathOf = (digest: Digest): string => join(blobs, hexOf(digest));
  const write: LayoutBlobs['write'] = async (mediaType, chunks, expected) => {
    const temporary = join(blobs, `.tmp-${randomBytes(8).toString('hex')}`);
    try {
      const found = await spool(temporary, chunks, expected?.size);
      if (expected !== undefined && (found.digest !== expected.digest || found.size !== expected.size))
        throw new CutwaterError(
          'DIGEST_MISMATCH',
          `Cannot keep blob ${expected.digest}: the bytes that came are ${found.digest}, ${found.size} bytes`,
        );
      await rename(temporary, pathOf(found.digest));
      return { mediaType, ...found };
    } finally {
      await rm(temporary, { force: true });
    }
  };
  return {
    write,
    writeJson: (mediaType, value) => write(mediaType, once(new TextEncoder().encode(canonicalJson(value)))),
    has: (digest) =>
      access(pathOf(digest)).then(
        () => true,
        () => false,
      ),
    read: (digest) => createReadStream(pathOf(digest)),
    async finish(index) {
      await writeFile(join(folder, 'oci-layout'), canonicalJson({ imageLayoutVersion: '1.0.0' }));
      const json = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [index] };
      await writeFile(join(folder, 'index.json'), canonicalJson(json));
    },
  };
}

async function spool(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  limit = Number.POSITIVE_INFINITY,
): Promise<{ readonly digest: Digest; readonly size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  const handle = await open(path, 'wx').catch(diskError);
  try {
    for await (const chunk of chunks) {
      size += chunk.length;
      // One byte too many shows that the bytes are wrong; an endless stream must not fill the disk.
      if (size > limit) break;
      hash.update(chunk);
      await handle.writeFile(chunk).catch(diskError);
    }
  } finally {
    await handle.close();
  }
  return { digest: digestFromHex(hash.digest('hex')), size };
}

function diskError(error: unknown): never {
  throw new CutwaterError('DISK', `Cannot write the image: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  });
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}
