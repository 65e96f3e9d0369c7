import { CutwaterError } from '../../domain/error.ts';
import type { GitTag } from '../../domain/git-tag.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, formatVersion, releaseClassOf } from '../../domain/version.ts';
import { isInLine, nextPatch } from '../../estate/version-order.ts';
import { matchesGlob } from '../../policy/glob.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { judgeReleaseTag } from '../facts/read-record.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import { readProjectTags, requireRemote } from '../facts/read-tags.ts';
import type { TagStanding } from '../tag/tag-standing.ts';
import { readStanding, releaseTags } from '../tag/tag-standing.ts';
import { readUsedVersions } from '../facts/used-versions.ts';
import type { BranchWorld, ReadWorld } from '../world.ts';

/** Where a hotfix starts: at a version, or at what is current in a line (`2`, `2.1`); undefined: in all. */
export type HotfixStart =
  { readonly is: 'version'; readonly version: Version } | { readonly is: 'line'; readonly line: string } | undefined;

export interface StartedHotfix {
  readonly version: string;
  readonly branch: string;
  /** The release tag it stems from. */
  readonly base: string;
  /** Head of the branch. */
  readonly commit: ObjectId;
  /** `kept`: the branch was there already, here or on the remote. */
  readonly is: 'made' | 'kept';
  readonly remote: 'pushed' | 'there' | 'nowhere';
}

/**
 * Makes the branch `hotfix/vX.Y.Z` at a published stable version. The number is the highest ever tagged in the line and one
 * more, withdrawn and cancelled versions counted. Run again: the same branch. The working copy is not touched.
 */
export async function startHotfix(
  world: BranchWorld,
  loaded: LoadedPolicy,
  order: { readonly from: HotfixStart; readonly push: boolean },
): Promise<StartedHotfix> {
  const tags = await readProjectTags(world.git, loaded.policy, 'remote');
  if (order.push) requireRemote(tags, 'push the branch of a hotfix');
  const standing = await readStanding(world, loaded, tags);
  const base = await findBase(world, loaded, { tags, standing, from: order.from });
  const used = await readUsedVersions(standing, { tags, line: base.version });
  const version = nextPatch(base.version, used);
  const branch = `hotfix/${releaseTagOf(version)}`;
  if (!loaded.policy.git.releaseBranches.some((pattern) => matchesGlob(pattern, branch)))
    throw new CutwaterError(
      'CONFIG_INVALID',
      `Cannot start a hotfix on ${quote(branch)}: git.releaseBranches lets no release tag point there`,
      { hint: 'Add "hotfix/*" to git.releaseBranches on the protected branch' },
    );
  const made = await makeBranch(world, { branch, base });
  const remote = await pushIfAsked(world, {
    branch,
    commit: made.commit,
    push: order.push,
    hasRemote: tags.remote !== undefined,
  });
  return { version: formatVersion(version), branch, base: base.tag.name, ...made, remote };
}

interface Base {
  readonly version: Version;
  readonly tag: GitTag;
  readonly commit: ObjectId;
}

interface Search {
  readonly tags: ProjectTags;
  readonly standing: TagStanding;
  readonly from: HotfixStart;
}

async function findBase(world: ReadWorld, loaded: LoadedPolicy, search: Search): Promise<Base> {
  const { tags, from } = search;
  const found = from?.is === 'version' ? await namedBase(search, from.version) : await currentBase(search);
  const { name, commit } = found.tag;
  const moved = tags.moved.get(name);
  if (moved !== undefined)
    throw refusal(name, `the tag is ${moved.local.object} in this clone and ${moved.remote.object} on the remote`);
  const published = await search.standing.publishedObject(found.version);
  if (published !== undefined && published !== found.tag.object)
    throw refusal(name, `the tag is object ${found.tag.object}, ${published} was released under this name`);
  // What a checkpoint lists counts, whatever became of the key that signed it.
  if (published === undefined || !(await search.standing.isMaintainers(found.tag))) {
    const verdict = await judgeReleaseTag(world, loaded, found.tag);
    if (verdict.is !== 'valid') throw refusal(name, verdict.is === 'rejected' ? verdict.reason : 'it is not signed');
  }
  if (commit === undefined) throw refusal(name, 'it leads to no commit');
  return { ...found, commit };
}

/** The highest version of the line that is published and not withdrawn. */
async function currentBase({ tags, standing, from }: Search): Promise<Omit<Base, 'commit'>> {
  const line = from?.is === 'line' ? from.line : undefined;
  for (const one of stableTags(tags)) {
    const { major, minor } = one.version;
    if (line !== undefined && line !== `${major}` && line !== `${major}.${minor}`) continue;
    if (standing.isWithdrawn(one.version)) continue;
    if ((await standing.publishedObject(one.version)) !== undefined) return one;
  }
  throw new CutwaterError(
    'NOT_PUBLISHED',
    `Cannot start a hotfix: no stable version${line === undefined ? '' : ` of the line ${line}`} is published and not withdrawn`,
    { hint: 'Name the version with --from VERSION' },
  );
}

/** A version that was named; the one after it must not lose what was mended in between. */
async function namedBase({ tags, standing }: Search, version: Version): Promise<Omit<Base, 'commit'>> {
  const name = releaseTagOf(version);
  const found = stableTags(tags).find((one) => compareVersions(one.version, version) === 0);
  if (found === undefined)
    throw new CutwaterError(
      'TAG_MISSING',
      `Cannot start a hotfix from ${name}: there is no such tag of a stable version`,
      {
        hint: "Run 'cutwater status' to see the versions",
      },
    );
  for (const one of stableTags(tags)) {
    if (!isInLine(one.version, version) || compareVersions(one.version, version) <= 0) continue;
    if (standing.isWithdrawn(one.version) || !(await standing.isMaintainers(one.tag))) continue;
    throw new CutwaterError(
      'HOTFIX_REFUSED',
      `Cannot start a hotfix from ${name}: ${one.tag.name} is above it in its line and not withdrawn; what was mended there would be lost`,
      { hint: `Start from ${one.tag.name}, or withdraw it first` },
    );
  }
  return found;
}

function stableTags(tags: ProjectTags): ReturnType<typeof releaseTags> {
  return releaseTags(tags).filter(({ version }) => releaseClassOf(version) === 'stable');
}

/** A branch of that name has to stem from the base; where only the remote has it, it is made here as it is there. */
async function makeBranch(
  world: BranchWorld,
  { branch, base }: { readonly branch: string; readonly base: Base },
): Promise<Pick<StartedHotfix, 'commit' | 'is'>> {
  const here = await world.mergeWriter.localHead(branch);
  const there = await world.git.branchHead(branch);
  const head = here ?? there;
  if (head !== undefined && !(await world.git.isAncestor(base.commit, head)))
    throw new CutwaterError(
      'BRANCH_EXISTS',
      `Cannot start a hotfix from ${base.tag.name}: the branch ${quote(branch)} is there already and does not contain it`,
      { hint: `Look at what it is for; rename it if it is something else` },
    );
  const commit = head ?? base.commit;
  // Another run may have made it a moment ago.
  const isMade = here === undefined && (await world.branchWriter.createBranch({ name: branch, commit }));
  return { commit, is: isMade && head === undefined ? 'made' : 'kept' };
}

async function pushIfAsked(
  world: BranchWorld,
  {
    branch,
    commit,
    push,
    hasRemote,
  }: { readonly branch: string; readonly commit: ObjectId; readonly push: boolean; readonly hasRemote: boolean },
): Promise<StartedHotfix['remote']> {
  const there = hasRemote ? await world.git.branchHead(branch) : undefined;
  if (there !== undefined && (await world.git.isAncestor(commit, there))) return 'there';
  if (!push) return there === undefined ? 'nowhere' : 'there';
  await world.workingCopy.pushBranch({ branch, commit });
  return 'pushed';
}

function refusal(name: string, reason: string): CutwaterError {
  return new CutwaterError('TAG_REJECTED', `Cannot start a hotfix from ${name}: ${reason}`);
}
