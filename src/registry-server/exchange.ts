import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ImageTag } from '../domain/image-name.ts';
import type { LayoutStore } from './layout-store.ts';
import { RegistryFault, toFault } from './registry-fault.ts';
import type { UploadSessions } from './upload-sessions.ts';

/** One request with its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
}

/** What the endpoints work on. */
export interface RegistryContext {
  readonly store: LayoutStore;
  readonly uploads: UploadSessions;
  readonly isImmutable: (tag: ImageTag) => boolean;
  /** Whether a manifest may name what is not there. */
  readonly sparse: boolean;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | number | readonly string[]>>;
  readonly body?: Uint8Array | string;
}

/** Sends a whole answer. A HEAD gets the headers, with the length of the body it does not get. */
export function sendReply(exchange: Exchange, reply: Reply): void {
  const { request, response } = exchange;
  const body = reply.body ?? '';
  response.writeHead(reply.status, {
    ...(reply.status === 204 || reply.status === 304 ? {} : { 'Content-Length': Buffer.byteLength(body) }),
    ...reply.headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

export function sendJson(exchange: Exchange, value: unknown, headers: Readonly<Record<string, string>> = {}): void {
  sendReply(exchange, {
    status: 200,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(value),
  });
}

/** Sends an error in the shape of the distribution-spec; where an answer is under way already, the connection is cut. */
export function sendFault(exchange: Exchange, error: unknown): void {
  const { request, response } = exchange;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, code, message, extra } = toFault(error);
  limitDrain(request);
  const detail = extra.detail === undefined ? {} : { detail: extra.detail };
  sendReply(exchange, {
    status,
    headers: { 'Content-Type': 'application/json', ...extra.headers },
    body: JSON.stringify({ errors: [{ code, message, ...detail }] }),
  });
}

/** The body of a request as it comes. Leaving the loop early keeps the connection, so that an answer can be sent. */
export async function* readBody(request: IncomingMessage): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of request.iterator({ destroyOnReturn: false })) if (chunk instanceof Uint8Array) yield chunk;
}

/** A body of at most `limit` bytes; a fault 413 beyond. */
export async function readSmallBody(request: IncomingMessage, limit: number): Promise<Uint8Array> {
  const tooLarge = (): RegistryFault =>
    new RegistryFault({ status: 413, code: 'SIZE_INVALID' }, `The body is above ${limit} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of readBody(request)) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Sends the pieces of a body at the speed of the reader, each one gone to the system before the next is asked for, so that
 * its memory may be used again. Throws where they end with an error; the answer is then cut.
 */
export async function sendStream(exchange: Exchange, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const { response } = exchange;
  let wake: () => void = () => undefined;
  const onClose = (): void => wake();
  response.once('close', onClose);
  try {
    for await (const piece of pieces) {
      if (response.destroyed) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      response.write(piece, () => resolve());
      await promise;
    }
  } finally {
    response.off('close', onClose);
  }
  response.end();
}

const drainLimit = 64 * 1024 * 1024;

/** A client that is refused in the middle of its body should still read why; one that never stops is cut off. */
function limitDrain(request: IncomingMessage): void {
  if (request.complete) return;
  let left = drainLimit;
  request.on('error', () => undefined);
  request.on('data', (chunk: Uint8Array) => {
    left -= chunk.length;
    if (left < 0) request.destroy();
  });
}
