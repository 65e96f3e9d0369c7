import type { ForgeOptions } from '../adapters/forge-http/forge-options.ts';
import type { ForgePolicy, HostedForgePolicy } from '../policy/forge-schema.ts';
import type { ForgeKeyReader } from '../ports/forge-keys.ts';
import type { ForgeSettingsReader } from '../ports/forge-settings.ts';
import type { CliContext } from './command.ts';

/** What a forge tells of its settings, and of the person whose token is here. */
export interface ForgeReaders {
  readonly settings: ForgeSettingsReader;
  readonly keys: ForgeKeyReader;
  close(): void;
}

/** Undefined for folders on disk, which have neither. */
export async function openForgeReaders(
  { env: environment, signal }: CliContext,
  policy: ForgePolicy,
): Promise<ForgeReaders | undefined> {
  if (policy.kind === 'local') return undefined;
  const open = await readersOf(policy.kind);
  // A person waits for the answer, so it is not tried for long.
  const options = { environment, signal, deadlineSeconds: 20 };
  const [settings, keys] = [open.settings(policy, options), open.keys(policy, options)];
  return {
    settings,
    keys,
    close: () => {
      settings.close();
      keys.close();
    },
  };
}

type Opener<Reader> = (policy: HostedForgePolicy, options: ForgeOptions) => Reader & { readonly close: () => void };

async function readersOf(
  kind: HostedForgePolicy['kind'],
): Promise<{ readonly settings: Opener<ForgeSettingsReader>; readonly keys: Opener<ForgeKeyReader> }> {
  switch (kind) {
    case 'github': {
      const { githubSettings: settings } = await import('../adapters/github/github-settings.ts');
      return { settings, keys: (await import('../adapters/github/github-keys.ts')).githubKeys };
    }
    case 'forgejo':
    case 'gitea': {
      const { giteaSettings: settings } = await import('../adapters/gitea/gitea-settings.ts');
      return { settings, keys: (await import('../adapters/gitea/gitea-keys.ts')).giteaKeys };
    }
    case 'gitlab': {
      const { gitlabSettings: settings } = await import('../adapters/gitlab/gitlab-settings.ts');
      return { settings, keys: (await import('../adapters/gitlab/gitlab-keys.ts')).gitlabKeys };
    }
  }
}
