import type { Digest } from '../../domain/digest.ts';
import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, coreVersion, formatVersion, releaseClassOf } from '../../domain/version.ts';
import type { AnnouncementName } from '../../estate/announcement-tag.ts';
import { newestRestore } from '../../estate/decisions.ts';
import type { DueAnnouncement, DueFacts } from '../../estate/news.ts';
import { dueAnnouncements, newsAge } from '../../estate/news.ts';
import type { Attestor } from '../../ports/attestor.ts';
import type { Announced } from './announce.ts';
import { announce } from './announce.ts';
import { findPublished } from './announced-version.ts';
import { readAnnouncements } from './announcement-records.ts';
import type { AliasState, Estate } from '../facts/gather-estate.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import type { AnnounceWorld, ReadWorld } from '../world.ts';

export interface Standing {
  readonly tags: ProjectTags;
  readonly estate: Estate;
}

/**
 * What users should be told by now and were not: new releases that aliases point at, and what was withdrawn or restored, all
 * of the last 30 days. Asks for nothing where the policy names no channel.
 */
export async function readDue(
  world: ReadWorld,
  loaded: LoadedPolicy,
  standing: Standing,
): Promise<readonly DueAnnouncement[]> {
  const channels = loaded.policy.announce;
  if (channels.length === 0) return [];
  const facts: DueFacts[] = [];
  const told: AnnouncementName[] = [];
  for (const candidate of candidates(world, standing)) {
    const index = await indexOf(world, loaded, { version: candidate.version, estate: standing.estate });
    if (index === undefined) continue;
    const about = { version: candidate.version, imageTags: standing.estate.imageTags, index };
    const found = await readAnnouncements(world, loaded, about);
    told.push(...found.flatMap((one) => (one.is === 'valid' ? [one.name] : [])));
    facts.push(candidate);
  }
  return dueAnnouncements(channels, facts, { now: world.now, told });
}

export interface DueWorld extends ReadWorld, Pick<AnnounceWorld, 'openAnnouncer'> {
  /** CI's key; undefined where this machine has none. */
  readonly ciKey: () => Promise<Attestor | undefined>;
}

export interface DueOutcome {
  readonly told: readonly Announced[];
  /** What waits for a person, or for a machine with CI's key. */
  readonly left: readonly DueAnnouncement[];
}

/**
 * Tells what is due on the channels that are told by themselves. All are tried; ANNOUNCEMENT_INCOMPLETE at the end where one
 * was not: everything else is done by then.
 */
export async function announceDue(
  world: DueWorld,
  loaded: LoadedPolicy,
  standing: Standing & { readonly only?: Version },
): Promise<DueOutcome> {
  const { only } = standing;
  const all = await readDue(world, loaded, standing);
  const due = all.filter(({ version }) => only === undefined || compareVersions(version, only) === 0);
  const attestor = due.some(({ auto }) => auto) ? await world.ciKey() : undefined;
  if (attestor === undefined) return { told: [], left: due };
  const told: Announced[] = [];
  const failures: string[] = [];
  const waiting = due.filter(({ auto }) => auto);
  for (const { version, channel } of waiting)
    try {
      told.push(...(await announce({ ...world, attestor }, loaded, { version, channel })));
    } catch (error) {
      if (!isCutwaterError(error) || error.code === 'INTERRUPTED') throw error;
      failures.push(`${formatVersion(version)} on ${channel}: ${error.message}`);
    }
  if (failures.length === 0) return { told, left: due.filter(({ auto }) => !auto) };
  const versions = [...new Set(waiting.map(({ version }) => formatVersion(version)))];
  throw new CutwaterError(
    'ANNOUNCEMENT_INCOMPLETE',
    `Cannot announce ${versions.join(', ')} everywhere: everything is published, but ${failures.length} of ${waiting.length} announcements failed`,
    {
      details: failures,
      hint: `Run 'cutwater announce ${versions[0] ?? 'VERSION'}'; channels that were told are not told again`,
    },
  );
}

/** Versions about which something may be due, by what is known without asking; highest first. */
function candidates(world: ReadWorld, { tags, estate }: Standing): readonly DueFacts[] {
  const current = currentVersions(estate);
  const changed = estate.decisions.decisions.map(({ version }) => version);
  const all = new Map([...current, ...changed].map((version) => [formatVersion(version), version]));
  const isCurrent = new Set(current.map(formatVersion));
  const times = new Map(tags.decided.map(({ tag }) => [tag.name, tag.claimedAt]));
  return [...all.values()]
    .toSorted((left, right) => compareVersions(right, left))
    .map((version) => ({
      version,
      withdrawal: estate.withdrawals.get(formatVersion(version)),
      restore: newestRestore(estate.decisions.decisions, version),
      isCurrent: isCurrent.has(formatVersion(version)),
      taggedAt: times.get(releaseTagOf(version)),
    }))
    .filter(({ taggedAt = 0, withdrawal, restore }) =>
      [taggedAt, withdrawal?.claimedAt ?? 0, restore?.claimedAt ?? 0].some((time) => world.now - time <= newsAge),
    );
}

/** What the aliases point at or will, and the newest release candidate of each version that is not released yet. */
function currentVersions({ aliases, stated }: Estate): readonly Version[] {
  const heads = aliases.flatMap((state) => headOf(state) ?? []);
  const stable = new Set(stated.filter((version) => releaseClassOf(version) === 'stable').map(formatVersion));
  const newest = new Map<string, Version>();
  for (const version of stated) {
    const core = formatVersion(coreVersion(version));
    const known = newest.get(core);
    if (releaseClassOf(version) !== 'rc' || stable.has(core)) continue;
    if (known === undefined || compareVersions(version, known) > 0) newest.set(core, version);
  }
  return [...heads, ...newest.values()];
}

function headOf({ judgement }: AliasState): Version | undefined {
  if (judgement.is === 'right') return judgement.version;
  return judgement.is === 'create' || judgement.is === 'move' ? judgement.to.version : undefined;
}

async function indexOf(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { version, estate }: { readonly version: Version; readonly estate: Estate },
): Promise<Digest | undefined> {
  const known = estate.committed.find((release) => compareVersions(release.version, version) === 0)?.digest;
  if (known !== undefined) return known;
  return (await findPublished(world, loaded, { version, decisions: estate.decisions }))?.index;
}
