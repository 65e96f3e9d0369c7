import { CutwaterError } from '../../domain/error.ts';
import { Secret } from '../../domain/secret.ts';
import type { Credentials } from './credentials.ts';
import { parseJsonObject, textMember } from './json-object.ts';
import type { Reply } from './reply-body.ts';
import { readReply } from './reply-body.ts';
import { replyError } from './reply-error.ts';
import { withoutCredentials } from './told-back.ts';
import type { WireRequest } from './transport.ts';
import type { Wire } from './wire.ts';

export interface BearerToken {
  readonly value: Secret;
  /** Milliseconds of the caller's clock, a little before the real end. */
  readonly usableUntil: number;
}

export interface TokenQuestion {
  /** Checked already: the only place besides the registry where the credentials may go. */
  readonly realm: URL;
  readonly service: string | undefined;
  readonly scopes: readonly string[];
  readonly credentials: Credentials;
  readonly milliseconds: number;
}

/** How long before its end a token is renewed. */
const early = 5_000;

/** A token body is small; a larger one is an attack or a mistake. */
const largestAnswer = 64 * 1024;

/**
 * Asks a token server (distribution "token" specification): GET with repeated scopes, or the OAuth2 POST where there is
 * an identity token, falling back to GET. Both `token` and `access_token` are understood; 60 s where no lifetime is said.
 */
export async function fetchToken(wire: Wire, question: TokenQuestion, now: () => number): Promise<BearerToken> {
  const { realm, credentials } = question;
  const what = `get a token from "${realm.host}"`;
  const asked = now();
  const ask = async (request: Pick<WireRequest, 'method' | 'url' | 'headers' | 'body'>): Promise<Reply> => {
    const reply = await wire.exchange({ what, milliseconds: question.milliseconds, ...request });
    return readReply(reply, { what, limit: largestAnswer });
  };
  let reply =
    credentials.kind === 'identity-token' ? await ask(refreshRequest(question, credentials.token)) : undefined;
  if (reply === undefined || reply.status === 404 || reply.status === 405) reply = await ask(plainRequest(question));
  if (reply.status !== 200) {
    const token = credentials.kind === 'identity-token' ? credentials.token.reveal() : undefined;
    const shown = withoutCredentials(reply, [basicAuthorization(credentials)?.reveal(), token]);
    throw refusal(what, shown, { credentials, now: now() });
  }
  return readToken(what, reply, asked);
}

/** The value of an `Authorization` header, where the credentials are a name and a secret. */
export function basicAuthorization(credentials: Credentials): Secret | undefined {
  if (credentials.kind !== 'password' && credentials.kind !== 'identity-token') return undefined;
  const secret = credentials.kind === 'password' ? credentials.password : credentials.token;
  const username = credentials.username || '<token>';
  return new Secret(`Basic ${Buffer.from(`${username}:${secret.reveal()}`).toString('base64')}`);
}

function plainRequest({
  realm,
  service,
  scopes,
  credentials,
}: TokenQuestion): Pick<WireRequest, 'method' | 'url' | 'headers'> {
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.append('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  const authorization = basicAuthorization(credentials)?.reveal();
  return { method: 'GET', url, headers: authorization === undefined ? {} : { authorization } };
}

function refreshRequest(
  { realm, service, scopes }: TokenQuestion,
  token: Secret,
): Pick<WireRequest, 'method' | 'url' | 'headers' | 'body'> {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: 'cutwater',
    refresh_token: token.reveal(),
  });
  if (service !== undefined) form.set('service', service);
  if (scopes.length > 0) form.set('scope', scopes.join(' '));
  return {
    method: 'POST',
    url: realm,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: { kind: 'bytes', bytes: Buffer.from(form.toString()) },
  };
}

function readToken(what: string, reply: Reply, asked: number): BearerToken {
  const answer = parseJsonObject(reply.bytes);
  const value = answer === undefined ? undefined : (textMember(answer, 'token') ?? textMember(answer, 'access_token'));
  // A token goes into a header: a line break in it would end the header and begin another.
  if (answer === undefined || value === undefined || !/^[\x21-\x7e]+$/.test(value))
    throw new CutwaterError('BAD_REPLY', `Cannot ${what}: the reply holds no token, wanted "token" or "access_token"`);
  const lifetime = answer['expires_in'];
  const seconds = typeof lifetime === 'number' && lifetime > 0 ? Math.min(lifetime, 86_400) : 60;
  return { value: new Secret(value), usableUntil: asked + Math.max(seconds * 1000 - early, 1000) };
}

function refusal(
  what: string,
  reply: Reply,
  { credentials, now }: { readonly credentials: Credentials; readonly now: number },
): CutwaterError {
  const error = replyError(what, reply, now);
  if (error.code !== 'UNAUTHENTICATED') return error;
  const details = credentials.kind === 'none' ? credentials.problems : [];
  return new CutwaterError('UNAUTHENTICATED', error.message, { details });
}
