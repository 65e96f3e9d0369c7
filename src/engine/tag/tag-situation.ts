import { CutwaterError } from '../../domain/error.ts';
import type { GitTag } from '../../domain/git-tag.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import { trailerNames, trailerOf } from '../../domain/release-message.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import { parseTagObject } from '../../domain/tag-object.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion } from '../../domain/version.ts';
import { matchesGlob } from '../../policy/glob.ts';
import { findAllowedBranch } from '../release/admit-release.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import { readProjectTags } from '../facts/read-tags.ts';
import type { ReleaseKind } from '../facts/release-class.ts';
import { releaseKindOf } from '../facts/release-class.ts';
import type { TagStanding } from './tag-standing.ts';
import { readStanding } from './tag-standing.ts';
import type { TagWorld } from '../world.ts';

/** What is wanted of a release tag, as far as it can be judged before there is one. */
export interface WantedTag {
  readonly version: Version;
  readonly commit: ObjectId;
  readonly unsignedReason: string | undefined;
  readonly hotfixReason?: string | undefined;
}

/** What clone, remote and registry show about a tag that is to be made. */
export interface TagSituation {
  /** With the reasons that a tag which is there already gives. */
  readonly wanted: WantedTag;
  readonly kind: ReleaseKind;
  readonly tags: ProjectTags;
  readonly standing: TagStanding;
  /** The tag, where it is there already; not public: only this clone has it. */
  readonly existing: { readonly tag: GitTag; readonly isPublic: boolean } | undefined;
  /** Where the tag may point: the branches that count for it. */
  readonly branches: readonly string[];
  /** Whether one of them, here or on the remote, contains the commit. */
  readonly isAllowed: boolean;
  /** The branch that has to be pushed with the tag, because no branch of the remote has the commit. */
  readonly toPush: { readonly name: string; readonly commit: ObjectId } | undefined;
}

/** Throws VERSION_INVALID, TAG_MOVED, HISTORY_SHALLOW. */
export async function readTagSituation(world: TagWorld, loaded: LoadedPolicy, asked: WantedTag): Promise<TagSituation> {
  const { version, commit } = asked;
  const name = releaseTagOf(version);
  const tags = await readProjectTags(world.git, loaded.policy, 'remote');
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
  const wanted = tag === undefined ? asked : withReasonsOf(tag, asked);
  const place = await findPlace(world, loaded, { wanted, tags });
  // Pushed with its branch, the commit is on the default branch a moment later.
  const head = place.toPush?.name === loaded.policy.git.branch ? commit : loaded.commit;
  const kind = await releaseKindOf(world.git, { version, commit, head });
  if (kind === undefined)
    throw new CutwaterError(
      'VERSION_INVALID',
      `Cannot tag ${quote(formatVersion(version))}: it is neither stable nor a release candidate`,
    );
  const standing = await readStanding(world, loaded, tags);
  return { wanted, kind, tags, standing, existing: tag && { tag, isPublic }, ...place };
}

/** Run again for a tag that was not pushed, nobody has to say again what it says. */
function withReasonsOf(tag: GitTag, asked: WantedTag): WantedTag {
  const parsed = parseTagObject(tag.raw ?? new Uint8Array());
  if (parsed.is === 'refused') return asked;
  const { message, signature } = parsed.value;
  const unsigned = signature === undefined ? trailerOf(message, trailerNames.unsigned) : undefined;
  return {
    ...asked,
    unsignedReason: asked.unsignedReason ?? unsigned,
    hotfixReason: asked.hotfixReason ?? trailerOf(message, trailerNames.hotfix),
  };
}

/** The branches of the remote first; one of this clone only where the remote lacks the commit. */
async function findPlace(
  world: TagWorld,
  { policy }: LoadedPolicy,
  { wanted, tags }: { readonly wanted: WantedTag; readonly tags: ProjectTags },
): Promise<Pick<TagSituation, 'branches' | 'isAllowed' | 'toPush'>> {
  const { commit, unsignedReason } = wanted;
  // Unsigned tags are released from the protected branch only.
  const branches = unsignedReason === undefined ? policy.git.releaseBranches : [policy.git.branch];
  if ((await findAllowedBranch(world.git, branches, commit)) !== undefined)
    return { branches, isAllowed: true, toPush: undefined };
  if (tags.remote === undefined) return { branches, isAllowed: false, toPush: undefined };
  const here = await world.tagWriter.branchesWith(commit);
  const name = here.find((branch) => branches.some((pattern) => matchesGlob(pattern, branch)));
  if (name === undefined) return { branches, isAllowed: false, toPush: undefined };
  return { branches, isAllowed: true, toPush: { name, commit } };
}
