import { giteaForge } from '../../src/adapters/gitea/gitea-forge.ts';
import { githubForge } from '../../src/adapters/github/github-forge.ts';
import { gitlabForge } from '../../src/adapters/gitlab/gitlab-forge.ts';
import type { ForgeOptions, HostedForge } from '../../src/adapters/forge-http/forge-options.ts';
import { fastTiming } from '../../src/adapters/oci-http/scripted-registry.ts';
import type { HostedForgeKind } from '../../src/domain/forge-capabilities.ts';
import type { Scope } from './folder.ts';
import type { ForgeHost } from './hosted-project.ts';

/** The adapter of a forge, opened as a run with the right to write opens it on a test server; no real waiting. */
export function openHostedForge(
  scope: Scope,
  { kind, host }: { readonly kind: HostedForgeKind; readonly host: Pick<ForgeHost, 'address' | 'environment'> },
  options: Partial<ForgeOptions> = {},
): HostedForge {
  const policy = { kind, address: host.address, repository: 'acme/tiny' };
  const open = { github: githubForge, forgejo: giteaForge, gitea: giteaForge, gitlab: gitlabForge }[kind];
  const forge = open(policy, { environment: host.environment, timing: fastTiming(), ...options });
  scope.after(async () => forge.close());
  return forge;
}
