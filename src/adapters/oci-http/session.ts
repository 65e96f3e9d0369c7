import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { Authorizer } from './authorizer.ts';
import { resolveTarget } from './outside-target.ts';
import type { Reply } from './reply-body.ts';
import { firstHeader, readReply, smallBody } from './reply-body.ts';
import { replyError } from './reply-error.ts';
import type { Retry } from './retry.ts';
import { hideCredentials, withoutCredentials } from './told-back.ts';
import { TransientError } from './transient-error.ts';
import type { WireBody, WireReply, WireRequest } from './transport.ts';
import type { WarningSink } from './warnings.ts';
import type { Wire } from './wire.ts';

/** One question to the registry; may become several requests. */
export interface Call {
  /** Verb and object for messages: `read the manifest "host/name:tag"`. */
  readonly what: string;
  readonly method: WireRequest['method'];
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: WireBody;
  readonly scopes: readonly string[];
  /** The largest body of a success, in bytes. Default 64 KiB. */
  readonly limit?: number;
  /** `own-host` gives a redirect to another host back as it is. Default `any`. */
  readonly redirects?: 'any' | 'own-host';
  /** Bytes on the way besides the small ones, for which more time is given. */
  readonly transferBytes?: number;
  /** Of 401, 403 and 5xx, those given back instead of thrown. */
  readonly returned?: readonly number[];
}

export type Opening =
  | { readonly is: 'success'; readonly reply: WireReply }
  /** Neither 2xx nor one of those that are thrown: 401, 403, rate limits, server errors. */
  | { readonly is: 'other'; readonly reply: Reply };

export interface Session {
  /** One try, with log-in and redirects; a success still has its body to be read. */
  begin(call: Call, remaining: number): Promise<Opening>;
  /** One try, read to its end. */
  ask(call: Call, remaining: number): Promise<Reply>;
  /** As many tries as the deadline allows. For calls that may be repeated without harm. */
  send(call: Call): Promise<Reply>;
  readonly retry: Retry;
  /** The error for a reply that the caller did not expect. */
  unexpected(call: Pick<Call, 'what'>, reply: Reply): CutwaterError;
}

export interface SessionParts {
  readonly wire: Wire;
  readonly authorizer: Authorizer;
  readonly retry: Retry;
  readonly registry: URL;
  readonly warn: WarningSink;
  readonly now: () => number;
}

/** The slowest transfer that is still waited for, in bytes per millisecond. */
const slowest = 16;
const maximumRedirects = 5;
const maximumLessons = 2;

/** Requests to one registry: log-in when asked to, redirects with care, retries where they are safe. */
export function createSession(parts: SessionParts): Session {
  const begin: Session['begin'] = async (call, remaining) => {
    const milliseconds = remaining + (call.transferBytes ?? 0) / slowest;
    const { reply, sent } = await converse(parts, call, milliseconds);
    parts.warn(reply.headers('warning').map((warning) => hideCredentials(warning, [sent])));
    if (reply.status >= 200 && reply.status < 300) return { is: 'success', reply };
    const other = withoutCredentials(await readReply(reply, { what: call.what, limit: smallBody }), [sent]);
    if (call.returned?.includes(other.status)) return { is: 'other', reply: other };
    const error = replyError(call.what, other, parts.now());
    if (error.code === 'UNAUTHENTICATED') throw unauthenticated(error, { parts, sent });
    if (error instanceof TransientError || error.code === 'FORBIDDEN') throw error;
    return { is: 'other', reply: other };
  };
  const ask: Session['ask'] = async (call, remaining) => {
    const opening = await begin(call, remaining);
    return opening.is === 'other'
      ? opening.reply
      : readReply(opening.reply, { what: call.what, limit: call.limit ?? smallBody });
  };
  return {
    begin,
    ask,
    send: (call) => parts.retry((remaining) => ask(call, remaining)),
    retry: parts.retry,
    unexpected: (call, reply) => replyError(call.what, reply, parts.now()),
  };
}

interface Conversation {
  readonly reply: WireReply;
  /** The last `Authorization` header that went to the registry. */
  readonly sent: string | undefined;
}

async function converse(parts: SessionParts, call: Call, milliseconds: number): Promise<Conversation> {
  for (let lessons = 0; ; lessons += 1) {
    const sent = await parts.authorizer.header({ scopes: call.scopes, milliseconds });
    const reply = await follow(parts, call, { authorization: sent, milliseconds });
    if (reply.status !== 401 || reply.url.origin !== parts.registry.origin || lessons >= maximumLessons)
      return { reply, sent };
    const challenges = reply.headers('www-authenticate');
    if (!(await parts.authorizer.learn({ challenges, sent, scopes: call.scopes }))) return { reply, sent };
    await readReply(reply, { what: call.what, limit: smallBody });
  }
}

interface Leg {
  readonly authorization: string | undefined;
  readonly milliseconds: number;
}

async function follow(parts: SessionParts, call: Call, { authorization, milliseconds }: Leg): Promise<WireReply> {
  const { what, method, body } = call;
  let url = call.url;
  for (let redirects = 0; ; redirects += 1) {
    // What the credentials are for is this very origin; another host, port or protocol never sees them.
    const own = url.origin === parts.registry.origin && authorization !== undefined ? { authorization } : {};
    const reply = await parts.wire.exchange({
      what,
      method,
      url,
      headers: { ...call.headers, ...own },
      body,
      milliseconds,
    });
    const location = firstHeader(reply, 'location');
    if (!isRedirect(reply.status, method) || location === undefined) return reply;
    const target = resolveTarget(location, url, parts.registry);
    if (call.redirects === 'own-host' && (target.is === 'refused' || target.value.origin !== parts.registry.origin))
      return reply;
    await readReply(reply, { what, limit: smallBody });
    if (target.is === 'refused')
      throw new CutwaterError('BAD_REPLY', `Cannot ${what}: ${quote(url.host)} redirects wrongly, ${target.reason}`);
    if (redirects >= maximumRedirects)
      throw new CutwaterError(
        'BAD_REPLY',
        `Cannot ${what}: ${quote(url.host)} redirects more than ${maximumRedirects} times`,
      );
    url = target.value;
  }
}

/** 301 to 303 turn a write into a read in some clients; here they are not followed for one. */
function isRedirect(status: number, method: Call['method']): boolean {
  if (status === 307 || status === 308) return true;
  return (status === 301 || status === 302 || status === 303) && (method === 'GET' || method === 'HEAD');
}

function unauthenticated(
  error: CutwaterError,
  { parts, sent }: { readonly parts: SessionParts; readonly sent: string | undefined },
): CutwaterError {
  const how = sent === undefined ? 'without credentials' : 'with the credentials it was sent';
  return new CutwaterError('UNAUTHENTICATED', `${error.message} ${how}`, {
    hint: `Log in with 'docker login ${parts.registry.host}' and run the command again`,
    details: parts.authorizer.explain(),
    cause: error,
  });
}
