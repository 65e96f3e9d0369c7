import type { ForgePolicy } from '../policy/forge-schema.ts';
import type { ForgeSettingsReader } from '../ports/forge-settings.ts';
import type { CliContext } from './command.ts';

/** Where the settings of a forge can be read; undefined for a forge that has none we know. */
export async function openForgeSettings(
  { env: environment, signal }: CliContext,
  policy: ForgePolicy,
): Promise<(ForgeSettingsReader & { readonly close: () => void }) | undefined> {
  if (policy.kind !== 'github') return undefined;
  const { githubSettings } = await import('../adapters/github/github-settings.ts');
  // A person waits for the answer, so it is not tried for long.
  return githubSettings(policy, { environment, signal, deadlineSeconds: 20 });
}
