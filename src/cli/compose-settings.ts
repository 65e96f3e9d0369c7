import type { ForgePolicy } from '../policy/forge-schema.ts';
import type { ForgeKeyReader } from '../ports/forge-keys.ts';
import type { ForgeSettingsReader } from '../ports/forge-settings.ts';
import type { CliContext } from './command.ts';

/** What a forge tells of its settings, and of the person whose token is here. */
export interface ForgeReaders {
  readonly settings: ForgeSettingsReader;
  readonly keys: ForgeKeyReader;
  close(): void;
}

/** Undefined for a forge that tells neither, as far as we know it. */
export async function openForgeReaders(
  { env: environment, signal }: CliContext,
  policy: ForgePolicy,
): Promise<ForgeReaders | undefined> {
  if (policy.kind !== 'github') return undefined;
  const [{ githubSettings }, { githubKeys }] = await Promise.all([
    import('../adapters/github/github-settings.ts'),
    import('../adapters/github/github-keys.ts'),
  ]);
  // A person waits for the answer, so it is not tried for long.
  const options = { environment, signal, deadlineSeconds: 20 };
  const [settings, keys] = [githubSettings(policy, options), githubKeys(policy, options)];
  return {
    settings,
    keys,
    close: () => {
      settings.close();
      keys.close();
    },
  };
}
