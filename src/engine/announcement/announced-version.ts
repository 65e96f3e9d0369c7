import type { AnnouncementKind } from '../../domain/announcement.ts';
import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { formatImageName } from '../../domain/image-name.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion } from '../../domain/version.ts';
import type { AnnouncementName } from '../../estate/announcement-tag.ts';
import { newestEntries } from '../../estate/checkpoints.ts';
import { newestRestore } from '../../estate/decisions.ts';
import type { NewsFacts } from '../../estate/news.ts';
import type { AnnouncementFacts } from '../../report/documents/announcement.ts';
import { readAnnouncements } from './announcement-records.ts';
import { replacementOf } from '../pointers/banner-steps.ts';
import type { Estate } from '../facts/gather-estate.ts';
import { gatherEstate } from '../facts/gather-estate.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { Decisions } from '../facts/read-decisions.ts';
import { readRecord } from '../facts/read-record.ts';
import { readProjectTags } from '../facts/read-tags.ts';
import { wayBackReader } from '../withdrawal/way-back.ts';
import type { ReadWorld } from '../world.ts';

/** A published version with what users were told about it. */
export interface AnnouncedVersion extends NewsFacts {
  /** The release tag object. */
  readonly release: ObjectId;
  readonly index: Digest;
  readonly told: readonly ToldNews[];
  readonly estate: Estate;
}

/** What a channel was told, and what it calls that, where it said so. */
export interface ToldNews extends AnnouncementName {
  readonly id: string | undefined;
}

/** Throws NOT_PUBLISHED for a version nobody could have got, such as a cancelled one. */
export async function readAnnouncedVersion(
  world: ReadWorld,
  loaded: LoadedPolicy,
  version: Version,
): Promise<AnnouncedVersion> {
  const tags = await readProjectTags(world.git, loaded.policy, world.tagSource);
  const estate = await gatherEstate(world, loaded, { tags });
  const published = await findPublished(world, loaded, { version, decisions: estate.decisions });
  if (published === undefined)
    throw new CutwaterError(
      'NOT_PUBLISHED',
      `Cannot announce ${formatVersion(version)}: it was never published, so there is nothing to tell`,
    );
  const about = { version, imageTags: estate.imageTags, index: published.index };
  const found = await readAnnouncements(world, loaded, about);
  return {
    version,
    ...published,
    estate,
    withdrawal: estate.withdrawals.get(formatVersion(version)),
    restore: newestRestore(estate.decisions.decisions, version),
    told: found.flatMap((one) => (one.is === 'valid' ? [{ ...one.name, id: one.record.id }] : [])),
  };
}

/** What the announcement of a kind says, from how things stand now. */
export async function factsToTell(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { about, kind }: { readonly about: AnnouncedVersion; readonly kind: AnnouncementKind },
): Promise<AnnouncementFacts> {
  const { version, withdrawal, restore, estate } = about;
  const image = { name: formatImageName(world.repository.name), index: about.index };
  const common = { kind, version, image, useInstead: undefined, wayBack: undefined };
  if (kind !== 'withdrawn' || withdrawal === undefined)
    return { ...common, reason: kind === 'restored' ? restore?.reason : undefined };
  const instead = replacementOf(estate, withdrawal);
  if (instead === undefined) return { ...common, reason: withdrawal.reason };
  const published = await findPublished(world, loaded, { version: instead, decisions: estate.decisions });
  return {
    ...common,
    reason: withdrawal.reason,
    useInstead: { version: instead, index: published?.index },
    wayBack: await wayBackReader(world, loaded, estate)(version, instead),
  };
}

/** The image of a version by its signed statement, or by the checkpoint that vouches for it. */
export async function findPublished(
  world: Parameters<typeof readRecord>[0],
  loaded: LoadedPolicy,
  { version, decisions }: { readonly version: Version; readonly decisions: Pick<Decisions, 'checkpoints'> },
): Promise<{ readonly release: ObjectId; readonly index: Digest } | undefined> {
  const record = await readRecord(world, loaded, version);
  if (record.is === 'valid') return { release: record.release.tag.object, index: record.release.image.index };
  const entry = newestEntries(decisions.checkpoints).get(formatVersion(version))?.entry;
  return entry?.digest === undefined ? undefined : { release: entry.release, index: entry.digest };
}
