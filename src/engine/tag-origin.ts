import type { CutwaterError } from '../domain/error.ts';
import { isCutwaterError } from '../domain/error.ts';
import { releaseTagOf } from '../domain/tag-name.ts';
import { releaseClassOf } from '../domain/version.ts';
import type { OriginQuestion } from './find-origin.ts';
import { findOrigin } from './find-origin.ts';
import type { LoadedPolicy } from './load-policy.ts';
import type { ProjectTags } from './read-tags.ts';
import { withdrawalsAmong } from './withdrawals-now.ts';
import type { ReadWorld } from './world.ts';

/**
 * What stands against a tag that is to be made, by the image its release would get: a validated candidate that would not be
 * taken, or one its message names that cannot be. So no tag is left behind that its release would refuse.
 */
export async function findOriginProblems(
  world: ReadWorld,
  loaded: LoadedPolicy,
  {
    wanted,
    message,
    tags,
  }: {
    readonly wanted: Pick<OriginQuestion, 'version' | 'commit'>;
    readonly message: string;
    readonly tags: ProjectTags;
  },
): Promise<readonly CutwaterError[]> {
  const { version, commit } = wanted;
  if (releaseClassOf(version) !== 'stable') return [];
  const act = `tag ${releaseTagOf(version)}`;
  try {
    const withdrawn = await withdrawalsAmong(world, loaded, tags);
    await findOrigin(world, { loaded, version, commit, tags, withdrawn, act, tagObject: undefined, message });
    return [];
  } catch (error) {
    if (!isCutwaterError(error) || ![2, 3].includes(error.exit)) throw error;
    return [error];
  }
}
