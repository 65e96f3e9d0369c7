import { isDigest } from '../../domain/digest.ts';
import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import type { Descriptor } from '../../domain/oci.ts';
import type { BytePieces } from './byte-pieces.ts';
import { bytesAfter, cutIntoPieces } from './byte-pieces.ts';
import { checkedBytes } from './checked-bytes.ts';
import { resolveTarget } from './outside-target.ts';
import type { Place } from './place.ts';
import type { Reply } from './reply-body.ts';
import { firstHeader } from './reply-body.ts';
import type { Call, Session } from './session.ts';
import { TransientError } from './transient-error.ts';
import type { WireBody } from './transport.ts';

/** An upload session of a registry, and how far it has come. */
export interface UploadPoint {
  readonly location: URL;
  /** Bytes the registry has. */
  readonly offset: number;
}

export interface UploadJob {
  readonly session: Session;
  readonly place: Place;
  readonly descriptor: Descriptor;
  readonly open: () => AsyncIterable<Uint8Array>;
  /** Told where the upload is after each piece, and how many bytes have left since. */
  readonly onProgress: (point: UploadPoint, sent: number) => void;
}

export interface UploadTry {
  readonly point: UploadPoint;
  /** Above this many bytes the rest goes in several requests; infinite for one. */
  readonly piece: number;
  readonly remaining: number;
}

export function writeVerb(place: Place, descriptor: Descriptor): string {
  return `write the blob ${place.label(descriptor.digest)}`;
}

/** Opens an upload session (OCI distribution-spec, "POST then PUT"). */
export async function startUpload({ session, place, descriptor }: UploadJob, remaining: number): Promise<UploadPoint> {
  const what = writeVerb(place, descriptor);
  const call: Call = { what, method: 'POST', url: place.url('blobs/uploads/'), scopes: place.writeScopes() };
  const reply = await session.ask(call, remaining);
  if (reply.status !== 202) throw session.unexpected(call, reply);
  return { location: uploadLocation(reply, { place, what }), offset: 0 };
}

/** Absolute or relative to the URL that answered; its query belongs to the server and is kept as it is. */
export function uploadLocation(reply: Reply, { place, what }: { readonly place: Place; readonly what: string }): URL {
  const location = firstHeader(reply, 'location');
  if (location === undefined)
    throw new CutwaterError('BAD_REPLY', `Cannot ${what}: the reply to the upload has no Location, wanted one`);
  const target = resolveTarget(location, reply.url, place.url(''));
  if (target.is === 'refused')
    throw new CutwaterError('BAD_REPLY', `Cannot ${what}: the upload's Location ${target.reason}`);
  return target.value;
}

/**
 * Sends what is missing from the point on: all in the closing PUT, or in pieces by PATCH with the last one in the PUT
 * (OCI distribution-spec, "Pushing a blob in chunks"). The source is read and hashed from its beginning in any case.
 * Gives back a reply that is no success.
 */
export async function sendRest(job: UploadJob, { point, piece, remaining }: UploadTry): Promise<Reply | undefined> {
  const { descriptor, onProgress } = job;
  const { digest, size } = descriptor;
  const bytes = (): AsyncIterable<Uint8Array> =>
    checkedBytes(job.open(), { what: writeVerb(job.place, descriptor), digest, size });
  const { location, offset } = point;
  if (size - offset > piece) return sendPieces(job, { point, piece, remaining, source: cutIntoPieces(bytes()) });
  const body = (): AsyncIterable<Uint8Array> =>
    counted(offset === 0 ? bytes() : bytesAfter(offset, bytes()), (sent) => onProgress(point, sent));
  const url = closingUrl(location, descriptor);
  const first = offset > 0 ? offset : undefined;
  return finished(job, await request(job, { method: 'PUT', url, first, length: size - offset, body, remaining }));
}

async function sendPieces(
  job: UploadJob,
  { point, piece, remaining, source }: UploadTry & { readonly source: BytePieces },
): Promise<Reply | undefined> {
  const { place, descriptor, onProgress } = job;
  const what = writeVerb(place, descriptor);
  let { location, offset } = point;
  const send = (method: Piece['method'], url: URL, length: number): Promise<Reply> => {
    const here = { location, offset };
    const body = once(() => counted(source.take(length), (sent) => onProgress(here, sent)), what);
    return request(job, { method, url, first: offset, length, body, remaining });
  };
  try {
    await source.skip(offset);
    while (descriptor.size - offset > piece) {
      const reply = await send('PATCH', location, piece);
      // One large registry answers a piece with 201.
      if (reply.status !== 202 && reply.status !== 201) return reply;
      location = uploadLocation(reply, { place, what });
      offset += piece;
      onProgress({ location, offset }, 0);
    }
    return finished(job, await send('PUT', closingUrl(location, descriptor), descriptor.size - offset));
  } finally {
    source.close();
  }
}

/** Where an upload stands that broke off, or undefined where the registry's word for it cannot be trusted. */
export async function askForPoint(
  { session, place, descriptor }: UploadJob,
  { point, sent, remaining }: { readonly point: UploadPoint; readonly sent: number; readonly remaining: number },
): Promise<UploadPoint | undefined> {
  const what = `go on to ${writeVerb(place, descriptor)}`;
  const call: Call = { what, method: 'GET', url: point.location, scopes: place.writeScopes() };
  const reply = await session.ask(call, remaining).catch((error: unknown) => {
    if (isCutwaterError(error) && error.code !== 'INTERRUPTED') return undefined;
    throw error;
  });
  if (reply?.status !== 204) return undefined;
  const end = /^(?:bytes=)?0-(\d{1,15})$/.exec(firstHeader(reply, 'range') ?? '')?.[1];
  const offset = end === undefined ? 0 : Number(end) + 1;
  // `0-0` says no byte as well as one, and more than was sent is a lie.
  if (offset < smallestResume || offset > point.offset + sent || offset >= descriptor.size) return undefined;
  const moved = firstHeader(reply, 'location') !== undefined;
  return { location: moved ? uploadLocation(reply, { place, what }) : point.location, offset };
}

/** Below this a whole new try costs hardly more than asking. */
export const smallestResume: number = 1024 * 1024;

/** Best effort: an upload nobody finishes is thrown away by the registry in time. */
export async function cancelUpload(session: Session, place: Place, location: URL): Promise<void> {
  const call: Call = {
    what: `cancel an upload to ${place.label()}`,
    method: 'DELETE',
    url: location,
    scopes: place.writeScopes(),
  };
  try {
    await session.ask(call, 10_000);
  } catch (error) {
    if (!isCutwaterError(error) || error.code === 'INTERRUPTED') throw error;
  }
}

interface Piece {
  readonly method: 'PATCH' | 'PUT';
  readonly url: URL;
  /** Position of the first byte, where the request must say it. */
  readonly first: number | undefined;
  readonly length: number;
  readonly body: () => AsyncIterable<Uint8Array>;
  readonly remaining: number;
}

function request({ session, place, descriptor }: UploadJob, piece: Piece): Promise<Reply> {
  const { method, url, first, length } = piece;
  const body: WireBody = { kind: 'stream', size: length, open: piece.body };
  // Without "bytes ": the specification wants it so, and some registries refuse the other form.
  const range = first === undefined || length === 0 ? {} : { 'content-range': `${first}-${first + length - 1}` };
  const call: Call = {
    what: writeVerb(place, descriptor),
    method,
    url,
    headers: { 'content-type': 'application/octet-stream', ...range },
    body,
    scopes: place.writeScopes(),
    transferBytes: descriptor.size,
  };
  return session.ask(call, piece.remaining);
}

function closingUrl(location: URL, { digest }: Descriptor): URL {
  const url = new URL(location);
  // Appended as text: taking the query apart and together again could change the server's signed state.
  url.search = `${location.search}${location.search === '' ? '?' : '&'}digest=${encodeURIComponent(digest)}`;
  return url;
}

function finished({ session, place, descriptor }: UploadJob, reply: Reply): Reply | undefined {
  const what = writeVerb(place, descriptor);
  // The upload is gone, by a restart or on another replica: a new one may go through.
  if (reply.status === 404) throw new TransientError('REGISTRY_REFUSED', session.unexpected({ what }, reply).message);
  if (reply.status !== 201 && reply.status !== 200 && reply.status !== 204) return reply;
  const named = firstHeader(reply, 'docker-content-digest');
  if (isDigest(named) && named !== descriptor.digest)
    throw new CutwaterError(
      'DIGEST_MISMATCH',
      `Cannot ${what}: the server stored ${named}, wanted ${descriptor.digest}`,
    );
  return undefined;
}

/** A piece cannot be read twice: after a renewed log-in the upload goes on where the registry says it is. */
function once(open: () => AsyncIterable<Uint8Array>, what: string): () => AsyncIterable<Uint8Array> {
  let opened = false;
  return () => {
    if (opened) throw new TransientError('UNREACHABLE', `Cannot ${what}: a piece of it must be sent again`);
    opened = true;
    return open();
  };
}

async function* counted(source: AsyncIterable<Uint8Array>, tell: (sent: number) => void): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const chunk of source) {
    sent += chunk.length;
    tell(sent);
    yield chunk;
  }
}
