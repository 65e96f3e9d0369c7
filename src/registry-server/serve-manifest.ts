import { rm } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import type { ImageTag } from '../domain/image-name.ts';
import { isImageTag } from '../domain/image-name.ts';
import { quote } from '../domain/quote.ts';
import { CutwaterError } from '../domain/error.ts';
import { blobSize, readSmallBlob, touchBlob } from './blob-files.ts';
import type { ContentDigest } from './content-digest.ts';
import { algorithmOf, contentDigestOf } from './content-digest.ts';
import type { Exchange, RegistryContext, RegistryReply } from './exchange.ts';
import { readSmallBody, wholeReply } from './exchange.ts';
import type { LayoutIndex } from './layout-index.ts';
import { emptyLayoutIndex, withManifest } from './layout-index.ts';
import type { ManifestContent } from './manifest-content.ts';
import { parseManifest } from './manifest-content.ts';
import type { StoredManifest } from './manifest-graph.ts';
import { readStored, typeOfManifest } from './manifest-graph.ts';
import { entityTag, isUnchanged, mayWrite } from './precondition.ts';
import { RegistryFault } from './registry-fault.ts';
import type { RepositoryName } from './repository-name.ts';
import type { ManifestReference, RouteOf } from './route.ts';

/** distribution-spec, "Pushing Manifests": at least 4 megabytes. */
const manifestLimit = 4 * 1024 * 1024;
const tagLimit = 100;

/** GET and HEAD of a manifest, by tag or digest. The bytes are hashed before they are served. */
export async function serveManifest(
  context: RegistryContext,
  exchange: Exchange,
  route: RouteOf<'manifest'>,
): Promise<RegistryReply> {
  const manifest = await findManifest(context, route.repository, route.reference);
  const headers = { 'Docker-Content-Digest': manifest.digest, ETag: entityTag(manifest.digest) };
  if (isUnchanged(exchange.headers['if-none-match'], manifest.digest)) return wholeReply(304, headers);
  return wholeReply(200, { 'Content-Type': manifest.mediaType, ...headers }, manifest.bytes);
}

/**
 * PUT of a manifest by tag, or by digest with any number of `tag` parameters. All tags move, or none. `If-Match` and
 * `If-None-Match` are judged against what each tag points at, under the lock: 412 PRECONDITION_FAILED.
 */
export async function putManifest(
  context: RegistryContext,
  exchange: Exchange,
  route: RouteOf<'manifest'>,
): Promise<RegistryReply> {
  const { repository, reference } = route;
  const tags = wantedTags(exchange, reference);
  const bytes = await readSmallBody(exchange, manifestLimit);
  const digest = checkDigest(bytes, reference);
  const parsed = parseManifest(bytes, exchange.headers['content-type']);
  if (parsed.is === 'refused')
    throw new RegistryFault({ status: 400, code: 'MANIFEST_INVALID' }, `The manifest ${parsed.reason}`);
  const content = parsed.value;
  await storeManifest(context, { repository, digest, bytes, content, tags, headers: exchange.headers });
  return wholeReply(201, {
    Location: `/v2/${repository}/manifests/${digest}`,
    'Docker-Content-Digest': digest,
    ETag: entityTag(digest),
    ...(content.subject === undefined ? {} : { 'OCI-Subject': content.subject }),
    ...(reference.kind === 'digest' && tags.length > 0 ? { 'OCI-Tag': tags } : {}),
  });
}

interface NewContent {
  readonly repository: RepositoryName;
  readonly digest: ContentDigest;
  readonly bytes: Uint8Array;
  readonly content: ManifestContent;
  readonly tags: readonly ImageTag[];
  readonly headers: IncomingHttpHeaders;
}

/**
 * What can be refused is refused before anything is written. The bytes are made durable before the lock is taken, so that
 * many pushes do that at once; under the lock all is judged again.
 */
async function storeManifest(context: RegistryContext, wanted: NewContent): Promise<void> {
  const { store } = context;
  const { repository, digest, bytes, content, tags } = wanted;
  const layout = store.layoutOf(repository);
  const check = async (index: LayoutIndex): Promise<void> => {
    for (const tag of tags) checkMove(context, wanted, { index, tag });
    await checkLinks(layout, content, { sparse: context.sparse });
  };
  await check((await store.readIndex(repository)) ?? emptyLayoutIndex);
  let draft = (await isIntact(layout, digest)) ? undefined : await store.writeDraft(bytes);
  try {
    await store.changeIndex(repository, async (index, blobs) => {
      await check(index);
      if (draft === undefined && (await blobSize(layout, digest)) === undefined) draft = await store.writeDraft(bytes);
      if (draft === undefined) await touchBlob(layout, digest);
      else await blobs.place(digest, draft);
      const { mediaType, subject } = content;
      return {
        index: withManifest(index, { mediaType, digest, size: bytes.length, subject }, tags),
        result: undefined,
      };
    });
  } finally {
    if (draft !== undefined) await rm(draft, { force: true });
  }
}

/** A tag or manifest of the index; a fault 404 where there is none. */
async function findManifest(
  context: RegistryContext,
  repository: RepositoryName,
  reference: ManifestReference,
): Promise<StoredManifest> {
  const layout = context.store.layoutOf(repository);
  // Twice, since the manifest may be deleted between the look into the index and the look at the file.
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const index = await context.store.readIndex(repository);
    if (index === undefined)
      throw new RegistryFault({ status: 404, code: 'NAME_UNKNOWN' }, `There is no repository ${quote(repository)}`);
    const found = await resolveReference(layout, index, reference);
    if (found === undefined) throw unknownManifest(reference);
    const manifest = await readStored(layout, found.digest, found.mediaType);
    if (manifest !== undefined) return manifest;
  }
  throw new CutwaterError(
    'STORE_CORRUPT',
    `Cannot read a manifest of ${quote(layout)}: the index names it and its file is not there`,
  );
}

async function resolveReference(
  layout: string,
  index: LayoutIndex,
  reference: ManifestReference,
): Promise<{ readonly digest: ContentDigest; readonly mediaType: string } | undefined> {
  if (reference.kind === 'tag') return index.byTag.get(reference.tag);
  const mediaType = await typeOfManifest(layout, index, reference.digest);
  return mediaType === undefined ? undefined : { digest: reference.digest, mediaType };
}

function wantedTags(exchange: Exchange, reference: ManifestReference): readonly ImageTag[] {
  if (reference.kind === 'tag') return [reference.tag];
  const names = [...new Set(exchange.query.getAll('tag'))];
  if (names.length > tagLimit)
    throw new RegistryFault({ status: 414, code: 'SIZE_INVALID' }, `At most ${tagLimit} tags are taken at once`);
  const tags = names.filter(isImageTag);
  const wrong = names.find((name) => !isImageTag(name));
  if (wrong !== undefined)
    throw new RegistryFault({ status: 400, code: 'MANIFEST_INVALID' }, `${quote(wrong)} is no tag`);
  return tags;
}

function checkDigest(bytes: Uint8Array, reference: ManifestReference): ContentDigest {
  const digest = contentDigestOf(bytes, reference.kind === 'tag' ? 'sha256' : algorithmOf(reference.digest));
  if (reference.kind === 'tag' || reference.digest === digest) return digest;
  throw new RegistryFault(
    { status: 400, code: 'DIGEST_INVALID' },
    `The manifest has the digest ${digest}, ${reference.digest} is wanted`,
  );
}

function checkMove(
  context: RegistryContext,
  { digest, headers }: NewContent,
  move: { readonly index: LayoutIndex; readonly tag: ImageTag },
): void {
  const current = move.index.byTag.get(move.tag)?.digest;
  const detail = { tag: move.tag, current: current ?? null };
  if (current !== undefined && current !== digest && context.isImmutable(move.tag))
    throw new RegistryFault(
      { status: 412, code: 'TAG_IMMUTABLE' },
      `The tag "${move.tag}" is immutable and points at ${current}`,
      {
        detail,
      },
    );
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  if (mayWrite({ ifMatch, ifNoneMatch }, current)) return;
  const found = current === undefined ? 'does not exist' : `points at ${current}`;
  throw new RegistryFault({ status: 412, code: 'PRECONDITION_FAILED' }, `The tag "${move.tag}" ${found}`, { detail });
}

async function checkLinks(
  layout: string,
  content: ManifestContent,
  { sparse }: { readonly sparse: boolean },
): Promise<void> {
  for (const link of content.links) {
    const size = await blobSize(layout, link.digest);
    if (size === undefined && link.required && !sparse)
      throw new RegistryFault(
        { status: 404, code: 'MANIFEST_BLOB_UNKNOWN' },
        `The manifest names ${link.digest}, which is not in this repository`,
        {
          detail: { digest: link.digest },
        },
      );
    if (size !== undefined && size !== link.size)
      throw new RegistryFault(
        { status: 400, code: 'MANIFEST_INVALID' },
        `The manifest gives ${link.digest} ${link.size} bytes, it has ${size}`,
      );
  }
}

/** A manifest that is there and damaged is mended by being pushed again. */
async function isIntact(layout: string, digest: ContentDigest): Promise<boolean> {
  try {
    return (await readSmallBlob(layout, digest, manifestLimit)) !== undefined;
  } catch (error) {
    if (error instanceof CutwaterError) return false;
    throw error;
  }
}

function unknownManifest(reference: ManifestReference): RegistryFault {
  const name = reference.kind === 'tag' ? reference.tag : reference.digest;
  return new RegistryFault(
    { status: 404, code: 'MANIFEST_UNKNOWN' },
    `There is no manifest ${name} in this repository`,
  );
}
