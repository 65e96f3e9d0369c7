import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { ImageConfig } from '../../domain/image-config.ts';
import { parseImageConfig } from '../../domain/image-config.ts';
import type { ImageName } from '../../domain/image-name.ts';
import { formatImageName, parseImageReference } from '../../domain/image-name.ts';
import { parseImageManifest, parseIndex, platformName, platformsOf } from '../../domain/oci-manifest.ts';
import type { Descriptor, Manifest } from '../../domain/oci.ts';
import { isIndexType, mediaTypes } from '../../domain/oci.ts';
import type { Platform } from '../../domain/platform.ts';
import { formatPlatform } from '../../domain/platform.ts';
import { quote } from '../../domain/quote.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import type { LayoutBlobs } from './layout-blobs.ts';

export type OpenBase = (name: ImageName) => ImageRepository | Promise<ImageRepository>;

/** A base as the policy names it, opened. */
export interface Base {
  /** `host/name@sha256:...` as written. */
  readonly reference: string;
  readonly digest: Digest;
  readonly repository: ImageRepository;
  readonly top: Manifest;
}

/** The base's image for one platform; its layers lie in the layout. */
export interface BaseImage {
  /** `host/name@sha256:...` as the policy has it, for `org.opencontainers.image.base.name`. */
  readonly name: string;
  /** Of the image manifest of the platform. */
  readonly digest: Digest;
  readonly config: ImageConfig;
  readonly layers: readonly Descriptor[];
}

/** Finds the base; undefined for `scratch`. Throws BUILD_FAILED where it is not pinned by digest, or is not there. */
export async function openBaseImage(base: string, open: OpenBase | undefined): Promise<Base | undefined> {
  if (base === 'scratch') return undefined;
  const reference = parseImageReference(base);
  if (reference.is === 'refused') throw failed(base, `it ${reference.reason}`);
  if (reference.value.target.kind !== 'digest')
    throw failed(base, 'it is a tag, "scratch" or host/name@sha256:... is wanted');
  if (open === undefined) throw failed(base, 'no registry to read it from was given');
  const { digest } = reference.value.target;
  const repository = await open(reference.value.name);
  const top = await repository.readManifest(digest);
  if (top === undefined) throw failed(base, 'the registry does not have it');
  return { reference: `${formatImageName(reference.value.name)}@${digest}`, digest, repository, top };
}

/** Brings the base's layers of a platform into the layout. Throws BUILD_FAILED where the base lacks the platform. */
export async function takeBase(base: Base, platform: Platform, blobs: LayoutBlobs): Promise<BaseImage> {
  const found = await findManifest(base, platform);
  const manifest = parseImageManifest(found);
  if (manifest.is === 'refused') throw failed(base.reference, `its manifest ${manifest.reason}`);
  const config = parseImageConfig(await readConfig(base, manifest.value.config));
  if (config.is === 'refused') throw failed(base.reference, `its configuration ${config.reason}`);
  if (platformName(config.value.platform) !== platformName(platform))
    throw failed(
      base.reference,
      `its image for ${formatPlatform(platform)} says that it is for ${quote(formatPlatform(config.value.platform))}`,
    );
  const { layers } = manifest.value;
  if (layers.length !== config.value.diffIds.length)
    throw failed(base.reference, 'it has other layers than its configuration says');
  const taken: Descriptor[] = [];
  for (const layer of layers) {
    const mediaType = layerTypes[layer.mediaType];
    if (mediaType === undefined) throw failed(base.reference, `it has a layer of type ${quote(layer.mediaType)}`);
    if (!(await blobs.has(layer.digest))) await blobs.write(mediaType, base.repository.readBlob(layer), layer);
    taken.push({ mediaType, digest: layer.digest, size: layer.size });
  }
  return { name: base.reference, digest: found.digest, config: config.value, layers: taken };
}

async function findManifest(base: Base, platform: Platform): Promise<Manifest> {
  if (!isIndexType(base.top.mediaType)) return base.top;
  const index = parseIndex(base.top);
  if (index.is === 'refused') throw failed(base.reference, `its index ${index.reason}`);
  const offered = platformsOf(index.value);
  const child = offered.find((offer) => offer.platform === platformName(platform));
  if (child === undefined)
    throw failed(
      base.reference,
      `it is not made for ${formatPlatform(platform)}, but for ${quote(offered.map((offer) => offer.platform).join(', '))}`,
    );
  const manifest = await base.repository.readManifest(child.descriptor.digest);
  if (manifest === undefined)
    throw failed(base.reference, `the registry does not have its manifest ${child.descriptor.digest}`);
  return manifest;
}

async function readConfig(base: Base, descriptor: Descriptor): Promise<Uint8Array> {
  if (descriptor.size > maximumConfigBytes)
    throw failed(base.reference, `its configuration is above ${maximumConfigBytes} bytes`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of base.repository.readBlob(descriptor)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function failed(base: string, found: string): CutwaterError {
  return new CutwaterError('BUILD_FAILED', `Cannot build on ${quote(base)}: ${found}`);
}

// An OCI manifest names layers by OCI types; Docker's are the same bytes under another name.
const layerTypes: Readonly<Record<string, string>> = {
  [mediaTypes.ociLayerTar]: mediaTypes.ociLayerTar,
  [`${mediaTypes.ociLayerTar}+gzip`]: `${mediaTypes.ociLayerTar}+gzip`,
  [`${mediaTypes.ociLayerTar}+zstd`]: `${mediaTypes.ociLayerTar}+zstd`,
  'application/vnd.docker.image.rootfs.diff.tar': mediaTypes.ociLayerTar,
  'application/vnd.docker.image.rootfs.diff.tar.gzip': `${mediaTypes.ociLayerTar}+gzip`,
  'application/vnd.docker.image.rootfs.diff.tar.zstd': `${mediaTypes.ociLayerTar}+zstd`,
};

const maximumConfigBytes = 8 * 1024 * 1024;
