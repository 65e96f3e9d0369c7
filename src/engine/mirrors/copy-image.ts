import type { Digest } from '../../domain/digest.ts';
import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import { formatImageName } from '../../domain/image-name.ts';
import { parseImageManifest, parseIndex, subjectOf } from '../../domain/oci-manifest.ts';
import type { Descriptor, Manifest } from '../../domain/oci.ts';
import { isIndexType, manifestTypes } from '../../domain/oci.ts';
import { quote } from '../../domain/quote.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import type { Limit } from '../side-by-side.ts';
import { limited, sideBySide } from '../side-by-side.ts';

export interface ImageCopy {
  readonly from: ImageRepository;
  readonly to: ImageRepository;
  readonly digest: Digest;
  /** Whether what refers to the image, to its platforms and to their referrers is copied too. */
  readonly referrers: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Copies an image by digest, bytes as they are: an index with all it names, nested ones and attestations included, and
 * what refers to any of it. Within one registry blobs are mounted; between two they stream, and are sent only where the
 * target lacks them. No tag is written. What is there already is kept, so a copy that broke off is finished by the next
 * one. CONTENT_MISSING where the source has holes, IMAGE_INVALID for what is no image, INTERRUPTED.
 */
export async function copyImage(copy: ImageCopy): Promise<void> {
  const work: CopyWork = {
    ...copy,
    manifests: new Map(),
    blobs: new Map(),
    blobLimit: limited(parallelBlobs),
    refusesHoles: false,
  };
  await copyManifest(work, { digest: copy.digest, depth: 0 });
  if (copy.referrers) await copyReferrers(work);
}

interface CopyWork extends ImageCopy {
  /** Under way or done in this call: platforms have layers in common, and referrers may be found twice. */
  readonly manifests: Map<Digest, Promise<void>>;
  readonly blobs: Map<Digest, Promise<void>>;
  readonly blobLimit: Limit;
  /** The target was seen to refuse a manifest whose blobs it lacks: one that it takes is whole. */
  refusesHoles: boolean;
}

interface Visit {
  readonly digest: Digest;
  readonly depth: number;
  /** What it must refer to, when a list of referrers named it. */
  readonly subject?: Digest;
}

function copyManifest(work: CopyWork, visit: Visit): Promise<void> {
  const { digest, depth } = visit;
  const known = work.manifests.get(digest);
  if (known !== undefined) return known;
  if (depth > maximumDepth) throw invalid(work, digest, `it is nested deeper than ${maximumDepth}`);
  if (work.manifests.size >= maximumManifests)
    throw invalid(work, digest, `the image has more than ${maximumManifests} manifests`);
  const copying = copyWhole(work, visit);
  work.manifests.set(digest, copying);
  return copying;
}

async function copyWhole(work: CopyWork, { digest, depth, subject }: Visit): Promise<void> {
  checkGoing(work);
  const manifest = await work.from.readManifest(digest);
  // Lists of referrers are hints: they may name what was deleted, or what refers to something else.
  if (subject !== undefined && (manifest === undefined || subjectOf(manifest)?.digest !== subject)) return;
  if (manifest === undefined)
    throw new CutwaterError(
      'CONTENT_MISSING',
      `Cannot copy ${work.digest} to ${quote(formatImageName(work.to.name))}: ${quote(formatImageName(work.from.name))} does not have ${digest}`,
    );
  if (isIndexType(manifest.mediaType)) await copyChildren(work, manifest, depth);
  else await copyContent(work, manifest);
}

/** A second pass over all that was copied, and over what that brings: an index may refer to what it contains. */
async function copyReferrers(work: CopyWork): Promise<void> {
  const asked = new Set<Digest>();
  for (;;) {
    const subjects = [...work.manifests.keys()].filter((digest) => !asked.has(digest));
    if (subjects.length === 0) return;
    await sideBySide(subjects, parallelManifests, async (subject) => {
      asked.add(subject);
      for (const { digest } of await work.from.listReferrers(subject))
        await copyManifest(work, { digest, depth: 0, subject });
    });
  }
}

async function copyChildren(work: CopyWork, manifest: Manifest, depth: number): Promise<void> {
  const index = parseIndex(manifest);
  if (index.is === 'refused') throw invalid(work, manifest.digest, `it ${index.reason}`);
  await sideBySide(index.value.manifests, parallelManifests, async (child) => {
    // An index may name other things than manifests; they are blobs then (image-spec, image-index.md).
    if (manifestTypes.includes(child.mediaType)) await copyManifest(work, { digest: child.digest, depth: depth + 1 });
    else await copyBlob(work, child);
  });
  await writeManifest(work, manifest);
}

async function copyContent(work: CopyWork, manifest: Manifest): Promise<void> {
  const image = parseImageManifest(manifest);
  if (image.is === 'refused') throw invalid(work, manifest.digest, `it ${image.reason}`);
  const { config, layers, subject } = image.value;
  // Layers that may not be distributed stay where their vendor keeps them (image-spec, layer.md).
  const blobs = [config, ...layers].filter(({ mediaType }) => !/nondistributable|\.foreign\./.test(mediaType));
  // Mounting costs one request, as much as asking; sending costs more than a manifest that is written in vain.
  const hopeful = !isSameRegistry(work) && subject === undefined;
  if (hopeful && (await isThereWith(work, manifest, blobs))) return;
  await sideBySide(blobs, parallelBlobs, (blob) => copyBlob(work, blob));
  await writeManifest(work, manifest);
}

/** Writes the manifest in the hope that all its blobs are there; false where they are not. */
async function isThereWith(work: CopyWork, manifest: Manifest, blobs: readonly Descriptor[]): Promise<boolean> {
  try {
    await work.to.writeManifest(manifest.digest, manifest);
  } catch (error) {
    if (!isCutwaterError(error, 'REGISTRY_REFUSED')) throw error;
    work.refusesHoles = true;
    return false;
  }
  if (work.refusesHoles) return true;
  // Some registries take manifests with holes.
  const found = await Promise.all(blobs.map(({ digest }) => work.to.hasBlob(digest)));
  return found.every(Boolean);
}

function copyBlob(work: CopyWork, blob: Descriptor): Promise<void> {
  const copying = work.blobs.get(blob.digest) ?? work.blobLimit(() => sendBlob(work, blob));
  work.blobs.set(blob.digest, copying);
  return copying;
}

async function sendBlob(work: CopyWork, blob: Descriptor): Promise<void> {
  checkGoing(work);
  const { from, to } = work;
  if (isSameRegistry(work) && (await to.mountBlob(blob, from.name.repository))) return;
  await to.writeBlob(blob, () => from.readBlob(blob));
}

async function writeManifest(work: CopyWork, manifest: Manifest): Promise<void> {
  checkGoing(work);
  const subject = subjectOf(manifest);
  const { mediaType, digest, bytes } = manifest;
  if (subject === undefined) await work.to.writeManifest(digest, manifest);
  else await work.to.writeReferrer(manifest, { mediaType, digest, size: bytes.length }, subject.digest);
}

function isSameRegistry({ from, to }: CopyWork): boolean {
  return from.name.registry === to.name.registry && from.name.repository !== to.name.repository;
}

function checkGoing(work: CopyWork): void {
  if (work.signal?.aborted === true)
    throw new CutwaterError('INTERRUPTED', `Cannot finish the copy of ${work.digest}: the run was stopped`);
}

function invalid(work: CopyWork, digest: Digest, found: string): CutwaterError {
  return new CutwaterError('IMAGE_INVALID', `Cannot copy ${work.digest}: ${digest} cannot be followed, ${found}`);
}

const parallelManifests = 4;
const parallelBlobs = 4;
const maximumDepth = 8;
const maximumManifests = 2000;
