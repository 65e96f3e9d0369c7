import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, formatVersion } from '../../domain/version.ts';
import { withdrawalsInForce } from '../../estate/decisions.ts';
import type { LoadedPolicy } from './load-policy.ts';
import { readDecisions } from './read-decisions.ts';
import type { ProjectTags } from './read-tags.ts';
import { readProjectTags } from './read-tags.ts';
import type { ReadWorld } from '../world.ts';

/** By version text. */
export type Withdrawals = ReturnType<typeof withdrawalsInForce>;

/** The withdrawals in force at this moment, from remote, clone and registry. */
export async function readWithdrawals(world: ReadWorld, loaded: LoadedPolicy): Promise<Withdrawals> {
  return withdrawalsAmong(world, loaded, await readProjectTags(world.git, loaded.policy, 'remote'));
}

/** The same as far as these tags and the registry show it. */
export async function withdrawalsAmong(
  world: ReadWorld,
  loaded: LoadedPolicy,
  tags: ProjectTags,
): Promise<Withdrawals> {
  const decisions = await readDecisions(world, loaded, { tags, imageTags: await world.repository.listTags() });
  return withdrawalsInForce(decisions.decisions, decisions.checkpoints);
}

/**
 * Throws WITHDRAWAL_REFUSED for a version that a maintainer withdrew or cancelled, and for one whose image is that of
 * another version that was withdrawn: the candidate it was promoted from, whichever way it came to have these bytes.
 */
export function requireStanding(withdrawals: Withdrawals, version: Version, image?: Digest): void {
  const name = releaseTagOf(version);
  const own = withdrawals.get(formatVersion(version));
  if (own !== undefined)
    throw new CutwaterError(
      'WITHDRAWAL_REFUSED',
      `Cannot release ${name}: a maintainer withdrew or cancelled it (${quote(own.reason)})`,
      { hint: 'Release the next version, or restore this one first' },
    );
  const source = [...withdrawals.values()]
    .filter(({ digest }) => image !== undefined && digest === image)
    .toSorted((left, right) => compareVersions(right.version, left.version))
    .at(0);
  if (source === undefined) return;
  const other = releaseTagOf(source.version);
  throw new CutwaterError(
    'WITHDRAWAL_REFUSED',
    `Cannot release ${name}: its image is that of ${other}, which a maintainer withdrew (${quote(source.reason)})`,
    {
      hint: `Release the next version: ${name} keeps this image. If nothing is wrong with it, restore ${other} first`,
    },
  );
}
