import type { ObjectId } from '../../domain/object-id.ts';
import { isCutwaterError } from '../../domain/error.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, formatVersion, readVersion, releaseClassOf } from '../../domain/version.ts';
import { isInLine } from '../../estate/version-order.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import type { TagStanding } from '../tag/tag-standing.ts';
import { releaseTags } from '../tag/tag-standing.ts';
import type { ReadWorld } from '../world.ts';

/** A published hotfix whose changes the default branch does not have. */
export interface OpenMergeBack {
  readonly version: string;
  readonly commit: ObjectId;
  /** Commits whose change is missing. */
  readonly missing: number;
}

/** How the default branch has the changes of a commit, or that it has not. */
export type Containment =
  | { readonly is: 'contained'; readonly by: 'merge' | 'patches' | 'content' }
  | { readonly is: 'missing'; readonly commits: number };

/**
 * Whether a branch has what a commit brings: the commit itself; every patch of it under another id, as after a
 * cherry-pick; or all of its content, so that a merge would change nothing, as after a squash.
 */
export async function containmentOf(world: ReadWorld, commit: ObjectId, head: ObjectId): Promise<Containment> {
  if (await world.git.isAncestor(commit, head)) return { is: 'contained', by: 'merge' };
  const missing = await world.comparison.missingPatches(commit, head);
  if (missing.length === 0) return { is: 'contained', by: 'patches' };
  if (await isWithoutEffect(world, commit, head)) return { is: 'contained', by: 'content' };
  return { is: 'missing', commits: missing.length };
}

async function isWithoutEffect(world: ReadWorld, commit: ObjectId, head: ObjectId): Promise<boolean> {
  try {
    const merged = await world.comparison.mergeTrees(head, commit);
    if (merged.is !== 'clean') return false;
    return (await world.comparison.fileChanges(head, merged.tree)).length === 0;
  } catch (error) {
    // An old git cannot tell; then it is open until the commits or their patches are there.
    if (isCutwaterError(error, 'TOOL_MISSING')) return false;
    throw error;
  }
}

/** So many lines, from the highest down, are looked at: what was never merged back from older ones is history. */
const linesLookedAt = 10;
/** So many published versions that are beside the default branch are looked at. */
const versionsLookedAt = 30;

/** The published, not withdrawn hotfixes of the newest lines that still have to be merged back, highest first. */
export async function findOpenMergeBacks(
  world: ReadWorld,
  loaded: LoadedPolicy,
  known: KnownTags,
): Promise<readonly OpenMergeBack[]> {
  if (loaded.policy.hotfix.mergeBack === 'off') return [];
  return findMissing(world, known, loaded.commit);
}

/** The published hotfixes below a version that a commit does not have: users who upgrade to it would lose what they mend. */
export async function findLostFixes(
  world: ReadWorld,
  loaded: LoadedPolicy,
  release: KnownTags & { readonly version: Version; readonly commit: ObjectId },
): Promise<readonly OpenMergeBack[]> {
  const { version, commit } = release;
  const isOff = loaded.policy.hotfix.mergeBack === 'off';
  return (await findMissing(world, release, commit)).filter((open) => {
    const other = readVersion(open.version);
    return compareVersions(other, version) < 0 && (!isOff || isInLine(other, version));
  });
}

interface KnownTags {
  readonly tags: ProjectTags;
  readonly standing: TagStanding;
}

async function findMissing(
  world: ReadWorld,
  { tags, standing }: KnownTags,
  head: ObjectId,
): Promise<readonly OpenMergeBack[]> {
  const stable = newestLines(releaseTags(tags).filter(({ version }) => releaseClassOf(version) === 'stable'));
  const known = stable.flatMap(({ tag, version }) =>
    tag.commit === undefined || standing.isWithdrawn(version) ? [] : [{ tag, version, commit: tag.commit }],
  );
  const beside = await world.git.unmerged(
    known.map(({ commit }) => commit),
    head,
  );
  const open: OpenMergeBack[] = [];
  for (const { tag, version, commit } of known.filter((one) => beside.has(one.commit)).slice(0, versionsLookedAt)) {
    if ((await standing.publishedObject(version)) !== tag.object) continue;
    const found = await containmentOf(world, commit, head);
    if (found.is === 'missing') open.push({ version: formatVersion(version), commit, missing: found.commits });
  }
  return open;
}

function newestLines<Tagged extends { readonly version: Version }>(highestFirst: readonly Tagged[]): readonly Tagged[] {
  const lines = new Set<string>();
  return highestFirst.filter(({ version: { major, minor } }) => {
    if (lines.size < linesLookedAt) lines.add(`${major}.${minor}`);
    return lines.has(`${major}.${minor}`);
  });
}
