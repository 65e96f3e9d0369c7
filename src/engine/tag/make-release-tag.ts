import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import type { GitTag } from '../../domain/git-tag.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import type { Trailer } from '../../domain/release-message.ts';
import { formatReleaseMessage, releaseTitle, trailerNames } from '../../domain/release-message.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import { parseTagObject } from '../../domain/tag-object.ts';
import type { Version } from '../../domain/version.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { findLostFixes } from '../hotfix/merge-backs.ts';
import { judgeReleaseTag } from '../facts/read-record.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import { requireRemote } from '../facts/read-tags.ts';
import type { ReleaseKind } from '../facts/release-class.ts';
import { requireSameTag } from './same-tag.ts';
import { findOriginProblems } from './tag-origin.ts';
import { requireRightClock } from './tag-clock.ts';
import type { TagSituation } from './tag-situation.ts';
import { findTagProblems } from './tag-problems.ts';
import { readTagSituation } from './tag-situation.ts';
import type { TagWorld } from '../world.ts';

export interface ReleaseTagRequest {
  readonly version: Version;
  readonly commit: ObjectId;
  /** Free text below the title that the process gives the tag. */
  readonly text: string | undefined;
  /** Further lines at the end of the message, for programs. */
  readonly trailers: readonly Trailer[];
  /** Makes an unsigned tag, for a release candidate where the policy allows it. One line. */
  readonly unsignedReason: string | undefined;
  /** Why a hotfix is larger than the policy wants, or outside of its paths. One line. */
  readonly hotfixReason?: string | undefined;
  readonly push: boolean;
  /** What the caller found against it; told together with the rest, and then nothing is made, kept or pushed. */
  readonly objections?: readonly CutwaterError[];
}

export interface ReleaseTagMade {
  readonly tag: string;
  readonly object: ObjectId;
  readonly commit: ObjectId;
  readonly kind: ReleaseKind;
  /** `kept`: the same tag was there already. */
  readonly is: 'made' | 'kept';
  /** Where the tag is now besides this clone; `nowhere` also where there is no remote. */
  readonly remote: 'pushed' | 'there' | 'nowhere';
  /** The branch that was or has to be pushed with it, because its commit is only here. */
  readonly branch: string | undefined;
}

/**
 * Makes the annotated, signed tag that decides a release, once nothing a maintainer can check beforehand stands against it.
 * The tag object is judged as every release will judge it before it gets its name, so no tag is left behind that would be
 * refused later. Made already and the same: kept, and pushed where only the push was missing. Throws the one problem there
 * is, or TAG_REFUSED with all of them.
 */
export async function makeReleaseTag(
  world: TagWorld,
  loaded: LoadedPolicy,
  request: ReleaseTagRequest,
): Promise<ReleaseTagMade> {
  try {
    return await makeOrKeep(world, loaded, request);
  } catch (error) {
    // Another run in this clone may have made it a moment ago: then it is there now, and judged as such.
    if (!isCutwaterError(error, 'TAG_EXISTS')) throw error;
    return makeOrKeep(world, loaded, request);
  }
}

async function makeOrKeep(world: TagWorld, loaded: LoadedPolicy, request: ReleaseTagRequest): Promise<ReleaseTagMade> {
  const situation = await readTagSituation(world, loaded, request);
  const { existing, kind } = situation;
  if (request.push) requireRemote(situation.tags, `push ${releaseTagOf(request.version)}`);
  const message = messageFor(kind, request);
  if (request.hotfixReason !== undefined && kind !== 'hotfix')
    throw new CutwaterError(
      'USAGE',
      `Cannot tag ${releaseTagOf(request.version)}: a reason is given, but its commit is on the default branch, so it is no hotfix`,
      { hint: 'Leave out --reason' },
    );
  if (existing !== undefined) {
    const { commit, text } = request;
    const isUnsigned = situation.wanted.unsignedReason !== undefined;
    const wanted = { commit, text, trailers: trailersOf(request), isUnsigned };
    await requireSameTag(world, loaded, { ...existing, wanted });
    if (existing.isPublic) {
      refuseTag(releaseTagOf(request.version), request.objections ?? []);
      return made(request, situation, { tag: existing.tag, is: 'kept', remote: 'there' });
    }
  }
  refuseTag(releaseTagOf(request.version), [
    ...(request.objections ?? []),
    ...(await findTagProblems(world, loaded, situation)),
    ...(await findOriginProblems(world, loaded, {
      wanted: request,
      message: existing === undefined ? message : messageOf(existing.tag),
      tags: situation.tags,
    })),
  ]);
  await warnOfLostFixes(world, loaded, situation);
  const tag = existing?.tag ?? (await writeTag(world, loaded, { request, message, tags: situation.tags }));
  if (request.push) await world.tagWriter.push({ tag, branch: situation.toPush });
  const remote = request.push ? 'pushed' : 'nowhere';
  return made(request, situation, { tag, is: existing === undefined ? 'made' : 'kept', remote });
}

/** Said, and no more: whether a fix has come another way only a person can know. */
async function warnOfLostFixes(world: TagWorld, loaded: LoadedPolicy, situation: TagSituation): Promise<void> {
  const { version, commit } = situation.wanted;
  for (const lost of await findLostFixes(world, loaded, { ...situation, version, commit }))
    world.report({
      type: 'note',
      level: 'warning',
      text: `${releaseTagOf(version)} will not have what ${lost.version} mended: ${lost.missing} of its commits are not in ${commit.slice(0, 12)}; 'cutwater hotfix finish ${lost.version}' brings them to ${loaded.policy.git.branch}`,
    });
}

function messageOf({ raw }: GitTag): string {
  const parsed = parseTagObject(raw ?? new Uint8Array());
  return parsed.is === 'ok' ? parsed.value.message : '';
}

async function writeTag(
  world: TagWorld,
  loaded: LoadedPolicy,
  {
    request,
    message,
    tags,
  }: { readonly request: ReleaseTagRequest; readonly message: string; readonly tags: ProjectTags },
): Promise<GitTag> {
  const name = releaseTagOf(request.version);
  const signed = request.unsignedReason === undefined;
  const tag = await world.tagWriter.writeObject({ name, target: request.commit, message, signed });
  const verdict = await judgeReleaseTag(world, loaded, tag);
  if (verdict.is === 'rejected')
    throw new CutwaterError('TAG_REJECTED', `Cannot tag ${name}: ${verdict.reason}; no tag was made`, {
      hint: "Run 'cutwater doctor' to see which key may sign here",
    });
  await requireRightClock(world, { tag, tags });
  await world.tagWriter.nameTag(tag);
  return tag;
}

function messageFor(kind: ReleaseKind, request: ReleaseTagRequest): string {
  const title = releaseTitle(request.version, kind);
  const message = formatReleaseMessage({ title, text: request.text ?? '', trailers: trailersOf(request) });
  if (message.is === 'ok') return message.value;
  throw new CutwaterError(
    'INPUT_INVALID',
    `Cannot tag ${releaseTagOf(request.version)}: the message ${message.reason}`,
    { hint: 'Write it otherwise' },
  );
}

function trailersOf({ trailers, unsignedReason, hotfixReason }: ReleaseTagRequest): readonly Trailer[] {
  return [
    ...trailers,
    ...(unsignedReason === undefined ? [] : [{ name: trailerNames.unsigned, value: unsignedReason }]),
    ...(hotfixReason === undefined ? [] : [{ name: trailerNames.hotfix, value: hotfixReason }]),
  ];
}

/** Throws the one problem there is, or TAG_REFUSED with all of them, each said once. */
export function refuseTag(name: string, found: readonly CutwaterError[]): void {
  const problems = [...new Map(found.map((problem) => [problem.message, problem])).values()];
  const [first, ...more] = problems;
  if (first === undefined) return;
  if (more.length === 0) throw first;
  throw new CutwaterError('TAG_REFUSED', `Cannot tag ${name}: ${problems.length} things stand against it`, {
    details: problems.flatMap(({ message, hint, details }) => [message, ...details, `  ${hint}`]),
  });
}

function made(
  { commit }: ReleaseTagRequest,
  { kind, toPush }: TagSituation,
  { tag, is, remote }: { readonly tag: GitTag } & Pick<ReleaseTagMade, 'is' | 'remote'>,
): ReleaseTagMade {
  const branch = remote === 'there' ? undefined : toPush?.name;
  return { tag: tag.name, object: tag.object, commit, kind, is, remote, branch };
}
