import type { CheckpointEntry } from '../../domain/decision-message.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, coreVersion, formatVersion, releaseClassOf } from '../../domain/version.ts';
import { withdrawalsInForce } from '../../estate/decisions.ts';
import type { CriticalChange } from '../../policy/requirement.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { readDecisions } from '../facts/read-decisions.ts';
import { readRecord } from '../facts/read-record.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import type { ReadWorld } from '../world.ts';

export interface ChangeQuery {
  readonly version: Version;
  readonly commit: ObjectId;
  readonly tags: ProjectTags;
}

/**
 * What changed between a commit and the stable version before: the highest below in its line, else the highest below at
 * all. Looked for once, and only if somebody asks.
 */
export function changeSincePrevious(
  world: ReadWorld,
  loaded: LoadedPolicy,
  query: ChangeQuery,
): () => Promise<CriticalChange> {
  let found: Promise<CriticalChange> | undefined;
  return () => (found ??= findChange(world, loaded, query));
}

/** Only what was published counts as the version before: a tag that anybody may have pushed must hide no change. */
async function findChange(world: ReadWorld, loaded: LoadedPolicy, query: ChangeQuery): Promise<CriticalChange> {
  const { tags } = query;
  const imageTags = await world.repository.listTags();
  const { decisions, checkpoints } = await readDecisions(world, loaded, { tags, imageTags });
  const withdrawn = withdrawalsInForce(decisions, checkpoints);
  const newest = checkpoints.toSorted((left, right) => right.number - left.number).flatMap(({ entries }) => entries);
  for (const version of earlierVersions(query).slice(0, versionsAsked)) {
    if (withdrawn.has(formatVersion(version))) continue;
    const entry = newest.find((listed) => compareVersions(listed.version, version) === 0);
    const commit = vouchedCommit(entry, tags) ?? (await statedCommit(world, loaded, version));
    if (commit !== undefined) return compare(world, { since: releaseTagOf(version), from: commit, to: query.commit });
  }
  return { is: 'unknown', reason: 'no earlier stable version is published' };
}

const versionsAsked = 20;

async function compare(
  { git }: ReadWorld,
  { since, from, to }: { readonly since: string; readonly from: ObjectId; readonly to: ObjectId },
): Promise<CriticalChange> {
  for (const needed of [from, to])
    if ((await git.commitOf(needed)) === undefined)
      return { is: 'unknown', reason: `this clone has no commit ${needed.slice(0, 12)}` };
  return { is: 'known', since, paths: await git.changedPaths(from, to) };
}

/** Stable versions below, those of the same line first, each from the highest down. */
function earlierVersions({ version, tags }: ChangeQuery): readonly Version[] {
  const core = coreVersion(version);
  const inLine = (other: Version): boolean => other.major === core.major && other.minor === core.minor;
  return tags.decided
    .flatMap(({ name }) => (name.kind === 'release' ? [name.version] : []))
    .filter((other) => releaseClassOf(other) === 'stable' && compareVersions(other, core) < 0)
    .toSorted((left, right) => Number(inLine(right)) - Number(inLine(left)) || compareVersions(right, left));
}

function vouchedCommit(entry: CheckpointEntry | undefined, tags: ProjectTags): ObjectId | undefined {
  if (entry?.state !== 'published') return undefined;
  return tags.decided.find(({ tag: { object } }) => object === entry.release)?.tag.commit;
}

async function statedCommit(world: ReadWorld, loaded: LoadedPolicy, version: Version): Promise<ObjectId | undefined> {
  const record = await readRecord(world, loaded, version);
  return record.is === 'valid' ? record.release.source.commit : undefined;
}
