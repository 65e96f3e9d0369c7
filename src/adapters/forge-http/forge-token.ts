import type { HostedForgeKind } from '../../domain/forge-capabilities.ts';
import { CutwaterError } from '../../domain/error.ts';
import { Secret } from '../../domain/secret.ts';
import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import type { Environment } from '../oci-http/proxy-choice.ts';

/** What a forge is spoken to with. */
export type ForgeToken =
  | { readonly is: 'token'; readonly variable: string; readonly secret: Secret }
  /** `advice` is one step that gives a token. */
  | { readonly is: 'none'; readonly advice: string };

interface Source {
  /** The variable to tell people of. */
  readonly advised: string;
  /** Environment variables with a token, the first that is set counts. */
  readonly variables: readonly string[];
  /** Hosts the variables are for without further word. */
  readonly hosts: readonly string[];
  /** Variables with the address, or the host, of another forge the token is for. */
  readonly servers: readonly string[];
}

// A token belongs to one host, and the policy of a repository is not its owner: who clones a foreign repository and looks
// at it must not send it anywhere else. So the host is in the environment, as the forges' runners and programs set it.
const sources: Readonly<Record<HostedForgeKind, readonly [Source, ...Source[]]>> = {
  github: [
    {
      advised: 'GITHUB_TOKEN',
      variables: ['GH_TOKEN', 'GITHUB_TOKEN'],
      hosts: ['github.com'],
      servers: ['GITHUB_SERVER_URL'],
    },
    {
      advised: 'GH_ENTERPRISE_TOKEN',
      variables: ['GH_ENTERPRISE_TOKEN', 'GITHUB_ENTERPRISE_TOKEN'],
      hosts: [],
      servers: ['GH_HOST'],
    },
  ],
  forgejo: [
    {
      advised: 'FORGEJO_TOKEN',
      variables: ['FORGEJO_TOKEN', 'GITEA_TOKEN'],
      hosts: ['codeberg.org'],
      servers: ['FORGEJO_SERVER_URL', 'GITEA_SERVER_URL', 'GITHUB_SERVER_URL'],
    },
  ],
  gitea: [
    {
      advised: 'GITEA_TOKEN',
      variables: ['GITEA_TOKEN', 'FORGEJO_TOKEN'],
      hosts: ['gitea.com'],
      servers: ['GITEA_SERVER_URL', 'FORGEJO_SERVER_URL', 'GITHUB_SERVER_URL'],
    },
  ],
  gitlab: [
    {
      advised: 'GITLAB_TOKEN',
      variables: ['GITLAB_TOKEN'],
      hosts: ['gitlab.com'],
      servers: ['GITLAB_HOST', 'CI_SERVER_URL'],
    },
    { advised: 'CI_JOB_TOKEN', variables: ['CI_JOB_TOKEN'], hosts: [], servers: ['CI_SERVER_URL'] },
  ],
};

/**
 * The token for exactly the host of the address; one for another host is never used. Throws INPUT_INVALID, without any of it,
 * for what no header can carry, such as two lines.
 */
export function findForgeToken(
  { kind, address }: Pick<HostedForgePolicy, 'kind' | 'address'>,
  environment: Environment,
): ForgeToken {
  const { host } = new URL(address);
  for (const { variables, hosts, servers } of sources[kind]) {
    const variable = variables.find((name) => isFilled(environment[name]));
    if (variable === undefined) continue;
    // Where a runner says whose its token is, that alone counts: its GITHUB_TOKEN is not for github.com.
    const named = servers.flatMap((name) => hostOf(environment[name]) ?? []);
    if ((named.length > 0 ? named : hosts).includes(host))
      return { is: 'token', variable, secret: readToken(variable, { host, environment }) };
  }
  return { is: 'none', advice: adviceFor(kind, { host, address, environment }) };
}

function readToken(
  variable: string,
  { host, environment }: { readonly host: string; readonly environment: Environment },
): Secret {
  const text = (environment[variable] ?? '').trim();
  if (/^[\x21-\x7e]+$/.test(text)) return new Secret(text);
  throw new CutwaterError('INPUT_INVALID', `Cannot log in to ${host}: what is in ${variable} is no token`, {
    hint: `Set ${variable} to an access token of ${host}: one line of visible ASCII`,
  });
}

function adviceFor(
  kind: HostedForgeKind,
  asked: { readonly host: string; readonly address: string; readonly environment: Environment },
): string {
  const [{ advised, variables, hosts, servers }] = sources[kind];
  const [server = ''] = servers;
  const held = variables.find((name) => isFilled(asked.environment[name]));
  if (held !== undefined) return `Set ${server} to ${asked.address} if ${held} is a token of ${asked.host}`;
  const isKnown = hosts.includes(asked.host) && servers.every((name) => hostOf(asked.environment[name]) === undefined);
  return isKnown ? `Set ${advised} to a token` : `Set ${advised} to a token and ${server} to ${asked.address}`;
}

function isFilled(value: string | undefined): boolean {
  return value !== undefined && value.trim() !== '';
}

function hostOf(value: string | undefined): string | undefined {
  if (value === undefined || value.trim() === '') return undefined;
  const url = value.includes('://') ? value : `https://${value}`;
  return URL.canParse(url) ? new URL(url).host : undefined;
}
