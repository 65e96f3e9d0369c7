import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { formatImageName } from '../../domain/image-name.ts';
import { composeIndex } from '../../domain/part-index.ts';
import { formatPlatform } from '../../domain/platform.ts';
import { escapeText } from '../../domain/quote.ts';
import { requireOwnSha } from '../edge/edge-build.ts';
import type { ReleaseWorld } from '../world.ts';
import { attachProvenance, buildImage } from './build-image.ts';
import type { ReleaseOrder } from './build-order.ts';
import type { BuiltPlatforms } from './build-platforms.ts';
import { buildPlatforms } from './build-platforms.ts';
import type { Part } from './find-part.ts';
import { findPart } from './find-part.ts';
import { imageOrigins } from './image-origins.ts';

/**
 * Makes the image of a release, in the registry by digest with its signed provenance: built whole where no job of its own has
 * built a platform before, else put together from these parts, with what is missing built here. From the same parts it is the
 * same image, to the byte, as one that was built whole.
 */
export async function makeImage(world: ReleaseWorld, order: ReleaseOrder): Promise<Digest> {
  await requireOwnSha({ loaded: order.loaded, commit: order.commit, origins: imageOrigins(world, order.loaded.trust) });
  const parts: Part[] = [];
  for (const platform of order.image.platforms) {
    const part = await findPart(world, order, platform);
    if (part !== undefined) parts.push(part);
  }
  return parts.length === 0 ? buildImage(world, order) : putTogether(world, order, parts);
}

async function putTogether(world: ReleaseWorld, order: ReleaseOrder, parts: readonly Part[]): Promise<Digest> {
  const { platforms, name } = order.image;
  const missing = platforms.filter((platform) => parts.every((part) => part.platform !== platform));
  const detail = `${formatImageName(name)} from the parts for ${parts.map(({ platform }) => formatPlatform(platform)).join(', ')}`;
  world.report({ type: 'stage', name: 'put together', detail });
  for (const { platform, index, builder } of parts) {
    const text = `${formatPlatform(platform)} is ${index}, built by ${escapeText(builder)}`;
    world.report({ type: 'note', level: 'info', text });
  }
  const built = missing.length === 0 ? undefined : await buildPlatforms(world, order, missing);
  const annotations = sameAnnotations([...parts, ...(built === undefined ? [] : [built])]);
  const entries = platforms.flatMap(
    (platform) =>
      parts.find((part) => part.platform === platform)?.entry ?? built?.entries[missing.indexOf(platform)] ?? [],
  );
  const index = composeIndex(entries, annotations);
  await world.repository.writeManifest(index.digest, index);
  const builders = parts.flatMap(({ platform, builder: id }) =>
    id === world.builderId ? [] : [{ platform: formatPlatform(platform), id }],
  );
  const { mediaType, digest, bytes } = index;
  await attachProvenance(world, order, { index: { mediaType, digest, size: bytes.length }, builders });
  return digest;
}

/** What the indexes say of the image; they come of one commit and one policy, so it is the same. */
function sameAnnotations(indexes: readonly Pick<BuiltPlatforms, 'annotations'>[]): BuiltPlatforms['annotations'] {
  const [first, ...others] = indexes.map(({ annotations }) => annotations);
  if (first === undefined) throw new Error('An image was put together from nothing');
  for (const other of others)
    for (const name of new Set([...Object.keys(first), ...Object.keys(other)]))
      if (first[name] !== other[name])
        throw new CutwaterError(
          'BUILD_FAILED',
          `Cannot put the image together: its parts say ${escapeText(first[name] ?? 'nothing')} and ${escapeText(other[name] ?? 'nothing')} of ${escapeText(name)}`,
          { hint: 'Have all platforms built with one version of Cutwater, for the next release tag' },
        );
  return first;
}
