import type { CheckpointEntry } from '../domain/decision-message.ts';
import { compareVersions, formatVersion, highestVersion } from '../domain/version.ts';
import type { Version } from '../domain/version.ts';
import { withdrawalsInForce } from '../estate/decisions.ts';
import { candidateTag, statementTag, versionTag } from '../estate/registry-tags.ts';
import type { LoadedPolicy } from './load-policy.ts';
import type { Decisions } from './read-decisions.ts';
import { readDecisions } from './read-decisions.ts';
import { readRecord } from './read-record.ts';
import type { DecidedTag } from './read-tags.ts';
import { readProjectTags } from './read-tags.ts';
import type { ReadWorld } from './world.ts';

export interface History {
  /** The whole list the next checkpoint vouches for; empty where the newest ones say it all already. */
  readonly entries: readonly CheckpointEntry[];
  /** How many of them no checkpoint names yet, or names differently. */
  readonly news: number;
  /** Versions that are left out because a release of them may be under way. */
  readonly underWay: readonly string[];
  /** Versions whose stored statement does not count: nothing may vouch for these. */
  readonly rejected: readonly { readonly version: string; readonly reason: string }[];
  readonly decisions: Decisions;
}

/**
 * What a project has published, for a checkpoint: when it adopts Cutwater, and before keys retire. A version with a
 * statement is what the statement says; one with an image but no statement was published before Cutwater; one without an
 * image, below what was published since, was cancelled. Read only; existing tags and releases are never changed.
 */
export async function readHistory(world: ReadWorld, loaded: LoadedPolicy): Promise<History> {
  const tags = await readProjectTags(world.git, loaded.policy, 'remote');
  const imageTags = await world.repository.listTags();
  const decisions = await readDecisions(world, loaded, { tags, imageTags });
  const held = new Set<string>(imageTags);
  const released = tags.decided.filter(({ name }) => name.kind === 'release');
  const published = released.flatMap(({ name }) =>
    name.kind === 'release' && held.has(versionTag(name.version)) ? [name.version] : [],
  );
  const highest = highestVersion(published);
  const found: FoundEntry[] = [];
  for (const tag of released) found.push(await findEntry(world, loaded, { tag, held, decisions, highest }));
  const entries = found.flatMap((one) => (one.is === 'entry' ? [one.entry] : []));
  const known = new Map(
    decisions.checkpoints
      .toSorted((left, right) => left.number - right.number)
      .flatMap((checkpoint) => checkpoint.entries)
      .map((entry) => [formatVersion(entry.version), JSON.stringify(entry)]),
  );
  const news = entries.filter((entry) => known.get(formatVersion(entry.version)) !== JSON.stringify(entry)).length;
  return {
    entries: news === 0 ? [] : entries.toSorted((left, right) => compareVersions(right.version, left.version)),
    news,
    underWay: found.flatMap((one) => (one.is === 'under-way' ? [formatVersion(one.version)] : [])),
    rejected: found.flatMap((one) =>
      one.is === 'rejected' ? [{ version: formatVersion(one.version), reason: one.reason }] : [],
    ),
    decisions,
  };
}

type FoundEntry =
  | { readonly is: 'entry'; readonly entry: CheckpointEntry }
  | { readonly is: 'under-way'; readonly version: Version }
  | { readonly is: 'rejected'; readonly version: Version; readonly reason: string }
  | { readonly is: 'none' };

async function findEntry(
  world: ReadWorld,
  loaded: LoadedPolicy,
  seen: {
    readonly tag: DecidedTag;
    readonly held: ReadonlySet<string>;
    readonly decisions: Decisions;
    readonly highest: Version | undefined;
  },
): Promise<FoundEntry> {
  const { tag, name } = seen.tag;
  if (name.kind !== 'release') return { is: 'none' };
  const { version } = name;
  const { decisions, held } = seen;
  const text = formatVersion(version);
  const about = decisions.decisions.filter((decision) => formatVersion(decision.version) === text);
  const vouched = decisions.checkpoints
    .toSorted((left, right) => right.number - left.number)
    .flatMap(({ entries }) => entries)
    .find((entry) => formatVersion(entry.version) === text);
  const highestDecision = Math.max(vouched?.decisions ?? 0, ...about.map(({ number }) => number));
  const isWithdrawn = withdrawalsInForce(decisions.decisions, decisions.checkpoints).has(text);
  const entryOf = (what: Pick<CheckpointEntry, 'release' | 'digest' | 'statement'>): FoundEntry => {
    const state = what.digest === undefined ? 'cancelled' : isWithdrawn ? 'withdrawn' : 'published';
    return { is: 'entry', entry: { version, ...what, state, decisions: highestDecision } };
  };
  if (vouched !== undefined) return entryOf(vouched);
  if (held.has(statementTag(version))) {
    const record = await readRecord(world, loaded, version);
    if (record.is === 'rejected') return { is: 'rejected', version, reason: record.reason };
    if (record.is === 'valid')
      return entryOf({
        release: record.release.tag.object,
        digest: record.release.image.index,
        statement: record.statement,
      });
  }
  if (held.has(candidateTag(tag.object))) return { is: 'under-way', version };
  const image = held.has(versionTag(version)) ? await world.repository.resolve(versionTag(version)) : undefined;
  const isNewest = seen.highest === undefined || compareVersions(version, seen.highest) > 0;
  if (image === undefined && isNewest) return { is: 'under-way', version };
  return entryOf({ release: tag.object, digest: image?.digest, statement: undefined });
}
