import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { Descriptor } from '../../domain/oci.ts';
import { quote } from '../../domain/quote.ts';
import { checkedBytes } from './checked-bytes.ts';
import { isAbsent } from './manifest-reader.ts';
import type { Place } from './place.ts';
import { chunksOf, firstHeader } from './reply-body.ts';
import type { Call, Session } from './session.ts';
import { TransientError } from './transient-error.ts';
import type { WireReply } from './transport.ts';
import { cutReply } from './wire-error.ts';

export interface BlobReader {
  hasBlob(digest: Digest): Promise<boolean>;
  readBlob(descriptor: Descriptor): AsyncIterable<Uint8Array>;
}

/** Reads blobs as a stream, never into memory (OCI distribution-spec, "Pulling blobs"). */
export function createBlobReader(session: Session, place: Place): BlobReader {
  return {
    hasBlob: async (digest) => {
      const call: Call = {
        what: `look for the blob ${place.label(digest)}`,
        method: 'HEAD',
        url: place.url(`blobs/${digest}`),
        scopes: place.readScopes(),
      };
      const reply = await session.send(call);
      if (reply.status === 200) return true;
      if (isAbsent(reply)) return false;
      throw session.unexpected(call, reply);
    },
    readBlob: (descriptor) => {
      const what = `read the blob ${place.label(descriptor.digest)}`;
      return checkedBytes(download(session, place, { descriptor, what }), { ...descriptor, what });
    },
  };
}

interface Download {
  readonly descriptor: Descriptor;
  readonly what: string;
}

/** The bytes in order, asked for again from where they broke off; whoever hashes them notices no seam. */
async function* download(session: Session, place: Place, { descriptor, what }: Download): AsyncGenerator<Uint8Array> {
  let position = 0;
  for (let cuts = 0, cut: Error | undefined; ; cuts += 1) {
    const reply = await openAt(session, place, { descriptor, what, position, cut });
    try {
      // A server that does not know Range sends all of it again.
      let passed = reply.status === 206 ? position : 0;
      for await (const chunk of chunksOf(reply)) {
        const news = chunk.subarray(Math.max(0, position - passed));
        passed += chunk.length;
        if (news.length === 0) continue;
        position += news.length;
        yield news;
      }
      return;
    } catch (error) {
      cut = cutReply(what, `${position} of ${descriptor.size} bytes`, error);
      if (!(cut instanceof TransientError) || cuts >= maximumCuts) throw cut;
    } finally {
      reply.body.destroy();
    }
  }
}

interface Resumption extends Download {
  readonly position: number;
  /** Why it must be asked for again. */
  readonly cut: Error | undefined;
}

async function openAt(session: Session, place: Place, resumption: Resumption): Promise<WireReply> {
  const { descriptor, what, position } = resumption;
  const call: Call = {
    what,
    method: 'GET',
    url: place.url(`blobs/${descriptor.digest}`),
    headers: position === 0 ? {} : { range: `bytes=${position}-` },
    scopes: place.readScopes(),
    transferBytes: descriptor.size,
  };
  let { cut } = resumption;
  const reply = await session.retry(async (remaining) => {
    // As a failed try, so that it is waited before the next.
    const reason = cut;
    cut = undefined;
    if (reason !== undefined) throw reason;
    const opening = await session.begin(call, remaining);
    if (opening.is === 'success') return opening.reply;
    if (isAbsent(opening.reply))
      throw new CutwaterError('CONTENT_MISSING', `Cannot ${what}: ${quote(call.url.host)} does not have it`);
    throw session.unexpected(call, opening.reply);
  });
  try {
    checkExtent(what, reply, { descriptor, position });
    return reply;
  } catch (error) {
    reply.body.destroy();
    throw error;
  }
}

function checkExtent(
  what: string,
  reply: WireReply,
  { descriptor: { size }, position }: { readonly descriptor: Descriptor; readonly position: number },
): void {
  const length = firstHeader(reply, 'content-length');
  const resumed = position > 0 && reply.status === 206;
  const range = firstHeader(reply, 'content-range') ?? '';
  const isRight =
    (length === undefined || length === String(resumed ? size - position : size)) &&
    (resumed ? range.startsWith(`bytes ${position}-`) : reply.status === 200);
  if (isRight) return;
  const found = reply.status === 200 ? `${length ?? 'unknown'} bytes` : `status ${reply.status} ${range}`.trimEnd();
  const wanted = position === 0 ? `all ${size} bytes` : `the bytes from ${position} to ${size}`;
  throw new CutwaterError('BAD_REPLY', `Cannot ${what}: found ${quote(found)}, wanted ${wanted}`);
}

/** How often a download may break off. */
const maximumCuts = 8;
