import type { Digest } from '../../domain/digest.ts';
import { hexOf, isDigest } from '../../domain/digest.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import { imageTag } from '../../domain/image-name.ts';
import type { Descriptor, Manifest } from '../../domain/oci.ts';
import { mediaTypes } from '../../domain/oci.ts';
import type { JsonObject } from './json-object.ts';
import { isJsonObject, parseJsonObject, textMember } from './json-object.ts';

/** `sha256-<hex>` (OCI distribution-spec, "Referrers Tag Schema"). */
export function referrersTag(subject: Digest): ImageTag {
  return imageTag(`sha256-${hexOf(subject)}`);
}

/** The entries of an image index as they are, or undefined where the bytes are none. */
export function readEntries(bytes: Uint8Array): readonly JsonObject[] | undefined {
  const index = parseJsonObject(bytes);
  const manifests = index?.['manifests'];
  if (index === undefined || !Array.isArray(manifests)) return undefined;
  const mediaType = textMember(index, 'mediaType');
  if (mediaType !== undefined && mediaType !== mediaTypes.ociIndex) return undefined;
  return manifests.filter(isJsonObject);
}

/** What can be used of the entries: others may have any digest algorithm, which are hints for other clients. */
export function toDescriptors(entries: readonly JsonObject[], subject: Digest): readonly Descriptor[] {
  const byDigest = new Map<Digest, Descriptor>();
  for (const entry of entries) {
    const descriptor = toDescriptor(entry);
    if (descriptor !== undefined && descriptor.digest !== subject) byDigest.set(descriptor.digest, descriptor);
  }
  return [...byDigest.values()];
}

/**
 * The entry for a manifest with a subject: `artifactType` (or the config's type) and all annotations are copied out of
 * the manifest, since clients choose by them.
 */
export function toEntry(manifest: Manifest, descriptor: Descriptor): JsonObject {
  const content = parseJsonObject(manifest.bytes) ?? {};
  const config = content['config'];
  const artifactType =
    textMember(content, 'artifactType') ??
    (isJsonObject(config) ? textMember(config, 'mediaType') : undefined) ??
    descriptor.artifactType;
  const annotations = readAnnotations(content['annotations']) ?? descriptor.annotations;
  return {
    mediaType: manifest.mediaType,
    digest: manifest.digest,
    size: manifest.bytes.length,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

/** The digest that a manifest names as its subject. */
export function subjectOf(manifest: Manifest): unknown {
  const subject = parseJsonObject(manifest.bytes)?.['subject'];
  return isJsonObject(subject) ? subject['digest'] : undefined;
}

/** All entries, each digest once, the earlier one kept. */
export function mergeEntries(...lists: readonly (readonly JsonObject[])[]): readonly JsonObject[] {
  const byDigest = new Map<unknown, JsonObject>();
  for (const entry of lists.flat()) if (!byDigest.has(entry['digest'])) byDigest.set(entry['digest'], entry);
  return [...byDigest.values()];
}

export function hasAll(entries: readonly JsonObject[], wanted: readonly JsonObject[]): boolean {
  const digests = new Set(entries.map((entry) => entry['digest']));
  return wanted.every((entry) => digests.has(entry['digest']));
}

export function formatIndex(entries: readonly JsonObject[]): Uint8Array {
  return new TextEncoder().encode(
    JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: entries }),
  );
}

function toDescriptor(entry: JsonObject): Descriptor | undefined {
  const mediaType = textMember(entry, 'mediaType');
  const { digest, size } = entry;
  if (
    mediaType === undefined ||
    !isDigest(digest) ||
    typeof size !== 'number' ||
    !Number.isSafeInteger(size) ||
    size < 0
  )
    return undefined;
  const artifactType = textMember(entry, 'artifactType');
  const annotations = readAnnotations(entry['annotations']);
  return {
    mediaType,
    digest,
    size,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

function readAnnotations(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isJsonObject(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
