import type { CheckpointEntry } from '../../domain/decision-message.ts';
import { CutwaterError } from '../../domain/error.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, formatVersion, highestVersion } from '../../domain/version.ts';
import { isInRange } from '../../domain/version-range.ts';
import type { CheckpointConflict } from '../../estate/checkpoints.ts';
import { newestEntries } from '../../estate/checkpoints.ts';
import type { EndingKey } from '../../estate/key-cover.ts';
import { versionTag } from '../../estate/registry-tags.ts';
import type { FoundEntry, ImportChoices, ImportFacts } from './import-entry.ts';
import { findEntry } from './import-entry.ts';
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
  from: { readonly choices: ImportChoices; readonly ending: ReadonlyMap<string, EndingKey> },
): Promise<History> {
  const { choices, ending } = from;
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
  const facts: ImportFacts = { world, loaded, decisions, newest, held, highest, choices };
  const found = new Map<Version, FoundEntry>();
  await sideBySide(released, 8, async ({ version, tag }) =>
    found.set(version, await findEntry(facts, { version, tag })),
  );
  const lasting = decisions.checkpoints.filter(
    ({ number }) => !ending.has(checkpointSigner(decisions, number)?.fingerprint ?? ''),
  );
  const known = new Map([...newestEntries(lasting)].map(([name, { entry }]) => [name, JSON.stringify(entry)]));
  const isNews = (entry: CheckpointEntry): boolean => known.get(formatVersion(entry.version)) !== JSON.stringify(entry);
  const isWanted = (version: Version): boolean =>
    newest.has(formatVersion(version)) ||
    choices.only.length === 0 ||
    choices.only.some((range) => isInRange(range, version));
  const gaps = await versionGaps(world, loaded);
  const entries: ListedEntry[] = [];
  for (const { version, tag } of released) {
    const one = found.get(version);
    if (one?.is !== 'entry' || !isWanted(version)) continue;
    const lacks = newest.has(formatVersion(version)) ? [] : [...one.lacks, ...(await gaps(one.entry, tag))];
    entries.push({ entry: one.entry, claimedAt: tag.claimedAt, lacks });
  }
  const news = entries.filter(({ entry }) => isNews(entry)).length;
  const sorted = entries.toSorted((left, right) => compareVersions(right.entry.version, left.entry.version));
  const listed = [...found].toSorted(([left], [right]) => compareVersions(right, left));
  return {
    entries: news === 0 ? [] : sorted,
    news,
    underWay: listed.flatMap(([version, one]) => (one.is === 'under-way' ? [formatVersion(version)] : [])),
    rejected: listed.flatMap(([version, one]) =>
      one.is === 'rejected' ? [{ version: formatVersion(version), reason: one.reason }] : [],
    ),
    leftOut: listed.flatMap(([version, one]) =>
      one.is === 'entry' && !isWanted(version) ? [formatVersion(version)] : [],
    ),
    conflicts: decisions.conflicts,
    decisions,
  };
}

function requireKnown(cancelled: readonly Version[], released: readonly Version[]): void {
  const names = new Set(released.map(formatVersion));
  const unknown = cancelled.find((version) => !names.has(formatVersion(version)));
  if (unknown === undefined) return;
  throw new CutwaterError(
    'TAG_MISSING',
    `Cannot cancel ${formatVersion(unknown)}: there is no tag ${releaseTagOf(unknown)}`,
    {
      hint: 'Only a version that has a tag can be cancelled; any other number is still free',
    },
  );
}
