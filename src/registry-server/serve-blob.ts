import type { ContentDigest } from './content-digest.ts';
import { openBlob, readPieces, readSmallBlob, removeBlob, blobSize, streamWhole, touchBlob } from './blob-files.ts';
import type { OpenBlob } from './blob-files.ts';
import { readRange } from './byte-range.ts';
import type { Exchange, RegistryContext, RegistryReply, ReplyHeaders } from './exchange.ts';
import { wholeReply } from './exchange.ts';
import { findUser } from './manifest-graph.ts';
import { entityTag, isUnchanged } from './precondition.ts';
import { RegistryFault } from './registry-fault.ts';
import type { RouteOf } from './route.ts';

/** Up to here a blob is hashed before the first byte is sent; above, while it is sent. */
const smallBlob = 1024 * 1024;

/** GET and HEAD of a blob (distribution-spec, "Pulling blobs"), with `Range`. */
export async function serveBlob(
  context: RegistryContext,
  exchange: Exchange,
  route: RouteOf<'blob'>,
): Promise<RegistryReply> {
  const layout = context.store.layoutOf(route.repository);
  const { digest } = route;
  if (isUnchanged(exchange.headers['if-none-match'], digest) && (await blobSize(layout, digest)) !== undefined)
    return wholeReply(304, { ETag: entityTag(digest) });
  const blob = await openBlob(layout, digest);
  if (blob === undefined) throw unknownBlob(digest);
  let isStreamed = false;
  try {
    const reply = await replyWith(exchange, { layout, digest, blob });
    isStreamed = typeof reply.body === 'object' && 'pieces' in reply.body;
    return reply;
  } finally {
    // A stream reads on, and whoever carries it closes it.
    if (!isStreamed) await blob.handle.close();
  }
}

/** DELETE of a blob. One that a manifest names is refused, since the manifest would be broken. */
export async function deleteBlob(context: RegistryContext, route: RouteOf<'blob'>): Promise<RegistryReply> {
  const { store } = context;
  const { repository, digest } = route;
  const layout = store.layoutOf(repository);
  if ((await blobSize(layout, digest)) === undefined) throw unknownBlob(digest);
  await store.removeFiles(repository, async (index) => {
    if (index.byDigest.has(digest))
      throw new RegistryFault(
        { status: 405, code: 'UNSUPPORTED' },
        'This is a manifest; it is deleted as a manifest only',
      );
    const user = await findUser(layout, index, digest);
    if (user !== undefined)
      throw new RegistryFault({ status: 405, code: 'DENIED' }, `Manifest ${user} needs this blob`);
    await removeBlob(layout, digest);
  });
  return wholeReply(202);
}

interface FoundBlob {
  readonly layout: string;
  readonly digest: ContentDigest;
  readonly blob: OpenBlob;
}

async function replyWith(exchange: Exchange, { layout, digest, blob }: FoundBlob): Promise<RegistryReply> {
  const headers = {
    'Content-Type': 'application/octet-stream',
    'Docker-Content-Digest': digest,
    ETag: entityTag(digest),
    'Accept-Ranges': 'bytes',
  };
  if (exchange.method === 'HEAD') {
    // Who finds it here will not send it again: it must not be collected before a manifest names it.
    if (blob.isStale) await touchBlob(layout, digest);
    return wholeReply(200, { ...headers, 'Content-Length': blob.size });
  }
  const range = readRange(wantedRange(exchange, digest), blob.size);
  if (range === 'unsatisfiable')
    throw new RegistryFault({ status: 416, code: 'SIZE_INVALID' }, `The blob has ${blob.size} bytes`, {
      headers: { 'Content-Range': `bytes */${blob.size}` },
    });
  if (range !== 'whole') {
    const length = range.last - range.first + 1;
    const part = { 'Content-Range': `bytes ${range.first}-${range.last}/${blob.size}`, 'Content-Length': length };
    return streamReply(206, { ...headers, ...part }, { blob, pieces: readPieces(blob, range) });
  }
  if (blob.size <= smallBlob) {
    const bytes = await readSmallBlob(layout, digest, smallBlob);
    if (bytes === undefined) throw unknownBlob(digest);
    return wholeReply(200, headers, bytes);
  }
  const whole = { ...headers, 'Content-Length': blob.size };
  return streamReply(200, whole, { blob, pieces: streamWhole(layout, digest, blob) });
}

function streamReply(
  status: number,
  headers: ReplyHeaders,
  { blob, pieces }: { readonly blob: OpenBlob; readonly pieces: AsyncIterable<Uint8Array> },
): RegistryReply {
  return { status, headers, body: { pieces, close: () => blob.handle.close() } };
}

/** `If-Range` names the version the reader has a part of (RFC 9110, section 13.1.5); of another one it wants the whole. */
function wantedRange(exchange: Exchange, digest: ContentDigest): string | undefined {
  const { range, 'if-range': condition } = exchange.headers;
  return condition === undefined || condition === entityTag(digest) ? range : undefined;
}

function unknownBlob(digest: ContentDigest): RegistryFault {
  return new RegistryFault({ status: 404, code: 'BLOB_UNKNOWN' }, `There is no blob ${digest} in this repository`);
}
