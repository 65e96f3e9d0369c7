import { exitCodes } from '../../domain/error-entry.ts';
import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, formatVersion, readVersion } from '../../domain/version.ts';
import type { MergeRequests } from '../../ports/merge-requests.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { Containment, OpenMergeBack } from './merge-backs.ts';
import { containmentOf, findOpenMergeBacks } from './merge-backs.ts';
import { readProjectTags, requireRemote } from '../facts/read-tags.ts';
import { mergeHotfix, mergeTitle } from './merge-hotfix.ts';
import type { TagStanding } from '../tag/tag-standing.ts';
import { readStanding, releaseTags } from '../tag/tag-standing.ts';
import type { BranchWorld } from '../world.ts';

/** Where the forge takes merge requests, the merge is proposed there; else the branch is all there is. */
export type FinishWorld = BranchWorld & { readonly mergeRequests: MergeRequests | undefined };

export type FinishedHotfix =
  /** None was named, and none waits. */
  | { readonly is: 'none' }
  | { readonly is: 'contained'; readonly version: string; readonly by: Extract<Containment, { is: 'contained' }>['by'] }
  | {
      readonly is: 'made' | 'kept';
      readonly version: string;
      readonly branch: string;
      /** Head of the branch, which contains the hotfix. */
      readonly commit: ObjectId;
      /** The default branch. */
      readonly into: string;
      /** Files in which both sides were put together instead of leaving a conflict. */
      readonly united: readonly string[];
      readonly remote: 'pushed' | 'there' | 'nowhere';
      /** Address of the merge request. */
      readonly request: string | undefined;
    };

/**
 * Merges a published hotfix into the default branch, on a branch `merge-back/vX.Y.Z` of its own. The working copy is not
 * touched; with conflicts nothing is made. Contained already, or merged on that branch already: said.
 */
export async function finishHotfix(
  world: FinishWorld,
  loaded: LoadedPolicy,
  order: { readonly version: Version | undefined; readonly push: boolean },
): Promise<FinishedHotfix> {
  const hotfix = await findHotfix(world, loaded, order);
  if (hotfix === undefined) return { is: 'none' };
  const version = formatVersion(hotfix.version);
  const contained = await containmentOf(world, hotfix.commit, loaded.commit);
  if (contained.is === 'contained') return { is: 'contained', version, by: contained.by };
  const branch = `merge-back/${releaseTagOf(hotfix.version)}`;
  const merged = await mergeHotfix(world, loaded, { ...hotfix, branch });
  const there = await world.git.branchHead(branch);
  const isThere = hotfix.hasRemote && there !== undefined && (await world.git.isAncestor(merged.commit, there));
  if (order.push && !isThere) await world.workingCopy.pushBranch({ branch, commit: merged.commit });
  const into = loaded.policy.git.branch;
  const remote = isThere ? 'there' : order.push ? 'pushed' : 'nowhere';
  const title = mergeTitle(hotfix.version, into);
  const text = `Brings the changes of ${releaseTagOf(hotfix.version)} to ${into}.`;
  const request = remote === 'nowhere' ? undefined : await propose(world, { from: branch, into, title, text });
  return { ...merged, version, branch, into, remote, request };
}

/** The branch is pushed: without rights on the forge a person opens the request, and nothing else is missing. */
async function propose(
  world: FinishWorld,
  request: Parameters<MergeRequests['propose']>[0],
): Promise<string | undefined> {
  try {
    return await world.mergeRequests?.propose(request);
  } catch (error) {
    if (!isCutwaterError(error) || error.exit !== exitCodes.authentication) throw error;
    world.report({ type: 'note', level: 'warning', text: `${error.message}; ${error.hint}` });
    return undefined;
  }
}

interface Hotfix {
  readonly version: Version;
  readonly commit: ObjectId;
  readonly hasRemote: boolean;
}

async function findHotfix(
  world: FinishWorld,
  loaded: LoadedPolicy,
  { version: asked, push }: { readonly version: Version | undefined; readonly push: boolean },
): Promise<Hotfix | undefined> {
  const tags = await readProjectTags(world.git, loaded.policy, 'remote');
  if (push) requireRemote(tags, 'push a merge-back');
  const standing = await readStanding(world, loaded, tags);
  const version = asked ?? onlyOpen(await findOpenMergeBacks(world, loaded, { tags, standing }));
  if (version === undefined) return undefined;
  const name = releaseTagOf(version);
  const tag = releaseTags(tags).find((one) => compareVersions(one.version, version) === 0)?.tag;
  if (tag?.commit === undefined)
    throw new CutwaterError('TAG_MISSING', `Cannot finish ${name}: there is no such tag of a commit`, {
      hint: "Run 'cutwater status' to see the versions",
    });
  await requirePublished(standing, { version, object: tag.object });
  return { version, commit: tag.commit, hasRemote: tags.remote !== undefined };
}

function onlyOpen(open: readonly OpenMergeBack[]): Version | undefined {
  const [first, ...more] = open;
  if (first === undefined) return undefined;
  if (more.length === 0) return readVersion(first.version);
  throw new CutwaterError(
    'USAGE',
    `Cannot finish a hotfix: ${open.map(({ version }) => version).join(', ')} wait to be merged back, one must be named`,
    { hint: "Name it: 'cutwater hotfix finish VERSION'" },
  );
}

async function requirePublished(
  standing: TagStanding,
  { version, object }: { readonly version: Version; readonly object: ObjectId },
): Promise<void> {
  const published = await standing.publishedObject(version);
  if (published === object) return;
  const name = releaseTagOf(version);
  if (published !== undefined)
    throw new CutwaterError(
      'TAG_MOVED',
      `Cannot finish ${name}: the tag is object ${object}, ${published} was released under this name`,
    );
  throw new CutwaterError('NOT_PUBLISHED', `Cannot finish ${name}: it is not published yet`, {
    hint: `Wait for its release, or run 'cutwater release ${name}'`,
  });
}
