import type { ImageTag } from '../domain/image-name.ts';
import { imageTag } from '../domain/image-name.ts';
import type { ObjectId } from '../domain/object-id.ts';
import type { TagName } from '../domain/tag-name.ts';
import type { Version } from '../domain/version.ts';
import { formatVersion, parseVersion } from '../domain/version.ts';

/** The name of a tag that decides something about releases. */
export type DecisionName = Exclude<TagName, { kind: 'release' }>;

/** What a tag in the registry is for, by its name. */
export type RegistryTag =
  | { readonly kind: 'version'; readonly version: Version }
  | { readonly kind: 'statement'; readonly version: Version }
  | { readonly kind: 'decision'; readonly name: DecisionName }
  | { readonly kind: 'other' };

/** `X.Y.Z`, `X.Y.Z-rc.N`. */
export function versionTag(version: Version): ImageTag {
  return imageTag(formatVersion(version));
}

/** `statement-X.Y.Z`: its being there is the commit point of a release. */
export function statementTag(version: Version): ImageTag {
  return imageTag(`statement-${formatVersion(version)}`);
}

/** `candidate-<release tag object id>`: pins the build of a release. */
export function candidateTag(releaseTag: ObjectId): ImageTag {
  return imageTag(`candidate-${releaseTag}`);
}

/** `sha-<commit>`, whole or its first twelve digits. */
export function shaTag(commit: ObjectId, form: 'full' | 'short'): ImageTag {
  return imageTag(`sha-${form === 'full' ? commit : commit.slice(0, 12)}`);
}

/**
 * `withdrawn-N-<object>-X.Y.Z`, `restored-N-<object>-X.Y.Z`, `checkpoint-N-<object>`: a raw tag object kept beside what it
 * speaks of. The first twelve digits of the object are in the name, so that nobody can occupy the place of another object.
 */
export function decisionTag(name: DecisionName, object: ObjectId): ImageTag {
  const id = object.slice(0, 12);
  if (name.kind === 'checkpoint') return imageTag(`checkpoint-${name.number}-${id}`);
  return imageTag(`${name.kind}-${name.number}-${id}-${formatVersion(name.version)}`);
}

export function readRegistryTag(tag: string): RegistryTag {
  const version = parseVersion(tag);
  if (version.is === 'ok') return { kind: 'version', version: version.value };
  if (tag.startsWith('statement-')) {
    const stated = parseVersion(tag.slice('statement-'.length));
    return stated.is === 'ok' ? { kind: 'statement', version: stated.value } : { kind: 'other' };
  }
  const match = /^(checkpoint|withdrawn|restored)-([1-9]\d{0,8})-[0-9a-f]{12}(?:-(.+))?$/.exec(tag);
  const [, kind, count, rest] = match ?? [];
  const number = Number(count);
  if (kind === 'checkpoint' && rest === undefined) return { kind: 'decision', name: { kind, number } };
  const spoken = parseVersion(rest ?? '');
  if ((kind === 'withdrawn' || kind === 'restored') && spoken.is === 'ok')
    return { kind: 'decision', name: { kind, number, version: spoken.value } };
  return { kind: 'other' };
}
