import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import type { ApiAddress } from '../forge-http/api-address.ts';
import { addressBelow } from '../forge-http/api-address.ts';
import { notForEveryone, readForgeComplaint } from '../forge-http/forge-error.ts';
import type { ForgeOptions } from '../forge-http/forge-options.ts';
import { openForgeSession } from '../forge-http/forge-options.ts';
import type { ForgeSession, NewName } from '../forge-http/forge-session.ts';
import type { OwnWrites } from '../forge-http/own-writes.ts';
import { createOwnWrites } from '../forge-http/own-writes.ts';
import type { Reply } from '../oci-http/reply-body.ts';

/** One project of a GitLab, by its REST API v4. */
export interface GitlabApi {
  /** For messages: `gitlab gitlab.com/group/name`. */
  readonly label: string;
  readonly session: ForgeSession;
  /** Below the project: `releases/v1.2.3`. */
  readonly url: ApiAddress;
  /** Below the API: `user`. */
  page(path: string): URL;
  /** The error for a 404 where something must be: also the answer for a project that a token may not see. */
  missing(what: string): CutwaterError;
  /** What this run wrote. */
  readonly own: OwnWrites;
  /** Closes the connections. */
  close(): void;
}

export function openGitlabApi(policy: HostedForgePolicy, options: ForgeOptions): GitlabApi {
  const root = new URL(`${policy.address}/`);
  const place = `${root.host}${root.pathname}${policy.repository}`;
  const base = new URL(`api/v4/projects/${encodeURIComponent(policy.repository)}/`, root);
  const { session, close } = openForgeSession(policy, {
    ...options,
    origins: [root.origin],
    headers: { accept: 'application/json' },
    // The token of a job is another kind, in a header of its own.
    credentials: (token, variable) => ({ [variable === 'CI_JOB_TOKEN' ? 'job-token' : 'private-token']: token }),
    neededRight,
    newName,
    label: place,
  });
  return {
    label: `gitlab ${place}`,
    session,
    url: addressBelow(base),
    page: (path) => new URL(`api/v4/${path}`, root),
    missing: (what) => explainMissing(session, { what, place }),
    own: createOwnWrites(session.retry),
    close,
  };
}

function explainMissing(
  { token }: ForgeSession,
  { what, place }: { readonly what: string; readonly place: string },
): CutwaterError {
  if (token.is === 'none') return notForEveryone(what, place, token.advice);
  return new CutwaterError(
    'FORBIDDEN',
    `Cannot ${what}: ${quote(place)} or a part of it is not there, or the token in ${token.variable} may not see it`,
    { hint: 'Check forge.repository in cutwater.yaml; the token needs the scope "api" and the role Developer' },
  );
}

function neededRight(reply: Reply): string | undefined {
  const complaint = readForgeComplaint(reply);
  if (/insufficient_scope/.test(complaint)) return 'the scope "api"';
  return /protected/i.test(complaint) ? 'the right to the protected tag' : 'the role Developer or a higher one';
}

/** A project with a new path is found by its number. */
function newName(to: URL): NewName {
  const base = /^(.*\/projects\/[^/]+)(?:\/|$)/.exec(to.pathname)?.[1];
  if (base === undefined) return { is: 'said', name: to.href };
  return { is: 'at', url: new URL(base, to), member: 'path_with_namespace' };
}
