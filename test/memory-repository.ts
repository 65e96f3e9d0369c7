import { createHash } from 'node:crypto';
import type { Digest } from '../src/domain/digest.ts';
import { digestFromHex, digestOf } from '../src/domain/digest.ts';
import { CutwaterError } from '../src/domain/error.ts';
import { parseImageManifest, parseIndex } from '../src/domain/oci-manifest.ts';
import type { Descriptor, Manifest } from '../src/domain/oci.ts';
import { isIndexType } from '../src/domain/oci.ts';
import type { ImageRepository } from '../src/ports/repository.ts';

export interface MemoryRepository extends ImageRepository {
  readonly blobs: Map<Digest, Uint8Array>;
  readonly manifests: Map<Digest, Manifest>;
  /** What was written, in order. */
  readonly writes: string[];
  /** Keeps bytes as a blob. */
  put(mediaType: string, bytes: Uint8Array | string): Descriptor;
}

/** A repository without a registry: as strict as one about digests, sizes, and manifests that name what is not there. */
export function memoryRepository(): MemoryRepository {
  const blobs = new Map<Digest, Uint8Array>();
  const manifests = new Map<Digest, Manifest>();
  const writes: string[] = [];
  const put: MemoryRepository['put'] = (mediaType, content) => {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    const digest = digestOf(bytes);
    blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.length };
  };
  return {
    ...unused,
    name: { registry: 'memory.invalid', repository: 'test' },
    blobs,
    manifests,
    writes,
    put,
    readManifest: async (reference) => [...manifests.values()].find(({ digest }) => digest === reference),
    async writeManifest(reference, manifest) {
      if (reference !== manifest.digest || digestOf(manifest.bytes) !== manifest.digest)
        throw new Error('a manifest under a wrong name');
      for (const digest of namedBy(manifest))
        if (!blobs.has(digest) && !manifests.has(digest)) throw new Error(`${digest} is unknown`);
      manifests.set(manifest.digest, manifest);
      writes.push(`manifest ${manifest.digest}`);
    },
    hasBlob: async (digest) => blobs.has(digest),
    async *readBlob({ digest, size }) {
      const bytes = blobs.get(digest);
      if (bytes === undefined) throw new CutwaterError('BAD_REPLY', `Cannot read blob ${digest}: it is not there`);
      for (let at = 0; at < bytes.length; at += 100_003) yield bytes.subarray(at, at + 100_003);
      if (bytes.length !== size || digestOf(bytes) !== digest)
        throw new CutwaterError('DIGEST_MISMATCH', `Cannot read blob ${digest}: it has other bytes`);
    },
    async writeBlob({ digest, size }, open) {
      if (blobs.has(digest)) return;
      const chunks: Uint8Array[] = [];
      for await (const chunk of open()) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      const found = digestFromHex(createHash('sha256').update(bytes).digest('hex'));
      if (found !== digest || bytes.length !== size) throw new Error('a blob under a wrong name');
      blobs.set(digest, bytes);
      writes.push(`blob ${digest}`);
    },
  };
}

function namedBy(manifest: Manifest): readonly Digest[] {
  if (isIndexType(manifest.mediaType)) {
    const index = parseIndex(manifest);
    return index.is === 'ok' ? index.value.manifests.map(({ digest }) => digest) : [];
  }
  const image = parseImageManifest(manifest);
  return image.is === 'ok' ? [image.value.config, ...image.value.layers].map(({ digest }) => digest) : [];
}

function notHere(): never {
  throw new Error('not part of these tests');
}

const unused = {
  resolve: notHere,
  listTags: notHere,
  writeTags: notHere,
  mountBlob: notHere,
  listReferrers: notHere,
  writeReferrer: notHere,
};
