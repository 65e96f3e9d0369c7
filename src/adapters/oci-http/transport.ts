import { CutwaterError } from '../../domain/error.ts';

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
  readonly body: ReplyBody;
}

/** Chunks of bytes; an error says that the rest did not come. */
export interface ReplyBody extends AsyncIterable<unknown> {
  destroy(): unknown;
}

/** A way to registries: no redirects, no retries, no credentials. */
export interface Transport {
  /** Makes ready to ask a host: reads the certificates of an https one, for example. Sends nothing. */
  carrier(url: URL): Promise<Carrier>;
  /** Closes the connections. */
  close(): void;
}

/** Carries one request and brings its reply. */
export type Carrier = (request: WireRequest, signal: AbortSignal | undefined) => Promise<WireReply>;

/** What is said of the body: a POST without one still states its length, or some servers answer 411. */
export function lengthHeader({ method, body }: WireRequest): Readonly<Record<string, string>> {
  if (body !== undefined) return { 'content-length': String(body.kind === 'bytes' ? body.bytes.length : body.size) };
  return method === 'POST' || method === 'PUT' ? { 'content-length': '0' } : {};
}

export function stopped(what: string): CutwaterError {
  return new CutwaterError('INTERRUPTED', `Cannot ${what}: the run was stopped`);
}
