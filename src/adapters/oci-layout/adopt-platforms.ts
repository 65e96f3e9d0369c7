import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { digestOf, hexOf } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { ImageConfig } from '../../domain/image-config.ts';
import { isRecord, parseImageConfig } from '../../domain/image-config.ts';
import { parseImageManifest, parseIndex, platformName } from '../../domain/oci-manifest.ts';
import type { Descriptor } from '../../domain/oci.ts';
import { isIndexType, mediaTypes } from '../../domain/oci.ts';
import type { Platform } from '../../domain/platform.ts';
import { formatPlatform } from '../../domain/platform.ts';
import { quote } from '../../domain/quote.ts';
import type { OciLayout } from './open-layout.ts';
import { openLayout } from './open-layout.ts';

export interface Adoption {
  /** An OCI layout that a builder has left. */
  readonly folder: string;
  /** All of them must be there, each once. Others are left out. */
  readonly platforms: readonly Platform[];
  /** Of the index; and what each image must carry as labels. */
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Takes the images of the wanted platforms out of a layout and writes the index of the release: exactly these, in the
 * order of the policy. Builders differ in what they put around the images (attestations, lists within lists, no list at
 * all); the images themselves stay byte for byte. Each is opened: its configuration must name the platform and carry the
 * labels, its layers must be OCI layers. Throws BUILD_FAILED, PLATFORM_LOST and STORE_CORRUPT.
 */
export async function adoptPlatforms({ folder, platforms, annotations }: Adoption): Promise<Descriptor> {
  const layout = await openLayout(folder);
  const images = await findImages(layout, layout.images, 0);
  const manifests: Descriptor[] = [];
  for (const platform of platforms) {
    const name = formatPlatform(platform);
    const found = images.filter((image) => platformName(image.config.platform) === platformName(platform));
    const [image] = found;
    if (image === undefined)
      throw new CutwaterError('PLATFORM_LOST', `Cannot use the built image: it has no ${name}, the policy wants it`, {
        hint: 'Let the builder make every platform of the policy',
      });
    if (found.length > 1) throw unfit(`it has ${found.length} images for ${name}`);
    requireLabels(image, name, annotations);
    const { mediaType, digest, size } = image.descriptor;
    manifests.push({ mediaType, digest, size, platform });
  }
  const json = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests, annotations };
  const bytes = new TextEncoder().encode(canonicalJson(json));
  const digest = digestOf(bytes);
  await writeFile(join(folder, 'blobs', 'sha256', hexOf(digest)), bytes);
  return { mediaType: mediaTypes.ociIndex, digest, size: bytes.length };
}

interface BuiltImage {
  readonly descriptor: Descriptor;
  readonly config: ImageConfig;
}

async function findImages(
  layout: OciLayout,
  descriptors: readonly Descriptor[],
  depth: number,
): Promise<readonly BuiltImage[]> {
  if (depth > maximumDepth) throw unfit(`its indexes are nested deeper than ${maximumDepth}`);
  const images: BuiltImage[] = [];
  for (const descriptor of descriptors) {
    // Builders list attestations beside the images, as images of the platform unknown/unknown.
    if (descriptor.platform?.os === 'unknown' || descriptor.annotations?.[attestationMark] !== undefined) continue;
    const manifest = await layout.readManifest(descriptor);
    if (manifest === undefined) throw unfit(`its manifest ${descriptor.digest} is missing`);
    if (!isIndexType(manifest.mediaType)) {
      images.push(await readImage(layout, descriptor, manifest));
      continue;
    }
    const index = parseIndex(manifest);
    if (index.is === 'refused') throw unfit(`its index ${index.reason}`);
    images.push(...(await findImages(layout, index.value.manifests, depth + 1)));
  }
  return images;
}

async function readImage(
  layout: OciLayout,
  descriptor: Descriptor,
  manifest: Parameters<typeof parseImageManifest>[0],
): Promise<BuiltImage> {
  const parsed = parseImageManifest(manifest);
  if (parsed.is === 'refused') throw unfit(`its manifest ${descriptor.digest} ${parsed.reason}`);
  if (manifest.mediaType !== mediaTypes.ociManifest)
    throw unfit(`manifest ${descriptor.digest} is a ${manifest.mediaType}, an OCI image is wanted`);
  const strange = parsed.value.layers.find(({ mediaType }) => !layerTypes.has(mediaType));
  if (strange !== undefined) throw unfit(`layer ${strange.digest} is of type ${quote(strange.mediaType)}`);
  if (parsed.value.config.size > maximumConfigBytes)
    throw unfit(`its configuration is above ${maximumConfigBytes} bytes`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of layout.readBlob(parsed.value.config)) chunks.push(chunk);
  const config = parseImageConfig(Buffer.concat(chunks));
  if (config.is === 'refused') throw unfit(`the configuration of ${descriptor.digest} ${config.reason}`);
  if (config.value.diffIds.length !== parsed.value.layers.length)
    throw unfit(
      `${descriptor.digest} has ${parsed.value.layers.length} layers, its configuration names another number`,
    );
  return { descriptor, config: config.value };
}

function requireLabels({ config }: BuiltImage, platform: string, wanted: Adoption['annotations']): void {
  const run = config.json['config'];
  const labels = isRecord(run) && isRecord(run['Labels']) ? run['Labels'] : {};
  for (const [name, value] of Object.entries(wanted))
    if (labels[name] !== value) throw unfit(`its image for ${platform} does not carry the label ${quote(name)}`);
}

function unfit(found: string): CutwaterError {
  return new CutwaterError('BUILD_FAILED', `Cannot use the built image: ${found}`, {
    hint: 'Look at what the builder made, mend the Dockerfile, and run the same command again',
  });
}

const attestationMark = 'vnd.docker.reference.type';
const maximumDepth = 4;
const maximumConfigBytes = 4 * 1024 * 1024;

/** What every client of OCI images reads (image-spec, layer.md); layers that live elsewhere are none of them. */
const layerTypes: ReadonlySet<string> = new Set(
  ['', '+gzip', '+zstd'].map((ending) => `${mediaTypes.ociLayerTar}${ending}`),
);
