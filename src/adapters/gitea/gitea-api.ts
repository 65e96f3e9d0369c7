import { CutwaterError } from '../../domain/error.ts';
import { forgeCapabilities } from '../../domain/forge-capabilities.ts';
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

/** One repository of a Gitea or a Forgejo, whose release APIs are one. */
export interface GiteaApi {
  /** For messages: `forgejo codeberg.org/owner/name`. */
  readonly label: string;
  readonly session: ForgeSession;
  /** Below the repository: `releases/tags/v1.2.3`. */
  readonly url: ApiAddress;
  /** Below the forge's address. */
  page(path: string): URL;
  /** The error for a 404 where something must be: also the answer for a repository that a token may not see. */
  missing(what: string): CutwaterError;
  /** What this run wrote. */
  readonly own: OwnWrites;
  /** Something a person should know and that stops nothing. */
  warn(text: string): void;
  /** Closes the connections. */
  close(): void;
}

export function openGiteaApi(policy: HostedForgePolicy, options: ForgeOptions): GiteaApi {
  const { kind, address, repository } = policy;
  const root = new URL(`${address}/`);
  const place = `${root.host}${root.pathname}${repository}`;
  const base = new URL(`api/v1/repos/${repository}/`, root);
  const { session, warn, close } = openForgeSession(policy, {
    ...options,
    origins: [root.origin],
    headers: { accept: 'application/json' },
    credentials: (token) => ({ authorization: `token ${token}` }),
    neededRight: missingScope,
    newName,
    label: place,
  });
  return {
    label: `${kind} ${place}`,
    session,
    url: addressBelow(base),
    page: (path) => new URL(path, root),
    missing: (what) => explainMissing(session, { what, place, name: forgeCapabilities[kind].name }),
    own: createOwnWrites(session.retry),
    warn,
    close,
  };
}

function explainMissing(
  { token }: ForgeSession,
  { what, place, name }: { readonly what: string; readonly place: string; readonly name: string },
): CutwaterError {
  if (token.is === 'none') return notForEveryone(what, place, token.advice);
  return new CutwaterError(
    'FORBIDDEN',
    `Cannot ${what}: ${quote(place)} is not there, or the token in ${token.variable} may not see it`,
    { hint: `Check forge.repository in cutwater.yaml, and that the user of the token may write there on ${name}` },
  );
}

/** Gitea names what it misses: `required=[write:repository]`. */
export function missingScope(reply: Reply): string | undefined {
  const required = /required=\[([a-z:, ]{1,200})\]/.exec(readForgeComplaint(reply))?.[1];
  return required === undefined ? undefined : `the scope ${quote(required)}`;
}

function newName(to: URL): NewName {
  const name = /\/repos\/([^/]+\/[^/]+)/.exec(to.pathname)?.[1];
  return { is: 'said', name: name ?? to.href };
}
