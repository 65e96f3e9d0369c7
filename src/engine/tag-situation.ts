import { CutwaterError, isCutwaterError } from '../domain/error.ts';
import type { GitTag } from '../domain/git-tag.ts';
import type { ObjectId } from '../domain/object-id.ts';
import { quote } from '../domain/quote.ts';
import { releaseTagOf } from '../domain/tag-name.ts';
import type { Version } from '../domain/version.ts';
import { formatVersion } from '../domain/version.ts';
import { contestedImageTags } from '../estate/image-tag-claims.ts';
import type { UsedVersion } from '../estate/version-order.ts';
import { judgeOrder } from '../estate/version-order.ts';
import { matchesGlob } from '../policy/glob.ts';
import { findAllowedBranch } from './admit-release.ts';
import { readReleaseNotes } from './changelog-gate.ts';
import type { LoadedPolicy } from './load-policy.ts';
import { readPolicyAt } from './load-policy.ts';
import type { ProjectTags } from './read-tags.ts';
import { readProjectTags } from './read-tags.ts';
import { sameImage } from './same-image.ts';
import type { ReleaseKind } from './release-class.ts';
import { releaseKindOf } from './release-class.ts';
import { readForgeUse, readUsedVersions } from './used-versions.ts';
import type { TagWorld } from './world.ts';

/** What is wanted of a release tag, as far as it can be judged before there is one. */
export interface WantedTag {
  readonly version: Version;
  readonly commit: ObjectId;
  readonly unsignedReason: string | undefined;
}

/** What clone and remote show about a tag that is to be made. */
export interface TagSituation {
  readonly kind: ReleaseKind;
  readonly tags: ProjectTags;
  /** The tag, where it is there already; not public: only this clone has it. */
  readonly existing: { readonly tag: GitTag; readonly isPublic: boolean } | undefined;
  /** Whether a branch where releases may be tagged contains the commit. */
  readonly isAllowed: boolean;
  /** The branch that has to be pushed with the tag, because no branch of the remote has the commit. */
  readonly toPush: { readonly name: string; readonly commit: ObjectId } | undefined;
}

/** Throws VERSION_INVALID, TAG_MOVED, HISTORY_SHALLOW. */
export async function readTagSituation(
  world: TagWorld,
  loaded: LoadedPolicy,
  wanted: WantedTag,
): Promise<TagSituation> {
  const { version, commit } = wanted;
  const name = releaseTagOf(version);
  const tags = await readProjectTags(world.git, loaded.policy, 'remote');
  const place = await findPlace(world, loaded, { wanted, tags });
  // Pushed with its branch, the commit is on the default branch a moment later.
  const head = place.toPush?.name === loaded.policy.git.branch ? commit : loaded.commit;
  const kind = await releaseKindOf(world.git, { version, commit, head });
  if (kind === undefined)
    throw new CutwaterError(
      'VERSION_INVALID',
      `Cannot tag ${quote(formatVersion(version))}: it is neither stable nor a release candidate`,
    );
  const moved = tags.moved.get(name);
  if (moved !== undefined)
    throw new CutwaterError(
      'TAG_MOVED',
      `Cannot tag ${name}: the tag is ${moved.local.object} in this clone and ${moved.remote.object} on the remote, one object is wanted`,
      {
        hint: `Where nobody else has the one of this clone, delete it with 'git tag -d ${name}' and run the command again`,
      },
    );
  const tag = tags.decided.find((decided) => decided.tag.name === name)?.tag;
  const isPublic = tags.remote === undefined || tags.remote.has(name);
  return { kind, tags, existing: tag && { tag, isPublic }, ...place };
}

/** The branches of the remote first; one of this clone only where the remote lacks the commit. */
async function findPlace(
  world: TagWorld,
  loaded: LoadedPolicy,
  { wanted, tags }: { readonly wanted: WantedTag; readonly tags: ProjectTags },
): Promise<Pick<TagSituation, 'isAllowed' | 'toPush'>> {
  const { commit } = wanted;
  const patterns = allowedPatterns(loaded, wanted);
  if ((await findAllowedBranch(world.git, patterns, commit)) !== undefined)
    return { isAllowed: true, toPush: undefined };
  if (tags.remote === undefined) return { isAllowed: false, toPush: undefined };
  const here = await world.tagWriter.branchesWith(commit);
  const name = here.find((branch) => patterns.some((pattern) => matchesGlob(pattern, branch)));
  return { isAllowed: name !== undefined, toPush: name === undefined ? undefined : { name, commit } };
}

/** Unsigned tags are released from the protected branch only. */
function allowedPatterns({ policy }: LoadedPolicy, { unsignedReason }: WantedTag): readonly string[] {
  return unsignedReason === undefined ? policy.git.releaseBranches : [policy.git.branch];
}

/** Everything that stands against the tag and that a maintainer can know before signing. */
export async function findTagProblems(
  world: TagWorld,
  loaded: LoadedPolicy,
  { wanted, situation }: { readonly wanted: WantedTag; readonly situation: TagSituation },
): Promise<readonly CutwaterError[]> {
  return [
    ...branchProblems(loaded, wanted, situation),
    ...signatureProblems(loaded, wanted),
    ...claimProblems(wanted, situation.tags),
    ...(await orderProblems(world, loaded, { wanted, situation })),
    ...(await contentProblems(world, loaded, wanted)),
  ];
}

function branchProblems(
  loaded: LoadedPolicy,
  wanted: WantedTag,
  { isAllowed }: TagSituation,
): readonly CutwaterError[] {
  if (isAllowed) return [];
  const patterns = allowedPatterns(loaded, wanted).join(', ');
  return [
    new CutwaterError(
      'TAG_REJECTED',
      `Cannot tag ${releaseTagOf(wanted.version)}: commit ${wanted.commit.slice(0, 12)} is on none of the allowed branches (${patterns}), here or on the remote`,
      { hint: 'Merge the commit to an allowed branch, or name its branch in git.releaseBranches' },
    ),
  ];
}

function signatureProblems({ policy }: LoadedPolicy, wanted: WantedTag): readonly CutwaterError[] {
  if (wanted.unsignedReason === undefined) return [];
  const isCandidate = wanted.version.prerelease.length > 0;
  if (isCandidate && policy.signatures.rc === 'optional') return [];
  const found = isCandidate ? 'signatures.rc is "required"' : 'a stable release is always signed';
  return [
    new CutwaterError('TAG_REJECTED', `Cannot tag ${releaseTagOf(wanted.version)} unsigned: ${found}`, {
      hint: 'Sign it: run the command without --unsigned',
    }),
  ];
}

function claimProblems({ version }: WantedTag, tags: ProjectTags): readonly CutwaterError[] {
  const name = releaseTagOf(version);
  const names = [...tags.decided, ...tags.refused].map(({ tag }) => tag.name).filter((one) => one !== name);
  const claimants = contestedImageTags([...names, name]).get(formatVersion(version)) ?? [];
  if (claimants.length === 0) return [];
  return [
    new CutwaterError(
      'IMAGE_TAG_CLAIMED_TWICE',
      `Cannot tag ${name}: the git tags ${claimants.map((one) => quote(one)).join(' and ')} would both claim image tag ${formatVersion(version)}`,
      { hint: 'Take the next version, or name the other tag in git.ignoreTags' },
    ),
  ];
}

/** The tag itself, where a run made it and did not push it, stands against nothing. */
async function orderProblems(
  world: TagWorld,
  loaded: LoadedPolicy,
  { wanted, situation }: { readonly wanted: WantedTag; readonly situation: TagSituation },
): Promise<readonly CutwaterError[]> {
  const { version } = wanted;
  const name = releaseTagOf(version);
  const tags = { ...situation.tags, decided: situation.tags.decided.filter(({ tag }) => tag.name !== name) };
  const used: readonly UsedVersion[] = [
    ...(await readUsedVersions(world, loaded, { tags, line: version })),
    ...(await readForgeUse(world, version)),
  ];
  const problem = judgeOrder(version, used);
  switch (problem?.is) {
    case undefined:
      return [];
    case 'used':
      return [
        new CutwaterError(
          'VERSION_USED',
          `Cannot tag ${name}: the number was used before (${[...new Set(problem.where)].join(', ')})`,
        ),
      ];
    case 'below': {
      const { highest } = problem;
      return [
        new CutwaterError(
          'VERSION_BELOW_LINE',
          `Cannot tag ${name}: ${highest.where} is higher in the line ${version.major}.${version.minor}, a version above ${formatVersion(highest.version)} is wanted`,
        ),
      ];
    }
  }
}

/** What the commit itself must hold: a policy that builds what the protected branch publishes, and its changelog section. */
async function contentProblems(
  world: TagWorld,
  loaded: LoadedPolicy,
  { version, commit }: WantedTag,
): Promise<readonly CutwaterError[]> {
  try {
    const build = await readPolicyAt(world.git, commit, `${commit.slice(0, 12)}:cutwater.yaml`);
    sameImage(loaded.policy, build, `tag ${releaseTagOf(version)}`);
    await readReleaseNotes(world.git, { version, commit, changelog: build.changelog });
    return [];
  } catch (error) {
    if (!isCutwaterError(error)) throw error;
    return [error];
  }
}
