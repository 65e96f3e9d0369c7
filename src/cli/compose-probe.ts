import { openRepository } from '../adapters/oci-http/open-repository.ts';
import type { ProbedRegistry } from '../engine/overview/examine-rights.ts';
import type { Policy } from '../policy/policy.ts';
import type { CliContext } from './command.ts';

/** The registries that a release writes to; the one on disk has no rights to ask for. */
export function openWriteProbes(
  context: CliContext,
  { images }: Policy,
): { readonly registries: readonly ProbedRegistry[]; close(): void } {
  const { env: environment, signal } = context;
  const names = images
    .flatMap(({ name, mirrors }) => [name, ...mirrors])
    .filter(({ registry }) => registry !== 'embedded');
  // A person waits for the answer, so it is not tried for long.
  const options = { environment, signal, access: 'write', deadlineSeconds: 20 } as const;
  const opened = names.map((name) => ({ name, probe: openRepository(name, options) }));
  return { registries: opened, close: () => opened.forEach(({ probe }) => probe.close()) };
}
