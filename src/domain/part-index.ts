import type { Parsed } from './brand.ts';
import { accept, refuse } from './brand.ts';
import { canonicalJson } from './canonical-json.ts';
import { digestOf } from './digest.ts';
import { parseImageConfig } from './image-config.ts';
import type { ImageManifest } from './oci-manifest.ts';
import { parseIndex, platformName } from './oci-manifest.ts';
import type { Descriptor, Manifest } from './oci.ts';
import { mediaTypes } from './oci.ts';
import type { Platform } from './platform.ts';
import { formatPlatform } from './platform.ts';

/** What the index of a part holds. */
export interface PartIndex {
  /** The image of the platform, as an index lists it. */
  readonly entry: Descriptor;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Reads the index of a part: it lists one image, which says that it is for the platform. */
export function readPartIndex(manifest: Manifest, platform: Platform): Parsed<PartIndex> {
  const index = parseIndex(manifest);
  if (index.is === 'refused') return index;
  const { manifests, annotations } = index.value;
  const [entry, ...more] = manifests;
  if (entry === undefined || more.length > 0) return refuse(`lists ${manifests.length} images, one is wanted`);
  if (entry.mediaType !== mediaTypes.ociManifest) return refuse(`lists a ${entry.mediaType}, an OCI image is wanted`);
  const found = entry.platform === undefined ? 'no platform' : platformName(entry.platform);
  if (found !== platformName(platform)) return refuse(`is for ${found}, ${formatPlatform(platform)} is wanted`);
  return accept({ entry, annotations });
}

/**
 * The index of a whole image, in the order of the entries. It has the bytes that a builder of all these platforms gives its
 * index: the same entries and annotations, in canonical JSON.
 */
export function composeIndex(entries: readonly Descriptor[], annotations: PartIndex['annotations']): Manifest {
  const manifests = entries.map(({ mediaType, digest, size, platform }) => ({ mediaType, digest, size, platform }));
  const json = canonicalJson({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests, annotations });
  const bytes = new TextEncoder().encode(json);
  return { mediaType: mediaTypes.ociIndex, digest: digestOf(bytes), bytes };
}

/** Why an image is not what its index says of it, by its configuration, which is what it is started by; undefined where it is. */
export function faultInPartImage(
  { layers }: Pick<ImageManifest, 'layers'>,
  config: Uint8Array,
  platform: Platform,
): string | undefined {
  const read = parseImageConfig(config);
  if (read.is === 'refused') return `its configuration ${read.reason}`;
  const found = platformName(read.value.platform);
  if (found !== platformName(platform))
    return `its configuration is for ${found}, ${formatPlatform(platform)} is wanted`;
  const count = read.value.diffIds.length;
  return count === layers.length ? undefined : `it has ${layers.length} layers, its configuration names ${count}`;
}

/** Where indexes of one image say different things of it: the name of an annotation, and what each side has. */
export function differenceIn(
  all: readonly PartIndex['annotations'][],
): { readonly name: string; readonly sides: readonly [string | undefined, string | undefined] } | undefined {
  const [first, ...others] = all;
  for (const other of others)
    for (const name of new Set([...Object.keys(first ?? {}), ...Object.keys(other)]))
      if (first?.[name] !== other[name]) return { name, sides: [first?.[name], other[name]] };
  return undefined;
}
