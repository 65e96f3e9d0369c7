import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { parseImageManifest, parseIndex } from '../../domain/oci-manifest.ts';
import type { Descriptor, Manifest } from '../../domain/oci.ts';
import { isIndexType } from '../../domain/oci.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import type { OciLayout } from './open-layout.ts';

export interface Push {
  readonly layout: OciLayout;
  /** What to push: an index, or the manifest of an image for one platform. */
  readonly index: Descriptor;
  readonly repository: ImageRepository;
  readonly signal?: AbortSignal;
}

/**
 * Writes an image and all it names into a repository, everything by digest and no tag: blobs, then the manifests that
 * name them, then the index, so that a reader never meets a name without its bytes. What is there already is not sent again.
 * Throws STORE_CORRUPT for a layout with holes, INTERRUPTED, and what the repository throws.
 */
export async function pushLayout(push: Push): Promise<void> {
  await pushManifest(push, { descriptor: push.index, depth: 0, done: new Set() });
}

interface Visit {
  readonly descriptor: Descriptor;
  readonly depth: number;
  /** Pushed in this call: platforms share layers. */
  readonly done: Set<Digest>;
}

async function pushManifest(push: Push, { descriptor, depth, done }: Visit): Promise<void> {
  if (done.has(descriptor.digest)) return;
  if (depth > maximumDepth) throw hollow(descriptor, `indexes are nested deeper than ${maximumDepth}`);
  const manifest = await push.layout.readManifest(descriptor);
  if (manifest === undefined) throw hollow(descriptor, 'the layout does not hold it');
  if (isIndexType(manifest.mediaType))
    for (const child of childrenOf(manifest)) await pushManifest(push, { descriptor: child, depth: depth + 1, done });
  else await pushBlobs(push, blobsOf(manifest), done);
  checkGoing(push);
  await push.repository.writeManifest(manifest.digest, manifest);
  done.add(descriptor.digest);
}

async function pushBlobs(push: Push, blobs: readonly Descriptor[], done: Set<Digest>): Promise<void> {
  const waiting = blobs.filter(
    (blob, index) => !done.has(blob.digest) && blobs.findIndex((other) => other.digest === blob.digest) === index,
  );
  const work = waiting.values();
  const worker = async (): Promise<void> => {
    for (const blob of work) {
      checkGoing(push);
      await push.repository.writeBlob(blob, () => push.layout.readBlob(blob));
      done.add(blob.digest);
    }
  };
  // The workers take from one iterator, so each blob goes to one of them.
  const results = await Promise.allSettled(Array.from({ length: parallelUploads }, worker));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

function childrenOf(manifest: Manifest): readonly Descriptor[] {
  const index = parseIndex(manifest);
  if (index.is === 'refused') throw hollow(manifest, `it ${index.reason}`);
  return index.value.manifests;
}

function blobsOf(manifest: Manifest): readonly Descriptor[] {
  const image = parseImageManifest(manifest);
  if (image.is === 'refused') throw hollow(manifest, `it ${image.reason}`);
  return [image.value.config, ...image.value.layers];
}

function checkGoing({ signal, index }: Push): void {
  if (signal?.aborted === true)
    throw new CutwaterError('INTERRUPTED', `Cannot finish the upload of ${index.digest}: the run was stopped`);
}

function hollow({ digest }: { readonly digest: Digest }, found: string): CutwaterError {
  return new CutwaterError('STORE_CORRUPT', `Cannot push ${digest}: ${found}`, {
    hint: 'Build the image again into an empty folder',
  });
}

const parallelUploads = 4;
const maximumDepth = 4;
