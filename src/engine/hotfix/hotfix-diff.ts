import { isCutwaterError } from '../../domain/error.ts';
import type { GitTag } from '../../domain/git-tag.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { trailerNames, trailerOf } from '../../domain/release-message.ts';
import { parseTagObject } from '../../domain/tag-object.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, releaseClassOf } from '../../domain/version.ts';
import type { HotfixSize } from '../../estate/hotfix-size.ts';
import { measureHotfix } from '../../estate/hotfix-size.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { Decisions } from '../facts/read-decisions.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import { releaseKindOf } from '../facts/release-class.ts';
import type { TagStanding } from '../tag/tag-standing.ts';
import { releaseTags, standingBy } from '../tag/tag-standing.ts';
import type { ReadWorld } from '../world.ts';

/** What a hotfix changes of the version it stems from. */
export interface HotfixDiff extends HotfixSize {
  /** The release tag of that version; undefined where the commit contains no earlier stable version. */
  readonly base: string | undefined;
}

/** The difference to the highest stable version below that the commit contains, measured by the protected branch's policy. */
export async function readHotfixDiff(
  world: ReadWorld,
  loaded: LoadedPolicy,
  hotfix: {
    readonly version: Version;
    readonly commit: ObjectId;
    readonly tags: ProjectTags;
    readonly standing: TagStanding;
  },
): Promise<HotfixDiff> {
  const { version, commit, tags, standing } = hotfix;
  const below = releaseTags(tags).filter(
    (one) => releaseClassOf(one.version) === 'stable' && compareVersions(one.version, version) < 0,
  );
  for (const { tag } of below) {
    if (tag.commit === undefined || tag.commit === commit) continue;
    if (!(await world.git.isAncestor(tag.commit, commit)) || !(await standing.isMaintainers(tag))) continue;
    const changes = await world.comparison.fileChanges(tag.commit, commit);
    return { base: tag.name, ...measureHotfix(changes, loaded.policy) };
  }
  const excesses = ['contains no earlier stable version it could be compared with'];
  return { base: undefined, files: [], lines: 0, excesses };
}

/** The same for a plan, with the reason its tag gives for being more than the policy wants. */
export interface PlannedHotfix extends HotfixDiff {
  readonly reason: string | undefined;
}

/** Undefined where the version is no hotfix, or this clone cannot tell. */
export async function planHotfix(
  world: ReadWorld,
  loaded: LoadedPolicy,
  release: {
    readonly version: Version;
    readonly commit: ObjectId;
    readonly tags: ProjectTags;
    readonly decisions: Decisions;
  },
): Promise<PlannedHotfix | undefined> {
  const { version, commit, tags, decisions } = release;
  try {
    if ((await releaseKindOf(world.git, { version, commit, head: loaded.commit })) !== 'hotfix') return undefined;
    const standing = standingBy(world, loaded, { imageTags: [], decisions });
    const diff = await readHotfixDiff(world, loaded, { version, commit, tags, standing });
    return {
      ...diff,
      reason: reasonIn(releaseTags(tags).find((one) => compareVersions(one.version, version) === 0)?.tag),
    };
  } catch (error) {
    if (isCutwaterError(error, 'HISTORY_SHALLOW')) return undefined;
    throw error;
  }
}

function reasonIn(tag: GitTag | undefined): string | undefined {
  const parsed = parseTagObject(tag?.raw ?? new Uint8Array());
  return parsed.is === 'ok' ? trailerOf(parsed.value.message, trailerNames.hotfix) : undefined;
}

/** "3 files, 12 lines since v1.2.2", and then each file, for people. */
export function describeHotfix({ base, files, lines }: HotfixDiff): string {
  if (base === undefined) return 'it contains no earlier stable version it could be compared with';
  return `${files.length} ${files.length === 1 ? 'file' : 'files'}, ${lines} ${lines === 1 ? 'line' : 'lines'} changed since ${base}`;
}
