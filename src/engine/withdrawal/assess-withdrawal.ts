import { CutwaterError } from '../../domain/error.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, formatVersion } from '../../domain/version.ts';
import type { WayBack } from '../../documents/way-back.ts';
import { describeWayBack, hardestWay } from '../../documents/way-back.ts';
import type { WithdrawalDecision } from '../../estate/decisions.ts';
import { replacementOf } from '../pointers/banner-steps.ts';
import { gatherEstate } from '../facts/gather-estate.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import { wayBackReader } from './way-back.ts';
import type { ReadWorld } from '../world.ts';

/** What becomes of the aliases that point at a withdrawn version. */
export type AliasWord = 'move' | 'hold';

export interface WithdrawalOutlook {
  /** Aliases that would go back now if the word is `move`, each with its way. */
  readonly movesBack: readonly { readonly alias: string; readonly wayBack: WayBack }[];
  /** The hardest way back that one of them, or a user who follows the banner, would have to go. */
  readonly wayBack: WayBack | undefined;
}

/** What follows from a withdrawal before anybody has made it. Writes nothing. */
export async function assessWithdrawal(
  world: ReadWorld,
  loaded: LoadedPolicy,
  withdrawal: {
    readonly tags: ProjectTags;
    readonly supposed: Omit<WithdrawalDecision, 'kind' | 'aliases'>;
  },
): Promise<WithdrawalOutlook> {
  const supposed: WithdrawalDecision = { ...withdrawal.supposed, kind: 'withdrawn', aliases: 'move' };
  const { version } = supposed;
  const estate = await gatherEstate(world, loaded, { tags: withdrawal.tags, supposed });
  const moves = estate.aliases.flatMap(({ alias, judgement }) => {
    if (judgement.is !== 'move' || judgement.direction !== 'down') return [];
    const isOwn = judgement.from.versions.some((held) => compareVersions(held, version) === 0);
    return isOwn ? [{ alias: alias.name, to: judgement.to.version }] : [];
  });
  const wayBack = wayBackReader(world, loaded, estate);
  const movesBack: { alias: string; wayBack: WayBack }[] = [];
  for (const { alias, to } of moves) {
    const way = await wayBack(version, to);
    if (way !== undefined) movesBack.push({ alias, wayBack: way });
  }
  const instead = replacementOf(estate, supposed);
  const followed = instead && (await wayBack(version, instead));
  const ways = movesBack.map((move) => move.wayBack);
  return { movesBack, wayBack: hardestWay(followed === undefined ? ways : [...ways, followed]) };
}

/**
 * The word where nobody gave one: `move`, as long as no alias goes back over a version that must be, or may have to be, undone
 * by restoring a backup. Throws USAGE where a person has to choose.
 */
export function chooseAliases(version: Version, { movesBack }: Pick<WithdrawalOutlook, 'movesBack'>): AliasWord {
  const hardest = hardestWay(movesBack.map(({ wayBack }) => wayBack));
  if (hardest === undefined || hardest.is === 'binary') return 'move';
  const names = movesBack.map(({ alias }) => alias).join(', ');
  throw new CutwaterError(
    'USAGE',
    `Cannot withdraw ${formatVersion(version)}: nothing says what happens to ${names}, and ${describeWayBack(hardest)}`,
    {
      hint: `Add "--aliases hold" to leave them for a reverting patch, or "--aliases move" to go back to ${formatVersion(hardest.to)} now`,
    },
  );
}
