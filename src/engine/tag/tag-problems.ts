import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import { formatVersion } from '../../domain/version.ts';
import { contestedImageTags } from '../../estate/image-tag-claims.ts';
import type { UsedVersion } from '../../estate/version-order.ts';
import { judgeOrder } from '../../estate/version-order.ts';
import { documentProblems } from '../documents/document-gate.ts';
import { describeHotfix, readHotfixDiff } from '../hotfix/hotfix-diff.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { readPolicyAt } from '../facts/load-policy.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import { sameImages } from '../release/same-image.ts';
import type { TagSituation, WantedTag } from './tag-situation.ts';
import { readForgeUse, readUsedVersions } from '../facts/used-versions.ts';
import type { TagWorld } from '../world.ts';

/** Everything that stands against the tag and that a maintainer can know before signing. */
export async function findTagProblems(
  world: TagWorld,
  loaded: LoadedPolicy,
  situation: TagSituation,
): Promise<readonly CutwaterError[]> {
  const { wanted } = situation;
  return [
    ...branchProblems(situation),
    ...signatureProblems(loaded, wanted),
    ...claimProblems(wanted, situation.tags),
    ...(await orderProblems(world, situation)),
    ...(await contentProblems(world, loaded, situation)),
    ...(await sizeProblems(world, loaded, situation)),
  ];
}

function branchProblems({ wanted, branches, isAllowed }: TagSituation): readonly CutwaterError[] {
  if (isAllowed) return [];
  return [
    new CutwaterError(
      'TAG_REJECTED',
      `Cannot tag ${releaseTagOf(wanted.version)}: commit ${wanted.commit.slice(0, 12)} is on none of the allowed branches (${branches.join(', ')}), here or on the remote`,
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
async function orderProblems(world: TagWorld, situation: TagSituation): Promise<readonly CutwaterError[]> {
  const { version } = situation.wanted;
  const name = releaseTagOf(version);
  const tags = { ...situation.tags, decided: situation.tags.decided.filter(({ tag }) => tag.name !== name) };
  const used: readonly UsedVersion[] = [
    ...(await readUsedVersions(situation.standing, { tags, line: version })),
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
  { wanted, tags }: TagSituation,
): Promise<readonly CutwaterError[]> {
  const { version, commit } = wanted;
  const name = releaseTagOf(version);
  try {
    const build = await readPolicyAt(world.git, commit, `${commit.slice(0, 12)}:cutwater.yaml`);
    sameImages(loaded.policy, build, `tag ${name}`);
    const problems = await documentProblems(world, loaded, { version, commit, build, tags, tagMessage: undefined });
    return problems.map(
      ({ message, hint }) => new CutwaterError('GATE_FAILED', `Cannot tag ${name}: ${message}`, { hint }),
    );
  } catch (error) {
    if (!isCutwaterError(error)) throw error;
    return [error];
  }
}

/** A hotfix is the minimal fix, or says why it is more. */
async function sizeProblems(
  world: TagWorld,
  loaded: LoadedPolicy,
  situation: TagSituation,
): Promise<readonly CutwaterError[]> {
  const { wanted } = situation;
  if (situation.kind !== 'hotfix' || wanted.hotfixReason !== undefined) return [];
  const diff = await readHotfixDiff(world, loaded, { ...wanted, ...situation });
  if (diff.excesses.length === 0) return [];
  const files = diff.files.slice(0, filesShown).map(({ path, lines }) => `${lines} lines in ${quote(path)}`);
  return [
    new CutwaterError(
      'HOTFIX_TOO_LARGE',
      `Cannot tag ${releaseTagOf(wanted.version)}: the hotfix ${diff.excesses.join('; it ')}`,
      { details: [describeHotfix(diff), ...files] },
    ),
  ];
}

const filesShown = 20;
