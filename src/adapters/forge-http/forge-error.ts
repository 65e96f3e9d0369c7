import { CutwaterError } from '../../domain/error.ts';
import { escapeText, quote } from '../../domain/quote.ts';
import type { JsonObject } from '../oci-http/json-object.ts';
import { isJsonObject, parseJsonObject, textMember } from '../oci-http/json-object.ts';
import type { Reply } from '../oci-http/reply-body.ts';
import { firstHeader } from '../oci-http/reply-body.ts';
import { isHtml } from '../oci-http/reply-error.ts';
import { retryAfter } from '../oci-http/retry-after.ts';
import { TransientError } from '../oci-http/transient-error.ts';
import type { ForgeToken } from './forge-token.ts';

/** What turns a forge's answer into an error with one next step. */
export interface ErrorContext {
  readonly token: ForgeToken;
  /** Milliseconds. */
  readonly now: number;
  /** The right a token needs for this, in the forge's own words; undefined where the answer does not tell. */
  readonly neededRight: (reply: Reply) => string | undefined;
}

/** The error for a reply that nobody expected; `what` is verb and object. Rate limits and 5xx are transient. */
export function forgeError(what: string, reply: Reply, context: ErrorContext): CutwaterError {
  const complaint = readForgeComplaint(reply);
  const said = complaint === '' ? String(reply.status) : `${reply.status} ${quote(complaint)}`;
  const found = `Cannot ${what}: ${quote(reply.url.host)} answers ${said}`;
  const limited = rateLimit(reply, complaint, context);
  const host = reply.url.host;
  if (limited !== undefined)
    return new TransientError('RATE_LIMITED', found, { waitMilliseconds: limited.wait, host, hint: limited.hint });
  if (transientStatuses.has(reply.status)) {
    const wait = retryAfter(firstHeader(reply, 'retry-after'), '', context.now);
    return new TransientError('SERVER_ERROR', found, { waitMilliseconds: wait, host });
  }
  if (reply.status >= 500) return new CutwaterError('SERVER_ERROR', found);
  if (reply.status === 401) return unauthenticated(found, context.token);
  if (reply.status === 403) return forbidden(found, reply, context);
  // GitLab leads reads to where a project is now, and refuses writes.
  if (reply.status === 405 && /moved projects/i.test(complaint))
    return new CutwaterError('CONFIG_INVALID', `${found}: the repository has moved`, {
      hint: 'Write its new name into cutwater.yaml, under forge and source',
    });
  if (reply.status < 400 || isHtml(reply))
    return new CutwaterError('BAD_REPLY', found, { hint: 'Check forge.address in cutwater.yaml' });
  return new CutwaterError('FORGE_REFUSED', found);
}

/** The error for a place that is not there where nobody logged in; `advice` is how one does. */
export function notForEveryone(what: string, place: string, advice: string): CutwaterError {
  return new CutwaterError('UNAUTHENTICATED', `Cannot ${what}: ${quote(place)} is not there for everyone`, {
    hint: advice,
  });
}

/** What a forge says about a failure: escaped and cut; empty where there is nothing to read. */
export function readForgeComplaint(reply: Reply): string {
  const json = parseJsonObject(reply.bytes);
  if (json === undefined) {
    if (isHtml(reply)) return 'an HTML page';
    return escapeText(new TextDecoder().decode(reply.bytes.subarray(0, 1000)).trim(), 200);
  }
  const message = textMember(json, 'message') ?? textMember(json, 'error') ?? messagesOf(json['message']).join(', ');
  return escapeText([message, ...errorsOf(json)].filter(Boolean).join(': '));
}

/** GitHub lists what is wrong as texts, or as code, resource and field. */
function errorsOf(json: JsonObject): readonly string[] {
  const errors = json['errors'];
  if (!Array.isArray(errors)) return [];
  return errors.slice(0, 5).flatMap((error: unknown) => {
    if (typeof error === 'string') return [error];
    if (!isJsonObject(error)) return [];
    const parts = ['resource', 'field', 'code', 'message'].flatMap((name) => textMember(error, name) ?? []);
    return parts.length === 0 ? [] : [parts.join(' ')];
  });
}

/** GitLab gives a list, or lists by field. */
function messagesOf(message: unknown): readonly string[] {
  if (Array.isArray(message)) return message.filter((one) => typeof one === 'string').slice(0, 5);
  if (!isJsonObject(message)) return [];
  return Object.entries(message)
    .slice(0, 5)
    .map(([field, texts]) => `${field} ${messagesOf(texts).join(', ')}`);
}

// 499 and 522 come from proxies in front of servers and mean the same as 502 and 504.
const transientStatuses: ReadonlySet<number> = new Set([408, 499, 500, 502, 503, 504, 522]);

/** Asked for where a forge says "too many" without saying for how long. */
const unknownWait = 60_000;

/** Primary limits say when they end; secondary ones answer 403 or 429 with `Retry-After` or a sentence. */
function rateLimit(
  reply: Reply,
  complaint: string,
  { now, token }: ErrorContext,
): { readonly wait: number; readonly hint: string } | undefined {
  if (reply.status !== 403 && reply.status !== 429) return undefined;
  const spent = (firstHeader(reply, 'x-ratelimit-remaining') ?? firstHeader(reply, 'ratelimit-remaining')) === '0';
  const asked = retryAfter(firstHeader(reply, 'retry-after'), '', now);
  const isSaid = /rate limit|abuse detection/i.test(complaint);
  if (reply.status === 403 && !spent && asked === undefined && !isSaid) return undefined;
  const reset = firstHeader(reply, 'x-ratelimit-reset') ?? firstHeader(reply, 'ratelimit-reset') ?? '';
  const ends = spent && /^\d{1,12}$/.test(reset) ? Math.max(0, Number(reset) * 1000 - now) : undefined;
  const wait = asked ?? ends ?? unknownWait;
  const when = new Date(now + wait).toISOString().replace(/\.\d+Z$/, 'Z');
  const later = `Run the same command again after ${when}`;
  return {
    wait,
    hint: token.is === 'none' ? `${token.advice}: without one little is allowed; or wait: ${later}` : later,
  };
}

function unauthenticated(found: string, token: ForgeToken): CutwaterError {
  if (token.is === 'none')
    return new CutwaterError('UNAUTHENTICATED', `${found} without a token`, { hint: token.advice });
  return new CutwaterError('UNAUTHENTICATED', `${found} to the token in ${token.variable}`, {
    hint: `Make a new token and set ${token.variable} to it: this one is wrong, expired or revoked`,
  });
}

function forbidden(found: string, reply: Reply, context: ErrorContext): CutwaterError {
  const { token } = context;
  if (token.is === 'none')
    return new CutwaterError('UNAUTHENTICATED', `${found} without a token`, { hint: token.advice });
  const right = context.neededRight(reply);
  const lacks = right === undefined ? 'the right this needs' : right;
  return new CutwaterError('FORBIDDEN', `${found}: the token in ${token.variable} lacks ${lacks}`, {
    hint: `Give the token ${lacks}, and run the same command again`,
  });
}
