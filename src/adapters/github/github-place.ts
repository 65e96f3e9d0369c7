import type { HostedForgePolicy } from '../../policy/forge-schema.ts';

/** Where a repository's API is. */
export interface GithubPlace {
  /** `https://api.github.com/repos/OWNER/NAME/`. */
  readonly repository: URL;
  /** Origins that the token belongs to, the API's first: `https://api.github.com`, `https://uploads.github.com`. */
  readonly origins: readonly [string, ...string[]];
  /** For messages: `github.com/OWNER/NAME`. */
  readonly label: string;
}

/**
 * github.com and its tenants (`NAME.ghe.com`) have hosts of their own for the API and for uploads; a GitHub Enterprise
 * Server has both below `/api` of its own host.
 */
export function githubPlace({ address, repository }: Pick<HostedForgePolicy, 'address' | 'repository'>): GithubPlace {
  const { protocol, host, hostname, pathname } = new URL(address);
  const isHosted = hostname === 'github.com' || /^[a-z0-9-]+\.ghe\.com$/.test(hostname);
  const api = isHosted ? `${protocol}//api.${host}/` : new URL('/api/v3/', address).href;
  return {
    repository: new URL(`repos/${repository}/`, api),
    origins: isHosted ? [new URL(api).origin, `${protocol}//uploads.${host}`] : [new URL(api).origin],
    label: `${host}${pathname.replace(/\/$/, '')}/${repository}`,
  };
}
