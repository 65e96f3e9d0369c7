import { CutwaterError } from '../../domain/error.ts';
import type { WireReply } from './transport.ts';
import { cutReply } from './wire-error.ts';

/** A reply that was read to its end. */
export interface Reply {
  readonly status: number;
  readonly url: URL;
  readonly headers: (name: string) => readonly string[];
  readonly bytes: Uint8Array;
}

/** Replies nobody wants to keep, such as errors, are cut here and not refused. */
export const smallBody = 64 * 1024;

/**
 * Reads the whole body. Above `limit` bytes it is BAD_REPLY for a success, and cut for anything else; a body that breaks
 * off is a transient BAD_REPLY that says how much came.
 */
export async function readReply(
  reply: WireReply,
  { what, limit }: { readonly what: string; readonly limit: number },
): Promise<Reply> {
  const success = reply.status >= 200 && reply.status < 300;
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of chunksOf(reply)) {
      size += chunk.length;
      if (size > (success ? limit : smallBody)) {
        if (!success) break;
        throw new CutwaterError('BAD_REPLY', `Cannot ${what}: the reply is above ${limit} bytes, wanted less`);
      }
      chunks.push(chunk);
    }
  } catch (error) {
    throw cutReply(what, `${size} of ${firstHeader(reply, 'content-length') ?? 'unknown'} bytes`, error);
  }
  return { status: reply.status, url: reply.url, headers: reply.headers, bytes: Buffer.concat(chunks) };
}

export function firstHeader(reply: Pick<Reply, 'headers'>, name: string): string | undefined {
  return reply.headers(name)[0];
}

/** The media type alone, in lower case. */
export function contentType(reply: Pick<Reply, 'headers'>): string | undefined {
  return firstHeader(reply, 'content-type')?.split(';')[0]?.trim().toLowerCase();
}

/** The body as bytes: Node types its chunks as anything. */
export async function* chunksOf(reply: WireReply): AsyncGenerator<Uint8Array> {
  for await (const chunk of reply.body) if (chunk instanceof Uint8Array) yield chunk;
}
