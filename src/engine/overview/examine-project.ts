import { forgeCapabilities } from '../../domain/forge-capabilities.ts';
import type { Forge } from '../../ports/forge.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { formatImageName } from '../../domain/image-name.ts';
import { fetchTagObjects, isLightweightCopy } from '../../domain/tag-copy.ts';
import type { Git } from '../../ports/git.ts';
import type { Check } from '../../report/verification.ts';
import { failed, passed } from '../../report/verification.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
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
      : failed(
          'CI keys',
          `no key may sign release documents; run '${newCiKey}', name the second file under trust.ci, and keep the first one as the secret CUTWATER_CI_KEY of CI alone`,
        ),
    judgeCiIdentity(machine.ciIdentity, loaded),
    ...machine.signing,
    await guarded('tags', async () => judgeTags(await readProjectTags(world.git, policy, 'remote'))),
    ...(await examineHistory(world.git)),
    ...(await Promise.all(
      [world, ...world.companions].map(({ repository }) =>
        guarded('registry', async () => {
          const count = (await repository.listTags()).length;
          return passed('registry', `${formatImageName(repository.name)} can be read and has ${count} tags`);
        }),
      ),
    )),
    await guarded('forge', async () =>
      passed(
        'forge',
        `${world.forge.description} has ${(await world.forge.listReleases()).length} releases${latestOf(world.forge)}`,
      ),
    ),
  ];
}

const newCiKey =
  'mkdir -p .cutwater/keys && openssl genpkey -algorithm ED25519 -out .cutwater/ci-key.pem && openssl pkey -in .cutwater/ci-key.pem -pubout -out .cutwater/keys/ci.pem';

function latestOf({ kind }: Pick<Forge, 'kind'>): string {
  const { latest, name } = forgeCapabilities[kind];
  return latest === 'settable' ? '' : `; ${name} shows the latest one by dates, so users should follow the image tags`;
}

function judgeTags({ moved, decided, refused, ignored }: ProjectTags): Check {
  const copies = [...moved].filter(([, { local, remote }]) => isLightweightCopy(local, remote)).map(([name]) => name);
  const others = [...moved.keys()].filter((name) => !copies.includes(name));
  if (others.length > 0)
    return failed('tags', `${others.join(', ')} differ between this clone and the remote; find out who moved them`);
  if (copies.length > 0)
    return failed(
      'tags',
      `${copies.join(', ')} are lightweight here and annotated on the remote, as a checkout of a tag in CI leaves them; run ${fetchTagObjects}`,
    );
  return passed('tags', `${decided.length} of this project, ${refused.length} that do not count, ${ignored} ignored`);
}

/** A shallow clone can release, but not judge the default branch or a hotfix. */
async function examineHistory(git: Git): Promise<readonly Check[]> {
  if (!(await git.isShallow())) return [];
  const says =
    "this clone is shallow, and edge, hotfixes and critical paths need the whole history; run 'git fetch --unshallow'";
  return [{ name: 'history', is: 'warning', says }];
}

async function guarded(name: string, check: () => Promise<Check>): Promise<Check> {
  try {
    return await check();
  } catch (error) {
    if (!isCutwaterError(error)) throw error;
    return failed(name, `${error.message}; ${error.hint}`);
  }
}
