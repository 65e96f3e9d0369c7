import { CutwaterError } from '../../domain/error.ts';
import type { GitTag, TagObject, TagSigner } from '../../domain/git-tag.ts';
import { fetchTagObjects, isLightweightCopy } from '../../domain/tag-copy.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion, releaseClassOf } from '../../domain/version.ts';
import type { Git } from '../../ports/git.ts';
import { matchesGlob } from '../../policy/glob.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { judgeReleaseTag } from '../facts/read-record.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import type { ReadWorld } from '../world.ts';

/** A release tag that may be acted on. */
export interface AdmittedRelease {
  readonly version: Version;
  readonly class: 'stable' | 'rc';
  readonly tag: GitTag;
  readonly object: TagObject;
  readonly raw: Uint8Array;
  readonly commit: ObjectId;
  /** Undefined for an unsigned tag that the policy allows. */
  readonly signer: TagSigner | undefined;
}

/** The first gate: the tag is annotated, signed by a maintainer, not moved, on an allowed branch, and alone on its image tag. */
export async function admitRelease(
  world: ReadWorld,
  loaded: LoadedPolicy,
  asked: { readonly version: Version; readonly tags: ProjectTags },
): Promise<AdmittedRelease> {
  const name = releaseTagOf(asked.version);
  const kind = releaseClassOf(asked.version);
  if (kind === 'prerelease')
    throw new CutwaterError(
      'VERSION_INVALID',
      `Cannot release ${quote(formatVersion(asked.version))}: it is neither stable nor a release candidate`,
    );
  const moved = asked.tags.moved.get(name);
  if (moved !== undefined)
    throw new CutwaterError(
      'TAG_MOVED',
      `Cannot release ${name}: the tag is ${moved.local.object} in this clone and ${moved.remote.object} on the remote, one object is wanted`,
      isLightweightCopy(moved.local, moved.remote)
        ? { hint: `The checkout left a lightweight copy of the signed tag: run ${fetchTagObjects}` }
        : {},
    );
  const claimants = asked.tags.contested.get(formatVersion(asked.version));
  if (claimants !== undefined)
    throw new CutwaterError(
      'IMAGE_TAG_CLAIMED_TWICE',
      `Cannot release ${name}: the git tags ${claimants.map(quote).join(' and ')} both claim image tag ${formatVersion(asked.version)}`,
    );
  const found = asked.tags.decided.find(({ tag }) => tag.name === name);
  if (found === undefined)
    throw new CutwaterError('TAG_MISSING', `Cannot release ${name}: there is no such tag`, {
      hint: `Make it with 'cutwater tag ${name} --push'`,
    });
  if (asked.tags.remote !== undefined && !asked.tags.remote.has(name))
    throw new CutwaterError('TAG_MISSING', `Cannot release ${name}: only this clone has the tag, the remote does not`, {
      hint: `Push it: git push origin refs/tags/${name}`,
    });
  const verdict = await judgeReleaseTag(world, loaded, found.tag);
  if (verdict.is === 'rejected') throw new CutwaterError('TAG_REJECTED', `Cannot release ${name}: ${verdict.reason}`);
  const commit = verdict.tag.target;
  // Whoever may push a branch could otherwise have an unsigned tag of theirs built with the CI key near.
  const patterns = verdict.is === 'valid' ? loaded.policy.git.releaseBranches : [loaded.policy.git.branch];
  await requireAllowedBranch(world.git, patterns, { name, commit });
  return {
    version: asked.version,
    class: kind,
    tag: found.tag,
    object: verdict.tag,
    raw: found.tag.raw ?? new Uint8Array(),
    commit,
    signer: verdict.is === 'valid' ? verdict.signer : undefined,
  };
}

async function requireAllowedBranch(
  git: Git,
  patterns: readonly string[],
  release: { readonly name: string; readonly commit: ObjectId },
): Promise<void> {
  if ((await findAllowedBranch(git, patterns, release.commit)) !== undefined) return;
  if (await git.isShallow())
    throw new CutwaterError(
      'HISTORY_SHALLOW',
      `Cannot see whether ${release.name} is on an allowed branch: the clone is shallow`,
    );
  throw new CutwaterError(
    'TAG_REJECTED',
    `Cannot release ${release.name}: commit ${release.commit.slice(0, 12)} is on none of the allowed branches (${patterns.join(', ')})`,
    { hint: 'Merge or push the commit to an allowed branch, or name its branch in git.releaseBranches' },
  );
}

/** A branch whose name matches a pattern and that contains the commit. */
export async function findAllowedBranch(
  git: Git,
  patterns: readonly string[],
  commit: ObjectId,
): Promise<string | undefined> {
  for (const branch of (await git.listBranches()).filter((name) => patterns.some((one) => matchesGlob(one, name)))) {
    const head = await git.branchHead(branch);
    if (head !== undefined && (await git.isAncestor(commit, head))) return branch;
  }
  return undefined;
}
