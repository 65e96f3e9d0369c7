import { CutwaterError } from '../../domain/error.ts';
import type { GitTag } from '../../domain/git-tag.ts';
import type { Parsed } from '../../domain/brand.ts';
import type { TagName } from '../../domain/tag-name.ts';
import { parseTagName } from '../../domain/tag-name.ts';
import type { DecisionName, EvidenceTagName } from '../../estate/registry-tags.ts';
import { contestedImageTags } from '../../estate/image-tag-claims.ts';
import { isIgnoredTag } from '../../policy/tag-pattern.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Git } from '../../ports/git.ts';

/** The tags of the project's own stream, sorted by what their names say. */
export interface ProjectTags {
  /** One entry per name; where clone and remote differ, release tags as the remote has them. */
  readonly decided: readonly DecidedTag[];
  /** Every object seen under a decision's name, in the clone or on the remote: a forged one must not hide a real one. */
  readonly decisions: readonly SeenDecision[];
  /** The same for evidence. */
  readonly evidence: readonly SeenEvidence[];
  /** Tags that are no decision of this project, with the reason. */
  readonly refused: readonly { readonly tag: GitTag; readonly reason: string }[];
  readonly ignored: number;
  /** Image tags that more than one git tag claims. */
  readonly contested: ReadonlyMap<string, readonly string[]>;
  /** Names whose object differs between this clone and the remote. */
  readonly moved: ReadonlyMap<string, { readonly local: GitTag; readonly remote: GitTag }>;
  /** Names the remote has; undefined where there is no remote, or it was not asked. */
  readonly remote: ReadonlySet<string> | undefined;
}

export interface DecidedTag {
  readonly tag: GitTag;
  readonly name: TagName;
}

export interface SeenDecision {
  readonly tag: GitTag;
  readonly name: DecisionName;
  /** False for an object that only this clone has although there is a remote. */
  readonly isPublic: boolean;
}

export interface SeenEvidence {
  readonly tag: GitTag;
  readonly name: EvidenceTagName;
  readonly isPublic: boolean;
}

/** Reads the tags of the remote and of this clone as a union; where both have a name, the remote's object counts. */
export async function readProjectTags(git: Git, policy: Policy, source: 'remote' | 'local'): Promise<ProjectTags> {
  const remote = source === 'remote' ? await git.fetchRemote() : undefined;
  return sortTags(await git.listTags(), remote, policy);
}

/** Asked before anything is made that was to be pushed. Throws USAGE. */
export function requireRemote({ remote }: ProjectTags, act: string): void {
  if (remote !== undefined) return;
  throw new CutwaterError('USAGE', `Cannot ${act}: the repository has no remote`, {
    hint: "Add one with 'git remote add origin URL', or leave out --push",
  });
}

/** The pure half of `readProjectTags`. */
export function sortTags(local: readonly GitTag[], remote: readonly GitTag[] | undefined, policy: Policy): ProjectTags {
  const all = new Map(local.map((tag) => [tag.name, tag]));
  const moved = new Map<string, { local: GitTag; remote: GitTag }>();
  for (const tag of remote ?? []) {
    const here = all.get(tag.name);
    if (here !== undefined && here.object !== tag.object) moved.set(tag.name, { local: here, remote: tag });
    all.set(tag.name, tag);
  }
  const patterns = policy.git.ignoreTags.map((pattern) => new RegExp(pattern, 'u'));
  const named = [...all.values()].map((tag) => ({ tag, name: parseTagName(tag.name) }));
  const parsed = named.filter(({ tag, name }) => isDecision(name) || !isIgnoredTag(tag.name, patterns));
  const decided = parsed.flatMap(({ tag, name }) => (name.is === 'ok' ? [{ tag, name: name.value }] : []));
  const seen = seenObjects(decided, moved, remote);
  return {
    decided,
    decisions: seen.flatMap(({ tag, name, isPublic }) =>
      name.kind === 'release' || name.kind === 'evidence' ? [] : [{ tag, name, isPublic }],
    ),
    evidence: seen.flatMap(({ tag, name, isPublic }) => (name.kind === 'evidence' ? [{ tag, name, isPublic }] : [])),
    refused: parsed.flatMap(({ tag, name }) => (name.is === 'refused' ? [{ tag, reason: name.reason }] : [])),
    ignored: all.size - parsed.length,
    contested: contestedImageTags(parsed.map(({ tag }) => tag.name)),
    moved,
    remote: remote && new Set(remote.map(({ name }) => name)),
  };
}

/** Every object seen under each name, in the clone or on the remote. */
function seenObjects(
  decided: readonly DecidedTag[],
  moved: ProjectTags['moved'],
  remote: readonly GitTag[] | undefined,
): readonly (DecidedTag & { readonly isPublic: boolean })[] {
  const published = new Set(remote?.map(({ object }) => object));
  return decided.flatMap(({ tag, name }) => {
    const objects = [tag, ...(moved.has(tag.name) ? [moved.get(tag.name)?.local ?? tag] : [])];
    return objects.map((object) => ({
      tag: object,
      name,
      isPublic: remote === undefined || published.has(object.object),
    }));
  });
}

/** What maintainers decided is never another stream's, whatever a pattern says. */
function isDecision(name: Parsed<TagName>): boolean {
  return name.is === 'ok' && name.value.kind !== 'release';
}
