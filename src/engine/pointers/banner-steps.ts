import { parseTagName, releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion, releaseClassOf } from '../../domain/version.ts';
import { describeWayBack } from '../../documents/way-back.ts';
import type { WithdrawalDecision } from '../../estate/decisions.ts';
import type { Step } from '../../plan/step.ts';
import type { ListedRelease } from '../../ports/forge.ts';
import { deprecationBanner, withBanner, withoutBanner } from '../../report/documents/deprecation-banner.ts';
import type { Estate } from '../facts/gather-estate.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { wayBackReader } from '../withdrawal/way-back.ts';
import type { WayBackReader } from '../withdrawal/way-back.ts';
import type { ReadWorld } from '../world.ts';

type BannerStep = Extract<Step, { kind: 'banner' }>;

/** The release pages whose banner is missing, outdated or no longer true. */
export async function bannerSteps(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { estate, releases }: { readonly estate: Estate; readonly releases: readonly ListedRelease[] },
): Promise<readonly BannerStep[]> {
  const wayBack = wayBackReader(world, loaded, estate);
  const steps: BannerStep[] = [];
  for (const release of releases) {
    const step = await bannerStep(estate, { release, wayBack });
    if (step !== undefined) steps.push(step);
  }
  return steps;
}

/** What to use instead of a withdrawn version: what the maintainer named, if that stands, else the highest stable one that stands. */
export function replacementOf(
  estate: Pick<Estate, 'committed' | 'withdrawals'>,
  withdrawal: WithdrawalDecision,
): Version | undefined {
  const named = withdrawal.useInstead;
  if (named !== undefined && !estate.withdrawals.has(formatVersion(named))) return named;
  // Only what was judged is recommended; a name in the registry is nobody's word.
  return estate.committed.find(
    ({ version }) => releaseClassOf(version) === 'stable' && !estate.withdrawals.has(formatVersion(version)),
  )?.version;
}

async function bannerStep(
  estate: Estate,
  { release, wayBack }: { readonly release: ListedRelease; readonly wayBack: WayBackReader },
): Promise<BannerStep | undefined> {
  const name = parseTagName(release.tag);
  if (name.is === 'refused' || name.value.kind !== 'release' || release.state !== 'published') return undefined;
  const withdrawal = estate.withdrawals.get(formatVersion(name.value.version));
  if (withdrawal === undefined) {
    const isClean = withoutBanner(release.notes) === release.notes && !release.deprecated;
    return isClean ? undefined : { kind: 'banner', tag: release.tag, banner: undefined };
  }
  // A page that people made before Cutwater, of a version without an image: a checkpoint that calls it cancelled says
  // that no image of it will ever count, and nothing against what is on the page.
  if (withdrawal.digest === undefined && withdrawal.claimedAt === undefined) return undefined;
  const instead = replacementOf(estate, withdrawal);
  const way = instead && (await wayBack(withdrawal.version, instead));
  const useInstead = instead && releaseTagOf(instead);
  const banner = deprecationBanner({ reason: withdrawal.reason, useInstead, wayBack: way });
  if (withBanner(release.notes, banner) === release.notes && release.deprecated) return undefined;
  const said = way === undefined ? {} : { wayBack: describeWayBack(way) };
  return { kind: 'banner', tag: release.tag, banner, ...said };
}
