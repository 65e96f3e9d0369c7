import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import { chunksOf, firstHeader } from '../oci-http/reply-body.ts';
import { TransientError } from '../oci-http/transient-error.ts';
import type { WireReply } from '../oci-http/transport.ts';
import { cutReply } from '../oci-http/wire-error.ts';
import type { ForgeCall } from './forge-call.ts';
import type { ForgeSession } from './forge-session.ts';

export interface FileDownload {
  readonly call: Pick<ForgeCall, 'what' | 'url' | 'headers'>;
  /** What the forge says it is, in bytes. */
  readonly size: number;
}

/** How often a download may break off. */
const maximumCuts = 8;

/**
 * The bytes in order, asked for again from where they broke off; whoever hashes them notices no seam. Exactly as many
 * as the forge says it has; BAD_REPLY otherwise, at the first byte too many.
 */
export async function* downloadFile(session: ForgeSession, file: FileDownload): AsyncGenerator<Uint8Array> {
  const { call, size } = file;
  let position = 0;
  for (let cuts = 0, cut: Error | undefined; ; cuts += 1) {
    const reply = await openAt(session, file, { position, cut });
    try {
      // A server that does not know Range sends all of it again.
      let passed = isPart(reply, position) ? position : 0;
      for await (const chunk of chunksOf(reply)) {
        const news = chunk.subarray(Math.max(0, position - passed));
        passed += chunk.length;
        if (news.length === 0) continue;
        position += news.length;
        if (position > size) throw wrongSize(call.what, `more than ${size} bytes`, size);
        yield news;
      }
      if (position === size) return;
      throw new TransientError('BAD_REPLY', `Cannot ${call.what}: found ${position} bytes, wanted ${size}`);
    } catch (error) {
      cut = cutReply(call.what, `${position} of ${size} bytes`, error);
      if (!(cut instanceof TransientError) || cuts >= maximumCuts) throw cut;
    } finally {
      reply.body.destroy();
    }
  }
}

function openAt(
  session: ForgeSession,
  { call, size }: FileDownload,
  { position, cut }: { readonly position: number; readonly cut: Error | undefined },
): Promise<WireReply> {
  const range = position === 0 ? {} : { range: `bytes=${position}-` };
  const headers = { ...call.headers, ...range };
  let reason = cut;
  return session.retry(async (remaining) => {
    // As a failed try, so that it is waited before the next.
    const failed = reason;
    reason = undefined;
    if (failed !== undefined) throw failed;
    const reply = await session.open(
      { ...call, headers, method: 'GET', transferBytes: size, redirects: 'files', returned: [404, 410] },
      remaining,
    );
    if (!('bytes' in reply)) return reply;
    throw new CutwaterError(
      'CONTENT_MISSING',
      `Cannot ${call.what}: ${quote(reply.url.host)} lists the file and does not have it (${reply.status})`,
      { hint: 'Find out who deleted it; files of a release are never deleted, so release the next version' },
    );
  });
}

function isPart(reply: WireReply, position: number): boolean {
  return reply.status === 206 && (firstHeader(reply, 'content-range') ?? '').startsWith(`bytes ${position}-`);
}

function wrongSize(what: string, found: string, wanted: number): CutwaterError {
  return new CutwaterError('BAD_REPLY', `Cannot ${what}: found ${found}, wanted ${wanted}`);
}
