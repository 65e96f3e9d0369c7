import type { Parsed } from './brand.ts';
import { accept, refuse } from './brand.ts';
import { digestOf, isDigest } from './digest.ts';
import type { Descriptor, Manifest } from './oci.ts';
import { emptyConfigBytes, isIndexType, mediaTypes } from './oci.ts';
import type { Platform } from './platform.ts';
import { canonicalPlatform, formatPlatform } from './platform.ts';

export interface ImageIndex {
  readonly manifests: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ImageManifest {
  readonly artifactType: string | undefined;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly subject: Descriptor | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Reads an OCI index or Docker manifest list (image-spec, image-index.md). */
export function parseIndex(manifest: Manifest): Parsed<ImageIndex> {
  if (!isIndexType(manifest.mediaType)) return refuse(`is a ${manifest.mediaType}, an image index is wanted`);
  const json = parseJson(manifest.bytes);
  if (!isRecord(json) || !Array.isArray(json['manifests'])) return refuse('has no list "manifests"');
  const manifests = readDescriptors(json['manifests']);
  if (manifests === undefined) return refuse('has a malformed descriptor in "manifests"');
  return accept({ manifests, annotations: readAnnotations(json['annotations']) });
}

/** Reads an OCI or Docker image manifest, artifacts included (image-spec, manifest.md). */
export function parseImageManifest(manifest: Manifest): Parsed<ImageManifest> {
  if (isIndexType(manifest.mediaType)) return refuse('is an image index, an image manifest is wanted');
  const json = parseJson(manifest.bytes);
  if (!isRecord(json)) return refuse('is no JSON object');
  const config = readDescriptor(json['config']);
  const layers = Array.isArray(json['layers']) ? readDescriptors(json['layers']) : undefined;
  if (config === undefined || layers === undefined) return refuse('has no valid "config" and "layers"');
  const subject = json['subject'] === undefined ? undefined : readDescriptor(json['subject']);
  if (json['subject'] !== undefined && subject === undefined) return refuse('has a malformed "subject"');
  const artifactType = typeof json['artifactType'] === 'string' ? json['artifactType'] : undefined;
  return accept({ artifactType, config, layers, subject, annotations: readAnnotations(json['annotations']) });
}

/** The manifest that this one refers to (image-spec, manifest.md and image-index.md, `subject`), where it names one. */
export function subjectOf(manifest: Manifest): Descriptor | undefined {
  const json = parseJson(manifest.bytes);
  return isRecord(json) ? readDescriptor(json['subject']) : undefined;
}

/** The platforms an index offers, attestation entries (`unknown/unknown`) left out. */
export function platformsOf(
  index: ImageIndex,
): readonly { readonly platform: string; readonly descriptor: Descriptor }[] {
  return index.manifests.flatMap((descriptor) =>
    descriptor.platform === undefined || descriptor.platform.os === 'unknown'
      ? []
      : [{ platform: platformName(descriptor.platform), descriptor }],
  );
}

/** An artifact manifest that refers to a subject (image-spec, manifest.md, "Guidelines for Artifact Usage"). */
export function makeArtifact(artifact: {
  readonly artifactType: string;
  readonly layers: readonly Descriptor[];
  readonly subject: Descriptor | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}): Manifest {
  const { artifactType, layers, subject, annotations } = artifact;
  const config = { mediaType: mediaTypes.ociEmpty, digest: digestOf(emptyConfigBytes), size: emptyConfigBytes.length };
  const json = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    artifactType,
    config,
    layers: layers.map(bare),
    ...(subject === undefined ? {} : { subject: bare(subject) }),
    annotations,
  };
  const bytes = new TextEncoder().encode(JSON.stringify(json));
  return { mediaType: mediaTypes.ociManifest, digest: digestOf(bytes), bytes };
}

function bare({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size };
}

/** The name by which platforms are compared. */
export function platformName(platform: Platform): string {
  return formatPlatform(canonicalPlatform(platform));
}

function readDescriptors(values: readonly unknown[]): readonly Descriptor[] | undefined {
  const descriptors = values.map(readDescriptor);
  return descriptors.every((descriptor) => descriptor !== undefined) ? descriptors : undefined;
}

function readDescriptor(value: unknown): Descriptor | undefined {
  if (!isRecord(value)) return undefined;
  const { mediaType, digest, size, artifactType } = value;
  if (typeof mediaType !== 'string' || !isDigest(digest)) return undefined;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return undefined;
  const platform = readPlatform(value['platform']);
  return {
    mediaType,
    digest,
    size,
    ...(platform === undefined ? {} : { platform }),
    ...(typeof artifactType === 'string' ? { artifactType } : {}),
    ...(value['annotations'] === undefined ? {} : { annotations: readAnnotations(value['annotations']) }),
  };
}

function readPlatform(value: unknown): Platform | undefined {
  if (!isRecord(value)) return undefined;
  const { os, architecture, variant } = value;
  if (typeof os !== 'string' || typeof architecture !== 'string') return undefined;
  return typeof variant === 'string' ? { os, architecture, variant } : { os, architecture };
}

function readAnnotations(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
