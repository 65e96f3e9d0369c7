import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import { parseJsonObject, textMember } from '../oci-http/json-object.ts';
import { resolveTarget } from '../oci-http/outside-target.ts';
import type { Reply } from '../oci-http/reply-body.ts';
import { firstHeader, readReply, smallBody } from '../oci-http/reply-body.ts';
import type { Retry } from '../oci-http/retry.ts';
import { withoutCredentials } from '../oci-http/told-back.ts';
import type { WireBody, WireReply } from '../oci-http/transport.ts';
import type { Wire } from '../oci-http/wire.ts';
import type { ForgeCall } from './forge-call.ts';
import { jsonLimit } from './forge-call.ts';
import type { ErrorContext } from './forge-error.ts';
import { forgeError } from './forge-error.ts';
import type { ForgeToken } from './forge-token.ts';

export interface ForgeSession {
  /** One try, read to its end: a success, or one of the failures that the call wants back. */
  ask(call: ForgeCall, remaining: number): Promise<Reply>;
  /** As many tries as the deadline allows. For calls that may be repeated without harm. */
  send(call: ForgeCall): Promise<Reply>;
  /** One try. The body of a success is still to be read; that of a failure the call wants back was. */
  open(call: ForgeCall, remaining: number): Promise<WireReply | Reply>;
  readonly retry: Retry;
  /** The error for a reply that the caller did not expect. */
  unexpected(what: string, reply: Reply): CutwaterError;
  readonly token: ForgeToken;
  /** INTERRUPTED where the run is stopped meanwhile. */
  pause(seconds: number): Promise<void>;
}

export interface ForgeSessionParts {
  readonly wire: Wire;
  readonly retry: Retry;
  readonly now: () => number;
  readonly pause: ForgeSession['pause'];
  readonly token: ForgeToken;
  /** Headers of each request to the forge itself. */
  readonly headers: Readonly<Record<string, string>>;
  /** The header that carries the token, such as `authorization: Bearer ...`. */
  readonly credentials: (token: string) => Readonly<Record<string, string>>;
  /** `https://host[:port]` of all the token may be sent to. The first one is the API. */
  readonly origins: readonly [string, ...string[]];
  readonly neededRight: ErrorContext['neededRight'];
  /** Where to read the new name of a repository that a redirect on the forge's own host leads to. */
  readonly newName: (to: URL) => NewName;
  /** A read was led there; told once. */
  readonly onMoved: (name: string) => void;
}

/** A redirect tells the new name itself, or a number at which it can be read. */
export type NewName =
  { readonly is: 'said'; readonly name: string } | { readonly is: 'at'; readonly url: URL; readonly member: string };

/** The slowest transfer that is still waited for, in bytes per millisecond. */
const slowest = 16;
const maximumRedirects = 5;

/** Requests to one forge: its token on its own hosts only, redirects with care, retries where they are safe. */
export function createForgeSession(parts: ForgeSessionParts): ForgeSession {
  const { token } = parts;
  const secret = token.is === 'token' ? token.secret.reveal() : undefined;
  const context = (): ErrorContext => ({ token, now: parts.now(), neededRight: parts.neededRight });
  const unexpected: ForgeSession['unexpected'] = (what, reply) => forgeError(what, reply, context());
  const open = async (call: ForgeCall, remaining: number): Promise<WireReply | Reply> => {
    const milliseconds = remaining + (call.transferBytes ?? 0) / slowest;
    const reply = await follow(parts, call, { secret, milliseconds });
    if (reply.status >= 200 && reply.status < 300) return reply;
    const failure = withoutCredentials(await readReply(reply, { what: call.what, limit: smallBody }), [secret]);
    if (call.returned?.includes(failure.status) === true) {
      const error = unexpected(call.what, failure);
      // A 403 that is a rate limit is no answer to the question.
      if (error.code !== 'RATE_LIMITED') return failure;
      throw error;
    }
    throw unexpected(call.what, failure);
  };
  const ask: ForgeSession['ask'] = async (call, remaining) => {
    const reply = await open(call, remaining);
    return 'bytes' in reply ? reply : readReply(reply, { what: call.what, limit: call.limit ?? jsonLimit });
  };
  return {
    ask,
    send: (call) => parts.retry((remaining) => ask(call, remaining)),
    open,
    retry: parts.retry,
    unexpected,
    token,
    pause: parts.pause,
  };
}

interface Leg {
  readonly secret: string | undefined;
  readonly milliseconds: number;
}

async function follow(parts: ForgeSessionParts, call: ForgeCall, { secret, milliseconds }: Leg): Promise<WireReply> {
  const { what, method } = call;
  const body = bodyOf(call);
  const api = new URL(parts.origins[0]);
  let url = call.url;
  for (let redirects = 0; ; redirects += 1) {
    // Another host, port or protocol never sees the token.
    const isOwn = parts.origins.includes(url.origin);
    const own = isOwn && secret !== undefined ? parts.credentials(secret) : {};
    const type = call.json === undefined ? {} : { 'content-type': 'application/json' };
    const headers = { ...(isOwn ? parts.headers : {}), ...type, ...call.headers, ...own };
    const reply = await parts.wire.exchange({ what, method, url, headers, body, milliseconds });
    const location = firstHeader(reply, 'location');
    if (!redirectStatuses.has(reply.status) || location === undefined) return reply;
    await readReply(reply, { what, limit: smallBody });
    const refuse = (found: string): CutwaterError =>
      new CutwaterError('BAD_REPLY', `Cannot ${what}: ${quote(url.host)} ${found}`, {
        hint: 'Check forge.address in cutwater.yaml',
      });
    const target = resolveTarget(location, url, api);
    if (target.is === 'refused') throw refuse(`redirects wrongly, ${target.reason}`);
    if (redirects >= maximumRedirects) throw refuse(`redirects more than ${maximumRedirects} times`);
    const stays = parts.origins.includes(target.value.origin);
    if (call.redirects === 'files') {
      // What files are kept with leads where it likes.
    } else if (!stays) throw refuse(`redirects to another host, ${quote(target.value.host)}`);
    else {
      const name = await readNewName(parts, call, { to: target.value, headers, milliseconds });
      if (method !== 'GET') throw moved(what, name);
      parts.onMoved(name);
    }
    url = target.value;
  }
}

async function readNewName(
  parts: ForgeSessionParts,
  { what }: ForgeCall,
  asked: { readonly to: URL; readonly headers: Readonly<Record<string, string>>; readonly milliseconds: number },
): Promise<string> {
  const found = parts.newName(asked.to);
  if (found.is === 'said') return found.name;
  const { headers, milliseconds } = asked;
  const reply = await parts.wire.exchange({ what, method: 'GET', url: found.url, headers, milliseconds });
  const json = parseJsonObject((await readReply(reply, { what, limit: jsonLimit })).bytes);
  return (json && textMember(json, found.member)) ?? asked.to.href;
}

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

function moved(what: string, name: string): CutwaterError {
  return new CutwaterError('CONFIG_INVALID', `Cannot ${what}: the repository has moved, it is ${quote(name)} now`, {
    hint: 'Write its new name into cutwater.yaml, under forge and source',
  });
}

function bodyOf({ json, body }: ForgeCall): WireBody | undefined {
  if (json === undefined) return body;
  return { kind: 'bytes', bytes: new TextEncoder().encode(JSON.stringify(json)) };
}
