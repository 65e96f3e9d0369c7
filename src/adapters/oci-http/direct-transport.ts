import type { Carrier, ReplyBody, Transport, WireReply, WireRequest } from './transport.ts';
import { lengthHeader, stopped } from './transport.ts';
import { toWireError } from './wire-error.ts';

/** A registry in this process: answers what a request over HTTP would say, and never rejects. */
export type Answer = (request: {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
  /** Whether the body broke off. */
  readonly isBroken: () => boolean;
}) => Promise<{
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | readonly string[]>>;
  readonly body: Uint8Array | string | DirectStream;
}>;

interface DirectStream {
  /** Each piece may be overwritten when the next is asked for. */
  readonly pieces: AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** Asks a registry in this process. Nothing above can tell it from a connection. */
export function directTransport(answer: Answer): Transport {
  const carry: Carrier = (request, signal) => run(request, { answer, signal });
  return { carrier: () => Promise.resolve(carry), close: () => undefined };
}

async function run(
  request: WireRequest,
  { answer, signal }: { readonly answer: Answer; readonly signal: AbortSignal | undefined },
): Promise<WireReply> {
  const { what, method, url, headers } = request;
  const source = readSource(request);
  const answering = answer({
    method,
    target: `${url.pathname}${url.search}`,
    headers: { ...headers, ...lengthHeader(request) },
    body: source.body,
    isBroken: () => source.failure() !== undefined,
  });
  const reply = await unlessAborted(answering, { what, signal }).catch((error: unknown) => {
    // Nobody reads what comes after all.
    void answering.then(({ body }) => toBody(body, () => undefined).destroy());
    throw error;
  });
  const failure = source.failure();
  // The error of the source, such as wrong bytes, says more than the refusal it leads to.
  if (failure !== undefined) throw toWireError(what, url, failure.error);
  const values = new Map(Object.entries(reply.headers).map(([name, value]) => [name.toLowerCase(), listOf(value)]));
  return {
    status: reply.status,
    url,
    headers: (name) => values.get(name) ?? [],
    body: method === 'HEAD' ? wholeBody('') : toBody(reply.body, () => unlessStopped(what, signal)),
  };
}

/** Who stops a run does not wait for the disk; what was asked for last may still be done, as by a server. */
async function unlessAborted<Value>(
  answering: Promise<Value>,
  { what, signal }: { readonly what: string; readonly signal: AbortSignal | undefined },
): Promise<Value> {
  if (signal === undefined) return answering;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(stopped(what));
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([answering, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

interface Source {
  readonly body: AsyncIterable<Uint8Array>;
  readonly failure: () => { readonly error: unknown } | undefined;
}

function readSource({ body }: WireRequest): Source {
  let failure: { readonly error: unknown } | undefined;
  async function* read(): AsyncGenerator<Uint8Array, void, undefined> {
    if (body?.kind === 'bytes') yield body.bytes;
    if (body?.kind !== 'stream') return;
    let size = 0;
    try {
      for await (const chunk of body.open()) {
        size += chunk.length;
        // The registry gathers chunks, and their memory may be used again for the next.
        yield Buffer.from(chunk);
      }
      if (size !== body.size) throw new Error(`${size} bytes came, ${body.size} were announced`);
    } catch (error) {
      failure = { error };
      throw error;
    }
  }
  return { body: read(), failure: () => failure };
}

function toBody(body: Uint8Array | string | DirectStream, check: () => void): ReplyBody {
  if (typeof body === 'string' || body instanceof Uint8Array) return wholeBody(body);
  return { [Symbol.asyncIterator]: () => copies(body, check), destroy: () => void body.close().catch(() => undefined) };
}

function wholeBody(body: Uint8Array | string): ReplyBody {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return { [Symbol.asyncIterator]: () => once(bytes), destroy: () => undefined };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield await Promise.resolve(bytes);
}

async function* copies(
  { pieces, close }: DirectStream,
  check: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const piece of brokenOff(pieces)) {
      check();
      yield Buffer.from(piece);
    }
  } finally {
    await close();
  }
}

/** The reasons of the registry are its own: whoever reads sees the bytes end too early. */
async function* brokenOff(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* pieces;
  } catch (error) {
    throw new Error('the registry broke off', { cause: error });
  }
}

function unlessStopped(what: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw stopped(what);
}

function listOf(value: string | number | readonly string[]): readonly string[] {
  return typeof value === 'object' ? value : [String(value)];
}
