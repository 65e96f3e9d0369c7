import type { ImageTag } from '../domain/image-name.ts';
import { isImageTag } from '../domain/image-name.ts';
import { mediaTypes } from '../domain/oci.ts';
import type { ContentDigest } from './content-digest.ts';
import { isContentDigest } from './content-digest.ts';
import type { JsonObject } from './json-object.ts';
import { isJsonObject, parseJsonObject } from './json-object.ts';

/** One descriptor of `index.json`. A manifest with several tags has several entries, one without tags has one. */
export interface LayoutEntry {
  readonly mediaType: string;
  readonly digest: ContentDigest;
  readonly size: number;
  readonly tag: ImageTag | undefined;
  /** The subject, `none`, or undefined where whoever wrote the entry did not say and the manifest must be read. */
  readonly subject: ContentDigest | 'none' | undefined;
  /** As it stands in the file, with what other programs wrote there. */
  readonly json: JsonObject;
  /** The same as text: an index of ten thousand tags is written often and each time changes in one. */
  readonly text: string;
}

/** The content of a layout's `index.json` (image-spec, image-layout.md). Never changed in place. */
export interface LayoutIndex {
  readonly entries: readonly LayoutEntry[];
  readonly byTag: ReadonlyMap<ImageTag, LayoutEntry>;
  readonly byDigest: ReadonlyMap<ContentDigest, LayoutEntry>;
  /** Entries this registry cannot serve, such as those of another digest algorithm; kept as they are. */
  readonly foreign: readonly unknown[];
  /** The other members of the file. */
  readonly json: JsonObject;
  /** Every tag in byte order ("ASCIIbetical", distribution-spec, "Listing Tags"); sorted once. */
  sortedTags(): readonly ImageTag[];
}

export interface NewManifest {
  readonly mediaType: string;
  readonly digest: ContentDigest;
  readonly size: number;
  readonly subject: ContentDigest | undefined;
}

/** Annotation of image-spec, annotations.md: the tag of an entry. */
const tagAnnotation = 'org.opencontainers.image.ref.name';
/** Our own: which manifest an entry refers to, so that referrers are found without reading every manifest. */
const subjectAnnotation = 'dev.cutwater.subject';

export const emptyLayoutIndex: LayoutIndex = toIndex({ schemaVersion: 2, mediaType: mediaTypes.ociIndex }, [], []);

/** Undefined where the bytes are no index: then the file is damaged. */
export function parseLayoutIndex(bytes: Uint8Array): LayoutIndex | undefined {
  const json = parseJsonObject(bytes);
  if (json === undefined) return undefined;
  const { manifests = [], ...members } = json;
  if (!Array.isArray(manifests)) return undefined;
  const items: readonly unknown[] = manifests;
  const entries: LayoutEntry[] = [];
  const foreign: unknown[] = [];
  for (const item of items) {
    const entry = readEntry(item);
    if (entry === undefined) foreign.push(item);
    else entries.push(entry);
  }
  return toIndex(members, entries, foreign);
}

export function formatLayoutIndex(index: LayoutIndex): string {
  const manifests = [...index.entries.map((entry) => entry.text), ...index.foreign.map((item) => JSON.stringify(item))];
  const members = Object.entries(index.json).map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return `{${[...members, `"manifests":[${manifests.join(',')}]`].join(',')}}\n`;
}

/** Adds a manifest and points the tags at it. What loses its last tag stays, without one. */
export function withManifest(index: LayoutIndex, manifest: NewManifest, tags: readonly ImageTag[]): LayoutIndex {
  const moving = tags.filter((tag) => index.byTag.get(tag)?.digest !== manifest.digest);
  if (moving.length === 0 && index.byDigest.has(manifest.digest)) return index;
  const base = untag(index.entries, new Set(moving));
  const kept = moving.length === 0 ? base : base.filter((entry) => entry.digest !== manifest.digest || isNamed(entry));
  const targets = moving.length === 0 ? [undefined] : moving;
  return toIndex(index.json, [...kept, ...targets.map((tag) => toEntry(manifest, tag))], index.foreign);
}

/** Takes a tag away; its manifest stays. */
export function withoutTag(index: LayoutIndex, tag: ImageTag): LayoutIndex {
  return toIndex(index.json, untag(index.entries, new Set([tag])), index.foreign);
}

/** Takes a manifest away with all its tags. */
export function withoutManifest(index: LayoutIndex, digest: ContentDigest): LayoutIndex {
  return withoutManifests(index, new Set([digest]));
}

export function withoutManifests(index: LayoutIndex, digests: ReadonlySet<ContentDigest>): LayoutIndex {
  const entries = index.entries.filter((entry) => !digests.has(entry.digest));
  return toIndex(index.json, entries, index.foreign);
}

function untag(entries: readonly LayoutEntry[], tags: ReadonlySet<ImageTag>): readonly LayoutEntry[] {
  const isTaken = (entry: LayoutEntry): boolean => entry.tag !== undefined && tags.has(entry.tag);
  const present = new Set(entries.filter((entry) => !isTaken(entry)).map((entry) => entry.digest));
  const result: LayoutEntry[] = [];
  for (const entry of entries) {
    if (!isTaken(entry)) result.push(entry);
    else if (!present.has(entry.digest)) {
      present.add(entry.digest);
      result.push(withoutName(entry));
    }
  }
  return result;
}

function withoutName(entry: LayoutEntry): LayoutEntry {
  const annotations = { ...annotationsOf(entry.json) };
  delete annotations[tagAnnotation];
  const json = { ...entry.json, annotations };
  return { ...entry, tag: undefined, json, text: JSON.stringify(json) };
}

/** Other programs put names there that are no tags; such an entry is theirs. */
export function isNamed(entry: LayoutEntry): boolean {
  return annotationsOf(entry.json)[tagAnnotation] !== undefined;
}

function toEntry(manifest: NewManifest, tag: ImageTag | undefined): LayoutEntry {
  const { mediaType, digest, size } = manifest;
  const subject = manifest.subject ?? 'none';
  const annotations = { ...(tag === undefined ? {} : { [tagAnnotation]: tag }), [subjectAnnotation]: subject };
  const json = { mediaType, digest, size, annotations };
  return { mediaType, digest, size, tag, subject, json, text: JSON.stringify(json) };
}

function toIndex(json: JsonObject, entries: readonly LayoutEntry[], foreign: readonly unknown[]): LayoutIndex {
  const byTag = new Map<ImageTag, LayoutEntry>();
  const byDigest = new Map<ContentDigest, LayoutEntry>();
  for (const entry of entries) {
    if (entry.tag !== undefined && !byTag.has(entry.tag)) byTag.set(entry.tag, entry);
    if (!byDigest.has(entry.digest)) byDigest.set(entry.digest, entry);
  }
  let sorted: readonly ImageTag[] | undefined;
  return { entries, byTag, byDigest, foreign, json, sortedTags: () => (sorted ??= [...byTag.keys()].sort()) };
}

function readEntry(json: unknown): LayoutEntry | undefined {
  if (!isJsonObject(json)) return undefined;
  const { mediaType, digest, size } = json;
  if (typeof mediaType !== 'string' || !isContentDigest(digest) || typeof size !== 'number') return undefined;
  const { [tagAnnotation]: name, [subjectAnnotation]: subject } = annotationsOf(json);
  return {
    mediaType,
    digest,
    size,
    tag: typeof name === 'string' && isImageTag(name) ? name : undefined,
    subject: subject === 'none' || isContentDigest(subject) ? subject : undefined,
    json,
    text: JSON.stringify(json),
  };
}

function annotationsOf(json: JsonObject): JsonObject {
  return isJsonObject(json['annotations']) ? json['annotations'] : {};
}
