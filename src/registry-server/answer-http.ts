import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Registry } from './create-registry.ts';
import type { RegistryReply, ReplyStream } from './exchange.ts';
import { faultReply } from './exchange.ts';

/** Carries requests that come over HTTP to a registry, and its answers back. */
export function answerHttp(registry: Registry): RequestListener {
  return (request, response) => void serve(registry, request, response);
}

/** Never rejects: one request must not end the server. */
async function serve(registry: Registry, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const reply = await registry.answer({
    method: request.method ?? '',
    target: request.url ?? '',
    headers: request.headers,
    body: readBody(request),
    isBroken: () => request.errored !== null,
  });
  const stream = typeof reply.body === 'object' && 'pieces' in reply.body ? reply.body : undefined;
  try {
    if (reply.status >= 400) limitDrain(request);
    beginReply(response, reply);
    if (request.method === 'HEAD') response.end();
    else if (stream === undefined) response.end(reply.body);
    else await sendStream(response, stream.pieces);
  } catch (error) {
    // Where an answer is under way already, all that can be said is that it has no end.
    if (response.headersSent) response.destroy();
    else sendFailure(response, error);
  } finally {
    await stream?.close().catch(() => undefined);
  }
}

function beginReply(response: ServerResponse, { status, headers }: Pick<RegistryReply, 'status' | 'headers'>): void {
  for (const [name, value] of Object.entries(headers))
    response.setHeader(name, typeof value === 'object' ? [...value] : value);
  response.writeHead(status);
}

/** For what no header can say, such as a media type with a line break that another program wrote into the layout. */
function sendFailure(response: ServerResponse, error: unknown): void {
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  const { status, headers, body } = faultReply(error);
  beginReply(response, { status, headers });
  response.end(body);
}

/** The body of a request as it comes. Leaving the loop early keeps the connection, so that an answer can be sent. */
async function* readBody(request: IncomingMessage): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of request.iterator({ destroyOnReturn: false })) if (chunk instanceof Uint8Array) yield chunk;
}

/** Sends the pieces at the speed of the reader, each one gone to the system before the next is asked for. */
async function sendStream(response: ServerResponse, pieces: ReplyStream['pieces']): Promise<void> {
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
