import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { AuthChallenge } from './auth-challenge.ts';
import { parseAuthChallenges } from './auth-challenge.ts';
import type { BearerToken } from './bearer-token.ts';
import { basicAuthorization, fetchToken } from './bearer-token.ts';
import type { Credentials, CredentialQuery, CredentialSource } from './credentials.ts';
import { resolveRealm } from './outside-target.ts';
import type { Wire } from './wire.ts';
import { createTokenShelf } from './token-shelf.ts';

/** Knows how the registry of one repository wants to be spoken to, once it has said so. */
export interface Authorizer {
  /** The `Authorization` header for the registry's own host; undefined before the registry asked for one. */
  header(need: AuthorizationNeed): Promise<string | undefined>;
  /** Takes in the challenges of a 401. False where the same answer would only bring the same 401 again. */
  learn(refused: RefusedRequest): Promise<boolean>;
  /** What was found while looking for credentials, for the error at the end. */
  explain(): readonly string[];
}

export interface AuthorizationNeed {
  /** The most important first: some registries read only the first. */
  readonly scopes: readonly string[];
  readonly milliseconds: number;
}

export interface RefusedRequest {
  readonly challenges: readonly string[];
  /** The header that was refused. */
  readonly sent: string | undefined;
  readonly scopes: readonly string[];
}

export interface AuthorizerOptions {
  readonly wire: Wire;
  readonly registry: URL;
  readonly query: CredentialQuery;
  readonly source: CredentialSource;
  readonly now: () => number;
}

type Scheme =
  { readonly kind: 'basic'; readonly header: string } | { readonly kind: 'ready'; readonly header: string } | Bearer;

interface Bearer {
  readonly kind: 'bearer';
  readonly realm: URL;
  readonly service: string | undefined;
  readonly credentials: Credentials;
}

/** Helpers give credentials that end after some hours. */
const credentialLifetime = 10 * 60 * 1000;

/** Speaks Basic and Bearer. Tokens are shared by all calls whose scopes they cover, and asked for once at a time. */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const { now, registry } = options;
  let scheme: Scheme | undefined;
  let known: { readonly credentials: Promise<Credentials>; readonly until: number } | undefined;
  let problems: readonly string[] = [];
  const tokens = createTokenShelf(now);
  const extraScopes = new Set<string>();

  const lookUp = async (): Promise<Credentials> => {
    if (known === undefined || known.until < now())
      known = { credentials: options.source(options.query), until: now() + credentialLifetime };
    const credentials = await known.credentials;
    problems = credentials.kind === 'none' ? credentials.problems : [];
    return credentials;
  };

  const obtain = async (bearer: Bearer, { scopes, milliseconds }: AuthorizationNeed): Promise<string> => {
    const wanted = [...new Set([...scopes, ...extraScopes])];
    const question = { ...bearer, scopes: wanted, milliseconds };
    return bearerHeader(await tokens.take(wanted, () => fetchToken(options.wire, question, now)));
  };

  return {
    header: async (need) => {
      if (scheme === undefined) return undefined;
      return scheme.kind === 'bearer' ? obtain(scheme, need) : scheme.header;
    },
    learn: async ({ challenges, sent, scopes }) => {
      const parsed = parseAuthChallenges(challenges);
      const next = chooseScheme(parsed, { credentials: await lookUp(), registry });
      if (next === undefined) return false;
      scheme = next;
      if (next.kind !== 'bearer') return next.header !== sent;
      const newScopes = challengeScopes(parsed).filter((scope) => !coveredBy(scope, [...scopes, ...extraScopes]));
      for (const scope of newScopes) if (extraScopes.size < 8) extraScopes.add(scope);
      if (sent === undefined) return true;
      return (await tokens.discard((token) => bearerHeader(token) === sent)) || newScopes.length > 0;
    },
    explain: () => problems,
  };
}

function bearerHeader(token: BearerToken): string {
  return `Bearer ${token.value.reveal()}`;
}

function chooseScheme(
  challenges: readonly AuthChallenge[],
  { credentials, registry }: { readonly credentials: Credentials; readonly registry: URL },
): Scheme | undefined {
  if (challenges.length > 0 && credentials.kind === 'bearer-token')
    return { kind: 'ready', header: `Bearer ${credentials.token.reveal()}` };
  const bearer = challenges.find((challenge) => challenge.scheme === 'bearer' && challenge.parameters.has('realm'));
  if (bearer !== undefined) {
    const realm = resolveRealm(bearer.parameters.get('realm') ?? '', registry);
    if (realm.is === 'refused')
      throw new CutwaterError(
        'BAD_REPLY',
        `Cannot log in to ${quote(registry.host)}: its token address ${realm.reason}`,
      );
    return { kind: 'bearer', realm: realm.value, service: bearer.parameters.get('service'), credentials };
  }
  const header = basicAuthorization(credentials)?.reveal();
  if (header === undefined || !challenges.some((challenge) => challenge.scheme === 'basic')) return undefined;
  return { kind: 'basic', header };
}

/** A scope string holds several, divided by spaces. */
function challengeScopes(challenges: readonly AuthChallenge[]): readonly string[] {
  const scopes = challenges.map(
    (challenge) => (challenge.scheme === 'bearer' ? challenge.parameters.get('scope') : undefined) ?? '',
  );
  return scopes.flatMap((scope) => scope.split(' ')).filter((scope) => /^[\x21-\x7e]{1,512}$/.test(scope));
}

/** `repository:a:pull` is covered by `repository:a:pull,push`, whatever the order of the actions. */
function coveredBy(scope: string, held: readonly string[]): boolean {
  const { resource, actions } = splitScope(scope);
  return held.some((other) => {
    const having = splitScope(other);
    return having.resource === resource && actions.every((action) => having.actions.includes(action));
  });
}

function splitScope(scope: string): { readonly resource: string; readonly actions: readonly string[] } {
  const colon = scope.lastIndexOf(':');
  return { resource: scope.slice(0, colon), actions: scope.slice(colon + 1).split(',') };
}
