import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Starter } from './connector.ts';
import { createConnector } from './connector.ts';
import type { Environment } from './proxy-choice.ts';
import type { Transport, WireReply, WireRequest } from './transport.ts';
import { lengthHeader, stopped } from './transport.ts';
import { toWireError } from './wire-error.ts';

const idleMilliseconds = 60_000;

/** HTTP/1.1 with kept connections. */
export function httpTransport(environment: Environment): Transport {
  const connector = createConnector(environment);
  return {
    carrier: async (url) => {
      const start = await connector.starter(url);
      return (request, signal) => run(request, { start, signal });
    },
    close: connector.close,
  };
}

function run(
  request: WireRequest,
  { start, signal }: { readonly start: Starter; readonly signal: AbortSignal | undefined },
): Promise<WireReply> {
  const { what, method, url, headers, body, milliseconds } = request;
  const { promise, resolve, reject } = Promise.withResolvers<WireReply>();
  const outgoing = start(url, {
    method,
    headers: { 'user-agent': 'cutwater', 'accept-encoding': 'identity', ...headers, ...lengthHeader(request) },
  });
  let response: IncomingMessage | undefined;
  const stop = (reason: Error): void => {
    if (response !== undefined) response.destroy(reason);
    outgoing.destroy(reason);
  };
  const timer = setTimeout(() => stop(new Error(`no end after ${Math.round(milliseconds / 1000)} s`)), milliseconds);
  const abort = (): void => stop(stopped(what));
  signal?.addEventListener('abort', abort, { once: true });
  const settle = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  };
  outgoing.setTimeout(idleMilliseconds, () => stop(new Error(`nothing came for ${idleMilliseconds / 1000} s`)));
  outgoing.on('close', settle);
  outgoing.on('error', (error) => {
    settle();
    reject(toWireError(what, url, error));
  });
  outgoing.on('response', (incoming) => {
    response = incoming;
    incoming.on('close', () => {
      settle();
      // A server that answers before it has the whole body leaves a connection nobody can use again.
      if (!outgoing.writableFinished) outgoing.destroy();
    });
    resolve({
      status: incoming.statusCode ?? 0,
      url,
      headers: (name) => incoming.headersDistinct[name] ?? [],
      body: incoming,
    });
  });
  if (body === undefined) outgoing.end();
  else if (body.kind === 'bytes') outgoing.end(body.bytes);
  // The error of the source, such as wrong bytes, says more than the broken connection it leads to.
  else
    pipeline(Readable.from(lazily(body.open), { objectMode: false }), outgoing).catch((error: unknown) =>
      reject(toWireError(what, url, error)),
    );
  return promise;
}

/** A source that cannot be opened fails like one that cannot be read. */
async function* lazily(open: () => AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* open();
}
