import type { Digest } from '../../domain/digest.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import { imageTag } from '../../domain/image-name.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, formatVersion } from '../../domain/version.ts';
import type { Alias, ChannelPolicy } from '../../estate/alias.ts';
import { aliasesOf, aliasesOfVersion, mayPointAt } from '../../estate/alias.ts';
import { withdrawalsInForce } from '../../estate/decisions.ts';
import type { WithdrawalDecision } from '../../estate/decisions.ts';
import type { AliasFacts, AliasJudgement, CommittedRelease } from '../../estate/judge-alias.ts';
import { judgeAlias } from '../../estate/judge-alias.ts';
import { readRegistryTag, versionTag } from '../../estate/registry-tags.ts';
import type { LoadedPolicy } from './load-policy.ts';
import type { Decisions } from './read-decisions.ts';
import { readDecisions } from './read-decisions.ts';
import type { UnstoredEvidence } from '../evidence/read-evidence.ts';
import { findUnstoredEvidence } from '../evidence/read-evidence.ts';
import { readPlatforms } from './read-platforms.ts';
import type { ReleaseRecord } from './read-record.ts';
import { readRecord } from './read-record.ts';
import type { ProjectTags } from './read-tags.ts';
import { limited, sideBySide } from '../side-by-side.ts';
import type { ReadWorld } from '../world.ts';

/** Where every alias is and where it should be, with what was read to judge it. */
export interface Estate {
  readonly aliases: readonly AliasState[];
  readonly withdrawals: ReadonlyMap<string, WithdrawalDecision>;
  readonly decisions: Decisions;
  /** Signed evidence that the registry does not hold yet; reconcile stores it there. */
  readonly unstoredEvidence: readonly UnstoredEvidence[];
  /** Versions that a tag in the registry or a checkpoint says are published, highest first; not all of them were judged. */
  readonly stated: readonly Version[];
  /** What the statements that were judged say, highest first. */
  readonly committed: readonly CommittedRelease[];
  readonly rejected: readonly { readonly version: Version; readonly reason: string }[];
  readonly imageTags: readonly ImageTag[];
}

export interface AliasState {
  readonly alias: Alias;
  readonly current: Digest | undefined;
  readonly judgement: AliasJudgement;
}

/**
 * Asks the registry what it holds and judges every alias. Statements are read from the highest version down and only as
 * far as an alias needs them, so the number of requests follows the number of aliases, not of releases.
 */
export async function gatherEstate(
  world: ReadWorld,
  loaded: LoadedPolicy,
  from: {
    readonly tags: ProjectTags;
    /** A release that counts although its statement is not stored, or not seen yet. */
    readonly planned?: CommittedRelease;
    /** Judge only the aliases of this version. */
    readonly only?: Version;
    /** A withdrawal that nobody has made yet: what would follow from it. */
    readonly supposed?: WithdrawalDecision;
  },
): Promise<Estate> {
  const imageTags = await world.repository.listTags();
  const decisions = await readDecisions(world, loaded, { tags: from.tags, imageTags });
  const reader = recordReader(world, loaded, { decisions, planned: from.planned });
  const names = imageTags.map(readRegistryTag);
  const claimed = new Map<string, Version>();
  for (const name of names) if (name.kind === 'statement') claimed.set(formatVersion(name.version), name.version);
  for (const version of reader.vouched()) claimed.set(formatVersion(version), version);
  const versions = [...claimed.values()].toSorted((left, right) => compareVersions(right, left));
  const tagged = names.flatMap((name) => (name.kind === 'version' ? [name.version] : []));
  const inForce = withdrawalsInForce(decisions.decisions, decisions.checkpoints);
  const { supposed } = from;
  const withdrawals =
    supposed === undefined ? inForce : new Map([...inForce, [formatVersion(supposed.version), supposed]]);
  const { channels } = loaded.policy;
  const images = imageFinder(world, tagged);
  const held = new Set<string>(imageTags);
  const claimants = versionsByAlias(versions, channels);
  const { only } = from;
  const asked = aliasesOf([...versions, ...tagged], channels).filter(
    (alias) => only === undefined || mayPointAt(alias, only),
  );
  const judge = async (alias: Alias): Promise<AliasState> => {
    const candidates = claimants.get(alias.name) ?? [];
    // A listing may be cut short or old: only an alias that no version needs is not asked for.
    const current =
      held.has(alias.name) || candidates.length > 0
        ? (await world.repository.resolve(imageTag(alias.name)))?.digest
        : undefined;
    const facts = await aliasFacts(reader, images, { current, candidates, withdrawals });
    return { alias, current, judgement: judgeAlias(alias, current, facts) };
  };
  const states = new Map<Alias, AliasState>();
  await sideBySide(asked, aliasesAtOnce, async (alias) => states.set(alias, await judge(alias)));
  return {
    aliases: asked.flatMap((alias) => states.get(alias) ?? []),
    withdrawals,
    decisions,
    unstoredEvidence: await findUnstoredEvidence(world, loaded, { tags: from.tags, imageTags }),
    stated: versions,
    committed: await reader.all(),
    rejected: reader.rejected(),
    imageTags,
  };
}

/** So many aliases are asked for side by side: a long history has hundreds, and each waits for three answers. */
const aliasesAtOnce = 8;

/** The versions each alias may point at, in the order they came. */
function versionsByAlias(
  versions: readonly Version[],
  channels: ChannelPolicy,
): ReadonlyMap<string, readonly Version[]> {
  const found = new Map<string, Version[]>();
  for (const version of versions)
    for (const { name } of aliasesOfVersion(version, channels)) {
      const claimants = found.get(name);
      if (claimants === undefined) found.set(name, [version]);
      else claimants.push(version);
    }
  return found;
}

interface AliasSearch {
  readonly current: Digest | undefined;
  /** What the registry or a checkpoint says may be there, highest first. */
  readonly candidates: readonly Version[];
  readonly withdrawals: ReadonlyMap<string, WithdrawalDecision>;
}

/** Reads just what judging one alias needs: the highest valid candidate, and what the alias points at now. */
async function aliasFacts(reader: RecordReader, images: ImageFinder, search: AliasSearch): Promise<AliasFacts> {
  const { current, candidates, withdrawals } = search;
  const committed: CommittedRelease[] = [];
  for (const version of candidates) {
    const release = await reader.read(version);
    if (release !== undefined) committed.push(release);
    if (release !== undefined && !withdrawals.has(formatVersion(version))) break;
  }
  const facts = { committed, withdrawals, imageTags: [] };
  if (current === undefined || committed.some(({ digest }) => digest === current)) return facts;
  const version = await images.versionOf(current);
  if (version === undefined) return facts;
  const release = await reader.read(version);
  if (release?.digest === current) return { ...facts, committed: [...committed, release] };
  return { ...facts, imageTags: [{ version, digest: current }] };
}

interface ImageFinder {
  /** The highest version whose image tag holds a digest. */
  versionOf(digest: Digest): Promise<Version | undefined>;
}

/** Asks for image tags from the highest version down, each once however many aliases want to know. */
function imageFinder(world: ReadWorld, tagged: readonly Version[]): ImageFinder {
  const waiting = [...tagged].toSorted((left, right) => compareVersions(right, left));
  const known = new Map<Digest, Version>();
  // Of two searches side by side one would end before the other has seen what it is looking for.
  const turn = limited(1);
  let place = 0;
  return {
    versionOf: (digest) =>
      turn(async () => {
        while (!known.has(digest)) {
          const next = waiting[place];
          if (next === undefined) break;
          place += 1;
          const found = await world.repository.resolve(versionTag(next));
          if (found !== undefined && !known.has(found.digest)) known.set(found.digest, next);
        }
        return known.get(digest);
      }),
  };
}

interface RecordReader {
  /** The committed release of a version; undefined where its statement is missing or does not count. */
  read(version: Version): Promise<CommittedRelease | undefined>;
  vouched(): readonly Version[];
  /** What was read so far and counts, highest first. */
  all(): Promise<readonly CommittedRelease[]>;
  rejected(): readonly { readonly version: Version; readonly reason: string }[];
}

function recordReader(
  world: ReadWorld,
  loaded: LoadedPolicy,
  given: { readonly decisions: Decisions; readonly planned: CommittedRelease | undefined },
): RecordReader {
  const known = new Map<string, Promise<CommittedRelease | undefined>>();
  const rejected: { version: Version; reason: string }[] = [];
  const vouched = vouchedReleases(given.decisions);
  const load = async (version: Version): Promise<CommittedRelease | undefined> => {
    const name = formatVersion(version);
    if (given.planned !== undefined && formatVersion(given.planned.version) === name) return given.planned;
    const digest = vouched.get(name)?.digest;
    if (digest !== undefined) return { version, digest, platforms: await readPlatforms(world.repository, digest) };
    const record = await readRecord(world, loaded, version);
    if (record.is === 'rejected') rejected.push({ version, reason: record.reason });
    return record.is === 'valid' ? committedBy(record, version) : undefined;
  };
  return {
    read: (version) => {
      const name = formatVersion(version);
      const loading = known.get(name) ?? load(version);
      known.set(name, loading);
      return loading;
    },
    vouched: () => [
      ...[...vouched.values()].map(({ version }) => version),
      ...(given.planned === undefined ? [] : [given.planned.version]),
    ],
    all: async () => {
      const found = (await Promise.all(known.values())).filter((release) => release !== undefined);
      return found.toSorted((left, right) => compareVersions(right.version, left.version));
    },
    rejected: () => rejected.toSorted((left, right) => compareVersions(right.version, left.version)),
  };
}

function committedBy(record: Extract<ReleaseRecord, { is: 'valid' }>, version: Version): CommittedRelease {
  const { index, platforms } = record.release.image;
  return { version, digest: index, platforms: platforms.map(({ platform }) => platform) };
}

function vouchedReleases(decisions: Decisions): ReadonlyMap<string, { version: Version; digest: Digest }> {
  const vouched = new Map<string, { version: Version; digest: Digest }>();
  for (const { entries } of decisions.checkpoints.toSorted((left, right) => left.number - right.number))
    for (const { version, digest } of entries)
      if (digest !== undefined) vouched.set(formatVersion(version), { version, digest });
  return vouched;
}
