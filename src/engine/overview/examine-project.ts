import { isCutwaterError } from '../../domain/error.ts';
import { formatImageName } from '../../domain/image-name.ts';
import type { Check } from '../../report/verification.ts';
import { failed, passed } from '../../report/verification.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { readProjectTags } from '../facts/read-tags.ts';
import type { ReadWorld } from '../world.ts';
import type { CiIdentity } from './ci-identity.ts';
import { judgeCiIdentity } from './ci-identity.ts';

/** What would stop a release here, each with what to do. Looks only: nothing is written anywhere. */
export async function examineProject(
  world: ReadWorld,
  loaded: LoadedPolicy,
  machine: {
    readonly ciIdentity: CiIdentity;
    /** What was found about the key that signs tags. */
    readonly signing: readonly Check[];
  },
): Promise<readonly Check[]> {
  const { policy, trust } = loaded;
  return [
    passed('policy', `${trust.origin} is right`),
    trust.maintainers.length > 0
      ? passed(
          'maintainers',
          `${trust.maintainers.length} may sign release tags: ${trust.maintainers.map(({ name }) => name).join(', ')}`,
        )
      : failed('maintainers', 'nobody may sign release tags; name a maintainer under trust.maintainers'),
    trust.ci.length > 0
      ? passed('CI keys', `${trust.ci.map(({ name }) => name).join(', ')} may sign release documents`)
      : failed('CI keys', 'no key may sign release documents; name its public half under trust.ci'),
    judgeCiIdentity(machine.ciIdentity, loaded),
    ...machine.signing,
    await guarded('tags', async () => {
      const tags = await readProjectTags(world.git, policy, 'remote');
      if (tags.moved.size > 0)
        return failed(
          'tags',
          `${[...tags.moved.keys()].join(', ')} differ between this clone and the remote; find out who moved them`,
        );
      return passed(
        'tags',
        `${tags.decided.length} of this project, ${tags.refused.length} that do not count, ${tags.ignored} ignored`,
      );
    }),
    await guarded('registry', async () => {
      const count = (await world.repository.listTags()).length;
      return passed('registry', `${formatImageName(world.repository.name)} can be read and has ${count} tags`);
    }),
    await guarded('forge', async () =>
      passed('forge', `${world.forge.description} has ${(await world.forge.listReleases()).length} releases`),
    ),
  ];
}

async function guarded(name: string, check: () => Promise<Check>): Promise<Check> {
  try {
    return await check();
  } catch (error) {
    if (!isCutwaterError(error)) throw error;
    return failed(name, `${error.message}; ${error.hint}`);
  }
}
