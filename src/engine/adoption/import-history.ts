import type { CheckpointEntry } from '../../domain/decision-message.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { GitTag } from '../../domain/git-tag.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, formatVersion, highestVersion } from '../../domain/version.ts';
import type { VersionRange } from '../../domain/version-range.ts';
import { formatVersionRange, isInRange } from '../../domain/version-range.ts';
import type { CheckpointConflict } from '../../estate/checkpoints.ts';
import { newestEntries } from '../../estate/checkpoints.ts';
import type { EndingKey } from '../../estate/key-cover.ts';
import { versionTag } from '../../estate/registry-tags.ts';
import type { FoundEntry, ImportChoices, ImportFacts } from './import-entry.ts';
import { findEntry } from './import-entry.ts';
import type { ReleaseOutline, ReleaseList } from '../../ports/release-list.ts';
import type { ReleasePages, UndecidedVersion } from './release-pages.ts';
import { pageGaps, readReleasePages, undecidedVersions } from './release-pages.ts';
import { versionGaps } from './import-gaps.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { Decisions } from '../facts/read-decisions.ts';
import { checkpointSigner, readDecisions } from '../facts/read-decisions.ts';
import { readProjectTags } from '../facts/read-tags.ts';
import { sideBySide } from '../side-by-side.ts';
import type { ReadWorld } from '../world.ts';

export interface History {
  /** The whole list the next checkpoint vouches for; empty where the newest ones say it all already. */
  readonly entries: readonly ListedEntry[];
  /** How many of them no lasting checkpoint names yet, or names differently. */
  readonly news: number;
  /** Versions that are left out because a release of them may be under way. */
  readonly underWay: readonly string[];
  /** Versions whose stored statement does not count: nothing may vouch for these unless a person names them. */
  readonly rejected: readonly { readonly version: string; readonly reason: string }[];
  /** Versions that have a release page and no image: left out unless a person calls them cancelled. */
  readonly unclear: readonly { readonly version: string; readonly claimedAt: number; readonly reason: string }[];
  /** What registry or forge have under a version that no tag decides. */
  readonly undecided: readonly UndecidedVersion[];
  /** The forge, where it was read; with how many releases that are of no version. */
  readonly forge: Pick<ReleasePages, 'description' | 'others'> | undefined;
  /** Versions that `only` leaves out. */
  readonly leftOut: readonly string[];
  readonly conflicts: readonly CheckpointConflict[];
  readonly decisions: Decisions;
}

export interface ListedEntry {
  readonly entry: CheckpointEntry;
  /** Unix seconds, as the tag claims. */
  readonly claimedAt: number;
  /** What one would expect of a release and is not there, in a few words each; not looked for where a checkpoint knows it. */
  readonly lacks: readonly string[];
  /** What the forge has of it; undefined where it was not read. */
  readonly page: ReleaseOutline['state'] | 'none' | undefined;
}

/**
 * What a project has published, for a checkpoint: when it adopts Cutwater, and before keys retire. A version with a
 * statement is what the statement says; one with an image but no statement was published before Cutwater; one without an
 * image, below what was published since, was cancelled. Checkpoints by a key that is about to end count as none, so that a
 * lasting one can take their place. Read only; existing tags and releases are never changed.
 */
export async function readHistory(
  world: ReadWorld,
  loaded: LoadedPolicy,
  from: {
    readonly choices: ImportChoices;
    readonly ending: ReadonlyMap<string, EndingKey>;
    readonly releases: ReleaseList | undefined;
  },
): Promise<History> {
  const { choices, ending } = from;
  const pages = from.releases && (await readReleasePages(from.releases));
  const tags = await readProjectTags(world.git, loaded.policy, 'remote');
  const imageTags = await world.repository.listTags();
  const decisions = await readDecisions(world, loaded, { tags, imageTags });
  const held = new Set<string>(imageTags);
  const released = tags.decided.flatMap(({ name, tag }) =>
    name.kind === 'release' ? [{ version: name.version, tag }] : [],
  );
  requireKnown(
    choices.cancel,
    released.map(({ version }) => version),
  );
  const highest = highestVersion(released.map(({ version }) => version).filter((one) => held.has(versionTag(one))));
  const newest = newestEntries(decisions.checkpoints);
  const facts: ImportFacts = { world, loaded, decisions, newest, held, highest, choices, pages };
  const found = new Map<Version, FoundEntry>();
  await sideBySide(released, 8, async ({ version, tag }) =>
    found.set(version, await findEntry(facts, { version, tag })),
  );
  const lasting = decisions.checkpoints.filter(
    ({ number }) => !ending.has(checkpointSigner(decisions, number)?.fingerprint ?? ''),
  );
  const known = new Map([...newestEntries(lasting)].map(([name, { entry }]) => [name, JSON.stringify(entry)]));
  const isNews = (entry: CheckpointEntry): boolean => known.get(formatVersion(entry.version)) !== JSON.stringify(entry);
  const entries = await listEntries(facts, { released, found });
  const news = entries.filter(({ entry }) => isNews(entry)).length;
  return {
    entries: news === 0 ? [] : entries,
    news,
    ...leftOutOf(facts, { released, found }),
    undecided: undecidedVersions(
      released.map(({ version }) => version),
      held,
      pages,
    ),
    forge: pages && { description: pages.description, others: pages.others },
    conflicts: decisions.conflicts,
    decisions,
  };
}

interface Findings {
  readonly released: readonly { readonly version: Version; readonly tag: GitTag }[];
  readonly found: ReadonlyMap<Version, FoundEntry>;
}

/** What a checkpoint would list, highest first. */
async function listEntries(facts: ImportFacts, { released, found }: Findings): Promise<readonly ListedEntry[]> {
  const { world, loaded, newest, pages } = facts;
  const gaps = await versionGaps(world, loaded);
  const entries: ListedEntry[] = [];
  await sideBySide(released, 8, async ({ version, tag }) => {
    const one = found.get(version);
    if (one?.is !== 'entry' || !isWanted(facts, version)) return;
    const isKnown = newest.has(formatVersion(version));
    const ofPage = one.entry.digest === undefined ? [] : pageGaps(pages, tag.name, loaded.policy.binaries.length > 0);
    const lacks = isKnown ? [] : [...one.lacks, ...(await gaps(one.entry, tag)), ...ofPage];
    const page = pages && (pages.byTag.get(tag.name)?.state ?? 'none');
    entries.push({ entry: one.entry, claimedAt: tag.claimedAt, lacks, page });
  });
  return entries.toSorted((left, right) => compareVersions(right.entry.version, left.entry.version));
}

/** What a checkpoint would not list, and why. */
function leftOutOf(
  facts: ImportFacts,
  { released, found }: Findings,
): Pick<History, 'underWay' | 'rejected' | 'unclear' | 'leftOut'> {
  const listed = released
    .toSorted((left, right) => compareVersions(right.version, left.version))
    .map(({ version, tag }) => ({ version, text: formatVersion(version), tag, one: found.get(version) }));
  return {
    underWay: listed.flatMap(({ text, one }) => (one?.is === 'under-way' ? [text] : [])),
    rejected: listed.flatMap(({ text, one }) =>
      one?.is === 'rejected' ? [{ version: text, reason: one.reason }] : [],
    ),
    unclear: listed.flatMap(({ text, tag, one }) =>
      one?.is === 'unclear' ? [{ version: text, claimedAt: tag.claimedAt, reason: one.reason }] : [],
    ),
    leftOut: listed.flatMap(({ version, text, one }) =>
      one?.is === 'entry' && !isWanted(facts, version) ? [text] : [],
    ),
  };
}

function isWanted({ newest, choices: { only } }: ImportFacts, version: Version): boolean {
  return newest.has(formatVersion(version)) || only.length === 0 || only.some((range) => isInRange(range, version));
}

function requireKnown(cancelled: readonly VersionRange[], released: readonly Version[]): void {
  const unknown = cancelled.find((range) => !released.some((version) => isInRange(range, version)));
  if (unknown === undefined) return;
  const name = formatVersionRange(unknown);
  throw new CutwaterError('TAG_MISSING', `Cannot cancel ${name}: there is no tag of such a version`, {
    hint: 'Only a version that has a tag can be cancelled; any other number is still free',
  });
}
