import type { IncomingHttpHeaders } from 'node:http';
import type { ImageTag } from '../domain/image-name.ts';
import type { LayoutStore } from './layout-store.ts';
import { RegistryFault, toFault } from './registry-fault.ts';
import type { UploadSessions } from './upload-sessions.ts';

/** One request, whichever way it came. */
export interface RegistryRequest {
  readonly method: string;
  /** Path and query as in a request line: `/v2/app/tags/list?n=10`. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** Can be read once. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Whether the sender broke off: what fails then is not a failure of the registry. */
  readonly isBroken: () => boolean;
}

/** The answer to one request. To HEAD it is that of GET; who carries it leaves the body away. */
export interface RegistryReply {
  readonly status: number;
  readonly headers: ReplyHeaders;
  readonly body: Uint8Array | string | ReplyStream;
}

export type ReplyHeaders = Readonly<Record<string, string | number | readonly string[]>>;

/** A body too large for memory. Whoever gets it reads it or not, and closes it. */
export interface ReplyStream {
  /** Each piece may be overwritten when the next is asked for. An error says that the rest will not come. */
  readonly pieces: AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** What the endpoints see of a request. */
export type Exchange = Pick<RegistryRequest, 'method' | 'headers' | 'body'> & { readonly query: URLSearchParams };

/** What the endpoints work on. */
export interface RegistryContext {
  readonly store: LayoutStore;
  readonly uploads: UploadSessions;
  readonly isImmutable: (tag: ImageTag) => boolean;
  /** Whether a manifest may name what is not there. */
  readonly sparse: boolean;
}

/** A whole answer, with its length. */
export function wholeReply(status: number, headers: ReplyHeaders = {}, body: Uint8Array | string = ''): RegistryReply {
  const hasLength = status !== 204 && status !== 304;
  return {
    status,
    headers: { ...(hasLength ? { 'Content-Length': Buffer.byteLength(body) } : {}), ...headers },
    body,
  };
}

export function jsonReply(value: unknown, headers: ReplyHeaders = {}): RegistryReply {
  return wholeReply(200, { 'Content-Type': 'application/json', ...headers }, JSON.stringify(value));
}

/** An error in the shape of the distribution-spec. */
export function faultReply(error: unknown): RegistryReply {
  const { status, code, message, extra } = toFault(error);
  const detail = extra.detail === undefined ? {} : { detail: extra.detail };
  const body = JSON.stringify({ errors: [{ code, message, ...detail }] });
  return wholeReply(status, { 'Content-Type': 'application/json', ...extra.headers }, body);
}

/** A body of at most `limit` bytes; a fault 413 beyond. */
export async function readSmallBody({ headers, body }: Exchange, limit: number): Promise<Uint8Array> {
  const tooLarge = (): RegistryFault =>
    new RegistryFault({ status: 413, code: 'SIZE_INVALID' }, `The body is above ${limit} bytes`);
  if (Number(headers['content-length'] ?? 0) > limit) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
