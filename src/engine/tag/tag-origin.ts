import type { CutwaterError } from '../../domain/error.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import { releaseClassOf } from '../../domain/version.ts';
import type { ImageOrigin } from '../../estate/choose-origin.ts';
import { changeSincePrevious } from '../evidence/critical-change.ts';
import { expectedOf } from '../release/expect-image.ts';
import type { OriginQuestion } from '../release/find-origin.ts';
import { findOrigin } from '../release/find-origin.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import { releaseKindsOf } from '../facts/release-class.ts';
import type { EvidenceDemand } from '../evidence/require-evidence.ts';
import { requireEvidence } from '../evidence/require-evidence.ts';
import { withdrawalsAmong } from '../facts/withdrawals-now.ts';
import type { ReadWorld } from '../world.ts';

/**
 * What stands against a tag that is to be made, by the image its release would get: a validated candidate that would not be
 * taken, one its message names that cannot be, or one that nobody has validated as the policy asks. So no tag is left behind that its release would refuse.
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
    const origin = await findOrigin(world, {
      loaded,
      version,
      commit,
      tags,
      withdrawn,
      act,
      tagObject: undefined,
      message,
    });
    await requireValidated(world, loaded, { act, version, commit, message, tags, origin });
    return [];
  } catch (error) {
    if (!isCutwaterError(error) || ![2, 3, 8].includes(error.exit)) throw error;
    return [error];
  }
}

/**
 * A candidate is promoted once it was validated. What will be built anew is validated after it has its tag, so of that
 * only a failure counts yet.
 */
async function requireValidated(
  world: ReadWorld,
  loaded: LoadedPolicy,
  asked: Pick<EvidenceDemand, 'act' | 'version' | 'commit' | 'tags'> & {
    readonly message: string;
    readonly origin: ImageOrigin;
  },
): Promise<void> {
  const { act, version, commit, tags, origin } = asked;
  const { digest, validated } = await expectedOf(world, loaded, { origin, held: undefined, version });
  const kinds = await releaseKindsOf(world.git, { ...asked, head: loaded.commit });
  const change = changeSincePrevious(world, loaded, { version, commit, tags });
  try {
    await requireEvidence(world, loaded, { act, version, commit, kinds, digest, tags, change, validated });
  } catch (error) {
    if (origin.is === 'promotion' || !isCutwaterError(error, 'EVIDENCE_MISSING')) throw error;
  }
}
