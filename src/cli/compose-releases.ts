import type { ForgePolicy } from '../policy/forge-schema.ts';
import type { ReleaseList } from '../ports/release-list.ts';
import type { CliContext } from './command.ts';

export type OpenedReleaseList = ReleaseList & { close(): void };

/** The releases of the forge; undefined for folders on disk, which hold nothing from before Cutwater. */
export async function openReleaseList(
  context: CliContext,
  policy: ForgePolicy,
  onWarning: (text: string) => void,
): Promise<OpenedReleaseList | undefined> {
  const options = { environment: context.env, signal: context.signal, onWarning };
  switch (policy.kind) {
    case 'local':
      return undefined;
    case 'github':
      return (await import('../adapters/github/release-list.ts')).githubReleaseList(policy, options);
    case 'forgejo':
    case 'gitea':
      return (await import('../adapters/gitea/release-list.ts')).giteaReleaseList(policy, options);
    case 'gitlab':
      return (await import('../adapters/gitlab/release-list.ts')).gitlabReleaseList(policy, options);
  }
}
