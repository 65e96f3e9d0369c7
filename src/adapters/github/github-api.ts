import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import type { ForgeOptions } from '../forge-http/forge-options.ts';
import { openForgeSession } from '../forge-http/forge-options.ts';
import type { ApiAddress } from '../forge-http/api-address.ts';
import { addressBelow } from '../forge-http/api-address.ts';
import { notForEveryone, readForgeComplaint } from '../forge-http/forge-error.ts';
import { readObject } from '../forge-http/forge-json.ts';
import type { ForgeSession, NewName } from '../forge-http/forge-session.ts';
import { isJsonObject } from '../oci-http/json-object.ts';
import type { Reply } from '../oci-http/reply-body.ts';
import { firstHeader } from '../oci-http/reply-body.ts';
import type { GithubPlace } from './github-place.ts';
import { githubPlace } from './github-place.ts';

/** One repository of GitHub, as its REST API of 2022-11-28 knows it. */
export interface GithubApi {
  readonly place: GithubPlace;
  readonly session: ForgeSession;
  /** Below the repository: `releases/tags/v1.2.3`. */
  readonly url: ApiAddress;
  /**
   * The error for a 404 where something must be: GitHub answers it for a repository that a token may not see, and for
   * writes that it may not do.
   */
  missing(what: string, right: string): Promise<CutwaterError>;
  /** Something a person should know and that stops nothing. */
  warn(text: string): void;
  /** Closes the connections. */
  close(): void;
}

export function openGithubApi(policy: HostedForgePolicy, options: ForgeOptions): GithubApi {
  const place = githubPlace(policy);
  const { session, warn, close } = openForgeSession(policy, {
    ...options,
    origins: place.origins,
    headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
    credentials: (token) => ({ authorization: `Bearer ${token}` }),
    neededRight,
    newName,
    label: place.label,
  });
  return {
    place,
    session,
    url: addressBelow(place.repository),
    warn,
    close,
    missing: (what, right) => explainMissing({ session, place }, what, right),
  };
}

async function explainMissing(
  { session, place }: Pick<GithubApi, 'session' | 'place'>,
  what: string,
  right: string,
): Promise<CutwaterError> {
  const { token } = session;
  const url = new URL(place.repository.href.replace(/\/$/, ''));
  const repository = await session.send({ what: `read ${place.label}`, method: 'GET', url, returned: [404] });
  if (token.is === 'none') return notForEveryone(what, place.label, token.advice);
  if (repository.status === 404)
    return new CutwaterError(
      'FORBIDDEN',
      `Cannot ${what}: ${quote(place.label)} is not there, or the token in ${token.variable} may not see it`,
      { hint: `Check forge.repository in cutwater.yaml, and that the token is for this repository` },
    );
  const permissions = readObject(what, repository)['permissions'];
  const mayPush = isJsonObject(permissions) && permissions['push'] === true;
  return new CutwaterError(
    'FORBIDDEN',
    `Cannot ${what}: GitHub answers 404, as it does where ${mayPush ? 'a right is missing' : `the token in ${token.variable} may only read`}`,
    { hint: `Give the token ${right}; where the tag changes workflow files, "Workflows: write" too` },
  );
}

/** GitHub says which right would do: `contents=write`. */
function neededRight(reply: Reply): string | undefined {
  const sso = firstHeader(reply, 'x-github-sso') ?? '';
  if (sso.startsWith('required')) return 'the approval of the organisation (single sign-on)';
  const accepted = firstHeader(reply, 'x-accepted-github-permissions') ?? '';
  if (/^[a-z_]+=(?:read|write|admin)(?:[;,] ?[a-z_]+=(?:read|write|admin))*$/.test(accepted))
    return `the right ${quote(accepted)}`;
  const scopes = firstHeader(reply, 'x-accepted-oauth-scopes') ?? '';
  if (/^[a-z_:]+(?:, ?[a-z_:]+)*$/.test(scopes)) return `one of the scopes ${quote(scopes)}`;
  return /resource not accessible/i.test(readForgeComplaint(reply))
    ? 'the right this needs (for releases "contents: write")'
    : undefined;
}

/** A repository with a new name is found by its number. */
function newName(to: URL): NewName {
  const base = /^(.*\/repositories\/\d+)(?:\/|$)/.exec(to.pathname)?.[1];
  if (base !== undefined) return { is: 'at', url: new URL(base, to), member: 'full_name' };
  const name = /\/repos\/([^/]+\/[^/]+)/.exec(to.pathname)?.[1];
  return { is: 'said', name: name ?? to.href };
}
