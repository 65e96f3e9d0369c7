import type { ImageTag } from '../domain/image-name.ts';
import { imageTag } from '../domain/image-name.ts';
import type { ObjectId } from '../domain/object-id.ts';
import { isObjectId } from '../domain/object-id.ts';
import type { Platform } from '../domain/platform.ts';
import { formatPlatform, parsePlatform } from '../domain/platform.ts';
import type { TagName } from '../domain/tag-name.ts';
import { parseTagName } from '../domain/tag-name.ts';
import type { Version } from '../domain/version.ts';
import { formatVersion, parseVersion } from '../domain/version.ts';

/** The name of a tag that decides something about releases. */
export type DecisionName = Exclude<TagName, { kind: 'release' | 'evidence' }>;

/** The name of a tag that says how a release was validated. */
export type EvidenceTagName = Extract<TagName, { kind: 'evidence' }>;

/** What a tag in the registry is for, by its name. */
export type RegistryTag =
  | { readonly kind: 'version'; readonly version: Version }
  | { readonly kind: 'statement'; readonly version: Version }
  | { readonly kind: 'decision'; readonly name: DecisionName }
  | { readonly kind: 'evidence'; readonly name: EvidenceTagName }
  /** `latest`, `X` or `X.Y`. */
  | { readonly kind: 'alias' }
  | { readonly kind: 'edge' }
  /** `date` is `YYYY-MM-DD`, a day in UTC. */
  | { readonly kind: 'nightly'; readonly date: string }
  /** A commit, whole or by its first digits (seven at least: other tools write such tags too). */
  | { readonly kind: 'sha'; readonly commit: string }
  /** The pin of a release's build: of its image, or of its signed statement. */
  | { readonly kind: 'candidate'; readonly release: ObjectId; readonly of: 'image' | 'statement' }
  | { readonly kind: 'part'; readonly of: PartSource; readonly platform: Platform }
  | { readonly kind: 'other' };

/** What one platform was built for by a job of its own: a release tag, or a commit of the default branch. */
export type PartSource =
  { readonly kind: 'release'; readonly object: ObjectId } | { readonly kind: 'commit'; readonly commit: ObjectId };

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

/**
 * `candidate-<release tag object id>.linux-arm64`, `sha-<commit>.linux-arm64`: a part. No name of a system, architecture or
 * variant holds a `-`.
 */
export function partTag(of: PartSource, platform: Platform): ImageTag {
  const whole = of.kind === 'release' ? candidateTag(of.object) : shaTag(of.commit, 'full');
  return imageTag(`${whole}.${formatPlatform(platform).replaceAll('/', '-')}`);
}

/** The image tag of the newest build of the default branch. */
export const edgeTag: ImageTag = imageTag('edge');

/** `nightly-YYYY-MM-DD`: of the day (UTC) that a moment in Unix seconds is in. */
export function nightlyTag(now: number): ImageTag {
  return imageTag(`nightly-${new Date(now * 1000).toISOString().slice(0, 10)}`);
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

/** `evidence-N-<object>_<name>_X.Y.Z`: as `decisionTag`; neither names nor versions hold a `_`. */
export function evidenceTag({ evidence, version, number }: EvidenceTagName, object: ObjectId): ImageTag {
  return imageTag(`evidence-${number}-${object.slice(0, 12)}_${evidence}_${formatVersion(version)}`);
}

export function readRegistryTag(tag: string): RegistryTag {
  const version = parseVersion(tag);
  if (version.is === 'ok') return { kind: 'version', version: version.value };
  if (tag === 'latest' || /^(?:0|[1-9]\d{0,8})(?:\.(?:0|[1-9]\d{0,8}))?$/.test(tag)) return { kind: 'alias' };
  if (tag === edgeTag) return { kind: 'edge' };
  const [prefix, rest = ''] = splitOnce(tag, '-');
  switch (prefix) {
    case 'statement': {
      const stated = parseVersion(rest);
      return stated.is === 'ok' ? { kind: 'statement', version: stated.value } : { kind: 'other' };
    }
    case 'nightly':
      return isDate(rest) ? { kind: 'nightly', date: rest } : { kind: 'other' };
    case 'sha':
      return /^[0-9a-f]{7,64}$/.test(rest) ? { kind: 'sha', commit: rest } : readShaPart(rest);
    case 'candidate':
      return readCandidate(rest);
    case 'checkpoint':
    case 'withdrawn':
    case 'restored':
      return readDecision(prefix, rest);
    case 'evidence':
      return readEvidence(rest);
    default:
      return { kind: 'other' };
  }
}

function readCandidate(rest: string): RegistryTag {
  const [release, what] = splitOnce(rest, '.');
  if (!isObjectId(release)) return { kind: 'other' };
  if (what === undefined || what === 'statement') return { kind: 'candidate', release, of: what ?? 'image' };
  return readPart({ kind: 'release', object: release }, what);
}

function readShaPart(rest: string): RegistryTag {
  const [commit, what] = splitOnce(rest, '.');
  return isObjectId(commit) && what !== undefined ? readPart({ kind: 'commit', commit }, what) : { kind: 'other' };
}

function readPart(of: PartSource, text: string): RegistryTag {
  const platform = parsePlatform(text.replaceAll('-', '/'));
  return platform.is === 'ok' && !text.includes('/')
    ? { kind: 'part', of, platform: platform.value }
    : { kind: 'other' };
}

function readDecision(kind: DecisionName['kind'], rest: string): RegistryTag {
  const [, count, spoken] = /^([1-9]\d{0,8})-[0-9a-f]{12}(?:-(.+))?$/.exec(rest) ?? [];
  if (count === undefined) return { kind: 'other' };
  const number = Number(count);
  if (kind === 'checkpoint')
    return spoken === undefined ? { kind: 'decision', name: { kind, number } } : { kind: 'other' };
  const version = parseVersion(spoken ?? '');
  return version.is === 'ok' ? { kind: 'decision', name: { kind, number, version: version.value } } : { kind: 'other' };
}

function readEvidence(rest: string): RegistryTag {
  const [, number = '', evidence = '', version = ''] = /^(\d+)-[0-9a-f]{12}_([^_]+)_([^_]+)$/.exec(rest) ?? [];
  const name = parseTagName(`evidence/${evidence}/v${version}/${number}`);
  return name.is === 'ok' && name.value.kind === 'evidence'
    ? { kind: 'evidence', name: name.value }
    : { kind: 'other' };
}

function splitOnce(text: string, by: string): readonly [string, string | undefined] {
  const at = text.indexOf(by);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  // Of 30 February, JavaScript makes a day in March.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
