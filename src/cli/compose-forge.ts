import { localForge } from '../adapters/local-forge/local-forge.ts';
import { assertNever } from '../domain/error.ts';
import type { ForgePolicy } from '../policy/forge-schema.ts';
import type { CommitChecks } from '../ports/commit-checks.ts';
import type { Forge } from '../ports/forge.ts';
import type { MergeRequests } from '../ports/merge-requests.ts';
import type { CliContext } from './command.ts';
import type { OpenRepositoryOptions } from './compose-registry.ts';
import { releasesFolder } from './compose-registry.ts';

export type OpenedForge = Forge & {
  readonly mergeRequests: MergeRequests | undefined;
  readonly checks: CommitChecks | undefined;
  close(): void;
};

/** The forge that the policy names. Those of the network are loaded only where one is asked for. */
export async function openForge(
  context: CliContext,
  policy: ForgePolicy,
  { folder, report, hosts }: Omit<OpenRepositoryOptions, 'access'>,
): Promise<OpenedForge> {
  const onWarning = (text: string): void => report({ type: 'note', level: 'warning', text });
  const options = { environment: context.env, signal: context.signal, onWarning, hosts };
  switch (policy.kind) {
    case 'local':
      return {
        ...localForge({ folder: releasesFolder(context, folder, policy.folder) }),
        mergeRequests: undefined,
        checks: undefined,
        close: () => undefined,
      };
    case 'github':
      return (await import('../adapters/github/github-forge.ts')).githubForge(policy, options);
    case 'forgejo':
    case 'gitea':
      return (await import('../adapters/gitea/gitea-forge.ts')).giteaForge(policy, options);
    case 'gitlab':
      return (await import('../adapters/gitlab/gitlab-forge.ts')).gitlabForge(policy, options);
    default:
      return assertNever(policy);
  }
}
