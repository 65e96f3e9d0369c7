import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CutwaterError } from '../../domain/error.ts';
import type { Starter } from './connector.ts';
import { createConnector } from './connector.ts';
import type { Environment } from './proxy-choice.ts';
import type { RegistryHosts } from './registry-hosts.ts';
import type { Timing } from './timing.ts';
import { toWireError } from './wire-error.ts';

export type WireBody =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'stream'; readonly size: number; readonly open: () => AsyncIterable<Uint8Array> };

export interface WireRequest {
  /** Verb and object for messages: `read the manifest "host/name:tag"`. */
  readonly what: string;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: WireBody | undefined;
  /** The whole exchange, with waiting for its turn and the reading of the body. */
  readonly milliseconds: number;
}

/** The beginning of a reply; whoever gets it reads the body or destroys it. */
export interface WireReply {
  readonly status: number;
  /** The URL that answered. */
  readonly url: URL;
  /** All values of a header, one per line it came in. */
  readonly headers: (name: string) => readonly string[];
  readonly body: IncomingMessage;
}

export interface Wire {
  exchange(request: WireRequest): Promise<WireReply>;
  requestCount(): number;
  close(): void;
}

export interface WireOptions {
  readonly environment: Environment;
  readonly hosts: RegistryHosts;
  readonly timing: Timing;
  readonly signal: AbortSignal | undefined;
}

const idleMilliseconds = 60_000;

/** HTTP/1.1 with kept connections. One exchange is one request: no redirects, no retries, no credentials. */
export function createWire(options: WireOptions): Wire {
  const { hosts, timing, signal } = options;
  const open = createConnector(options.environment);
  let count = 0;
  return {
    exchange: async (request) => {
      const begun = timing.now();
      const kind = request.method === 'GET' || request.method === 'HEAD' ? 'read' : 'write';
      const start = await open.starter(request.url);
      const { milliseconds } = request;
      const leave = await hosts.of(request.url.host).enter({ kind, milliseconds, timing, signal });
      try {
        if (signal?.aborted === true) throw stopped(request.what);
        count += 1;
        const left = Math.max(1, milliseconds - (timing.now() - begun));
        return await run({ ...request, milliseconds: left }, { start, signal });
      } finally {
        leave();
      }
    },
    requestCount: () => count,
    close: open.close,
  };
}

function run(
  { what, method, url, headers, body, milliseconds }: WireRequest,
  { start, signal }: { readonly start: Starter; readonly signal: AbortSignal | undefined },
): Promise<WireReply> {
  const { promise, resolve, reject } = Promise.withResolvers<WireReply>();
  const length = body === undefined ? lengthOfNothing(method) : { 'content-length': String(sizeOf(body)) };
  const request = start(url, {
    method,
    headers: { 'user-agent': 'cutwater', 'accept-encoding': 'identity', ...headers, ...length },
  });
  let response: IncomingMessage | undefined;
  const stop = (reason: Error): void => {
    if (response !== undefined) response.destroy(reason);
    request.destroy(reason);
  };
  const timer = setTimeout(() => stop(new Error(`no end after ${Math.round(milliseconds / 1000)} s`)), milliseconds);
  const abort = (): void => stop(stopped(what));
  signal?.addEventListener('abort', abort, { once: true });
  const settle = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  };
  request.setTimeout(idleMilliseconds, () => stop(new Error(`nothing came for ${idleMilliseconds / 1000} s`)));
  request.on('close', settle);
  request.on('error', (error) => {
    settle();
    reject(toWireError(what, url, error));
  });
  request.on('response', (incoming) => {
    response = incoming;
    incoming.on('close', () => {
      settle();
      // A server that answers before it has the whole body leaves a connection nobody can use again.
      if (!request.writableFinished) request.destroy();
    });
    resolve({
      status: incoming.statusCode ?? 0,
      url,
      headers: (name) => incoming.headersDistinct[name] ?? [],
      body: incoming,
    });
  });
  if (body === undefined) request.end();
  else if (body.kind === 'bytes') request.end(body.bytes);
  // The error of the source, such as wrong bytes, says more than the broken connection it leads to.
  else
    pipeline(Readable.from(lazily(body.open), { objectMode: false }), request).catch((error: unknown) =>
      reject(toWireError(what, url, error)),
    );
  return promise;
}

/** A source that cannot be opened fails like one that cannot be read. */
async function* lazily(open: () => AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* open();
}

function stopped(what: string): CutwaterError {
  return new CutwaterError('INTERRUPTED', `Cannot ${what}: the run was stopped`);
}

/** A POST without a body still states its length, or some servers answer 411. */
function lengthOfNothing(method: string): Record<string, string> {
  return method === 'POST' || method === 'PUT' ? { 'content-length': '0' } : {};
}

function sizeOf(body: WireBody): number {
  return body.kind === 'bytes' ? body.bytes.length : body.size;
}
