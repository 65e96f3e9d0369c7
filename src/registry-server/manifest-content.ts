import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';
import { isIndexType, manifestTypes } from '../domain/oci.ts';
import { quote } from '../domain/quote.ts';
import type { ContentDigest } from './content-digest.ts';
import { isContentDigest } from './content-digest.ts';
import type { JsonObject } from './json-object.ts';
import { isJsonObject, isStringRecord, parseJsonObject } from './json-object.ts';

/** What a manifest names and must find in the repository. */
export interface ManifestLink {
  readonly mediaType: string;
  readonly digest: ContentDigest;
  readonly size: number;
  /** False for layers that may not be distributed: they are never uploaded. */
  readonly required: boolean;
}

/** What the registry has to know of a manifest (image-spec: manifest.md, image-index.md). The bytes stay as they are. */
export interface ManifestContent {
  readonly mediaType: string;
  /** Config and layers, or the manifests of an index; without the subject, which need not exist. */
  readonly links: readonly ManifestLink[];
  readonly subject: ContentDigest | undefined;
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

/** Reads a manifest. `contentType` is what it was or is stored as; its parameters are ignored. */
export function parseManifest(bytes: Uint8Array, contentType: string | undefined): Parsed<ManifestContent> {
  const json = parseJsonObject(bytes);
  if (json === undefined) return refuse('is not a JSON object in UTF-8');
  const declared = contentType?.split(';')[0]?.trim();
  const { mediaType: field = declared } = json;
  const mediaType = declared ?? field;
  if (typeof mediaType !== 'string') return refuse('has neither a content type nor a mediaType field');
  if (field !== mediaType)
    return refuse(`has a mediaType field that differs from its content type ${quote(mediaType)}`);
  if (!manifestTypes.includes(mediaType)) return refuse(`has the type ${quote(mediaType)}, which is no manifest`);
  if (json['schemaVersion'] !== 2) return refuse('has no schemaVersion 2');
  return isIndexType(mediaType) ? readIndex(json, mediaType) : readImage(json, mediaType);
}

// A document that can be read both ways is refused: clients disagree on what it is (CVE-2021-41190).
function readIndex(json: JsonObject, mediaType: string): Parsed<ManifestContent> {
  if (json['config'] !== undefined || json['layers'] !== undefined) return refuse('is an index with config or layers');
  const links = readLinks(json['manifests'], 'manifests');
  if (links.is === 'refused') return links;
  return withCommonFields(json, { mediaType, links: links.value, implied: undefined });
}

function readImage(json: JsonObject, mediaType: string): Parsed<ManifestContent> {
  if (json['manifests'] !== undefined) return refuse('is an image manifest with manifests');
  const config = readLink(json['config']);
  if (config === undefined) return refuse('has no valid config descriptor');
  const layers = readLinks(json['layers'], 'layers');
  if (layers.is === 'refused') return layers;
  return withCommonFields(json, { mediaType, links: [config, ...layers.value], implied: config.mediaType });
}

function withCommonFields(
  json: JsonObject,
  known: { readonly mediaType: string; readonly links: readonly ManifestLink[]; readonly implied: string | undefined },
): Parsed<ManifestContent> {
  const { subject, artifactType, annotations } = json;
  const target = isPresent(subject) ? readLink(subject) : undefined;
  if (isPresent(subject) && target === undefined) return refuse('has a subject that is no valid descriptor');
  if (isPresent(artifactType) && typeof artifactType !== 'string')
    return refuse('has an artifactType that is no string');
  if (isPresent(annotations) && !isStringRecord(annotations)) return refuse('has annotations that are not all strings');
  const { mediaType, links, implied } = known;
  return accept({
    mediaType,
    links,
    subject: target?.digest,
    artifactType: typeof artifactType === 'string' && artifactType !== '' ? artifactType : implied,
    annotations: isStringRecord(annotations) ? annotations : undefined,
  });
}

function readLinks(value: unknown, field: string): Parsed<readonly ManifestLink[]> {
  if (!isPresent(value)) return accept([]);
  if (!Array.isArray(value)) return refuse(`has ${field} that are no list`);
  const links = value.map(readLink);
  const whole = links.filter((link) => link !== undefined);
  return whole.length === links.length ? accept(whole) : refuse(`has a descriptor in ${field} that is not valid`);
}

function readLink(value: unknown): ManifestLink | undefined {
  if (!isJsonObject(value)) return undefined;
  const { mediaType, digest, size } = value;
  if (typeof mediaType !== 'string' || mediaType === '' || !isContentDigest(digest)) return undefined;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return undefined;
  return { mediaType, digest, size, required: !/\.(?:layer\.nondistributable|rootfs\.foreign)\./.test(mediaType) };
}

// Some programs write `null` for an empty list or an absent member.
function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}
