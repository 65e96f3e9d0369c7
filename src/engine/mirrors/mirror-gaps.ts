import type { Digest } from '../../domain/digest.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import { imageTag } from '../../domain/image-name.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, formatVersion } from '../../domain/version.ts';
import { newestEntries } from '../../estate/checkpoints.ts';
import { readRegistryTag, shaTag, statementTag, versionTag } from '../../estate/registry-tags.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import { asCompanion } from '../../estate/committed-release.ts';
import type { CompanionEstate, Estate } from '../facts/gather-estate.ts';
import { atImage } from '../facts/image-places.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { readRecord } from '../facts/read-record.ts';
import { imageOrigins } from '../release/image-origins.ts';
import type { ReadWorld } from '../world.ts';

/** A name that one mirror lacks, and what it is to hold there. */
export interface MirrorGap {
  readonly imageTag: ImageTag;
  readonly digest: Digest;
  /** Aliases move; every other name holds one digest for ever. */
  readonly moves: boolean;
}

export interface FixedGaps {
  /**
   * One group for each release or decision, in the order in which its names may appear: a statement after what it speaks
   * of. They hold all its names, those too that the mirror has: it may have something else there.
   */
  readonly groups: readonly (readonly MirrorGap[])[];
  readonly there: ReadonlySet<ImageTag>;
}

/** What a mirror lacks of releases and decisions. What each name is to hold is what was signed, not what the registry has there. */
export async function fixedGaps(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { estate, mirror }: { readonly estate: Estate; readonly mirror: ImageRepository },
): Promise<FixedGaps> {
  const there = new Set(await mirror.listTags());
  const held = new Set(estate.imageTags);
  const groups: (readonly MirrorGap[])[] = [];
  for (const version of estate.stated.toReversed()) {
    // The statement is the last name of a release that a mirror gets, so one look at the list tells.
    const last = held.has(statementTag(version)) ? statementTag(version) : versionTag(version);
    if (!there.has(last)) groups.push(await releaseGaps(world, loaded, { estate, version }));
  }
  for (const tag of estate.imageTags) {
    if (readRegistryTag(tag).kind !== 'decision' || there.has(tag)) continue;
    const digest = (await world.repository.resolve(tag))?.digest;
    if (digest !== undefined) groups.push([{ imageTag: tag, digest, moves: false }]);
  }
  return { groups, there };
}

/** The same for the mirror of a companion: what the signed statements say of it. Statements and decisions lie with the first image. */
export async function companionGaps(
  world: ReadWorld,
  loaded: LoadedPolicy,
  {
    estate,
    companion,
    mirror,
  }: { readonly estate: Estate; readonly companion: CompanionEstate; readonly mirror: ImageRepository },
): Promise<FixedGaps> {
  const { place, name, imageTags } = companion;
  const there = new Set(await mirror.listTags());
  const held = new Set(imageTags);
  const groups: (readonly MirrorGap[])[] = [];
  for (const version of estate.stated.toReversed()) {
    const tag = versionTag(version);
    if (there.has(tag) || !held.has(tag)) continue;
    const record = await readRecord(world, loaded, version);
    const known = estate.committed.find((release) => compareVersions(release.version, version) === 0);
    const release = record.is === 'valid' ? record.release : undefined;
    const signed = release?.companions?.find((one) => one.name === name)?.index;
    const digest = signed ?? (known && asCompanion(known, name)?.digest);
    if (digest === undefined) continue;
    const build = release && (await buildName(atImage(world, place), loaded, { commit: release.build.commit, digest }));
    // The version's own tag is the last: one look at the list tells that the others are there.
    groups.push([
      ...(build?.[1] === undefined ? [] : [{ imageTag: build[0], digest: build[1], moves: false }]),
      { imageTag: tag, digest, moves: false },
    ]);
  }
  return { groups, there };
}

/** Aliases that somebody vouches for: what stands in the others nobody judged right, and no mirror is to spread it. */
export function mirroredAliases({ aliases }: Pick<Estate, 'aliases'>): readonly ImageTag[] {
  return aliases.flatMap(({ alias, judgement }) => (judgement.is === 'refused' ? [] : [imageTag(alias.name)]));
}

/** The names that a mirror holds otherwise than the registry, or not at all. */
export async function nameGaps(
  world: Pick<ReadWorld, 'repository'>,
  names: readonly ImageTag[],
  mirror: ImageRepository,
): Promise<readonly MirrorGap[]> {
  const looks = await Promise.all(
    names.map(async (tag): Promise<readonly MirrorGap[]> => {
      const [here, there] = await Promise.all([world.repository.resolve(tag), mirror.resolve(tag)]);
      if (here === undefined || here.digest === there?.digest) return [];
      return [{ imageTag: tag, digest: here.digest, moves: true }];
    }),
  );
  return looks.flat();
}

/** The fixed names of a release, the statement last. Nothing for one that neither statement nor checkpoint vouches for. */
async function releaseGaps(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { estate, version }: { readonly estate: Estate; readonly version: Version },
): Promise<readonly MirrorGap[]> {
  const record = await readRecord(world, loaded, version);
  const vouched = newestEntries(estate.decisions.checkpoints).get(formatVersion(version))?.entry;
  const known = estate.committed.find((release) => compareVersions(release.version, version) === 0);
  const signed = record.is === 'valid' ? record.release.image.index : known?.digest;
  const digest = vouched?.digest ?? signed;
  if (digest === undefined) return [];
  const own = record.is === 'valid' && signed === digest ? record : undefined;
  const names: readonly (readonly [ImageTag, Digest | undefined])[] = [
    [versionTag(version), digest],
    ...(own === undefined ? [] : [await buildName(world, loaded, { commit: own.release.build.commit, digest })]),
    [statementTag(version), own?.statement ?? vouched?.statement],
  ];
  const gaps: MirrorGap[] = [];
  for (const [tag, wanted] of names)
    // A mirror gets no name that the registry does not have.
    if (wanted !== undefined && (await world.repository.resolve(tag)) !== undefined)
      gaps.push({ imageTag: tag, digest: wanted, moves: false });
  return gaps;
}

/** The `sha-` tag of a release: another image than the released one counts where CI signed that it is of this commit. */
async function buildName(
  world: ReadWorld,
  { policy, trust }: LoadedPolicy,
  { commit, digest }: { readonly commit: Parameters<typeof shaTag>[0]; readonly digest: Digest },
): Promise<readonly [ImageTag, Digest | undefined]> {
  const tag = shaTag(commit, policy.channels.sha);
  const held = (await world.repository.resolve(tag))?.digest;
  if (held === undefined || held === digest) return [tag, held];
  const { commits } = await imageOrigins(world, trust).of(held);
  return [tag, commits.includes(commit) ? held : undefined];
}
