import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { formatImageName } from '../../domain/image-name.ts';
import type { PartIndex } from '../../domain/part-index.ts';
import { composeIndex, differenceIn } from '../../domain/part-index.ts';
import { formatPlatform } from '../../domain/platform.ts';
import { escapeText, quote } from '../../domain/quote.ts';
import { requireOwnSha } from './own-sha.ts';
import type { ReleaseWorld } from '../world.ts';
import type { BuildOrder } from './build-image.ts';
import { attachProvenance, buildImage } from './build-image.ts';
import { buildPlatforms } from './build-platforms.ts';
import type { Part } from './find-part.ts';
import { findPart } from './find-part.ts';
import { imageOrigins } from './image-origins.ts';

/**
 * Makes the image of a release or of a commit, in the registry by digest with its signed provenance: built whole where no job of
 * its own has built a platform before, else put together from these parts, with what is missing built here. From the same
 * images it is the same, to the byte, as one that was built whole.
 */
export async function makeImage(world: ReleaseWorld, order: BuildOrder): Promise<Digest> {
  await requireOwnSha({ ...order, origins: imageOrigins(world, order.loaded.trust) });
  const parts: Part[] = [];
  for (const platform of order.image.platforms) {
    const part = await findPart(world, order, platform);
    if (part !== undefined) parts.push(part);
  }
  return parts.length === 0 ? buildImage(world, order) : putTogether(world, order, parts);
}

async function putTogether(world: ReleaseWorld, order: BuildOrder, parts: readonly Part[]): Promise<Digest> {
  const { platforms, name } = order.image;
  const missing = platforms.filter((platform) => parts.every((part) => part.platform !== platform));
  const detail = `${formatImageName(name)} from the parts for ${parts.map(({ platform }) => formatPlatform(platform)).join(', ')}`;
  world.report({ type: 'stage', name: 'put together', detail });
  for (const { platform, index, builder } of parts) {
    const text = `${formatPlatform(platform)} is ${index}, built by ${escapeText(builder)}`;
    world.report({ type: 'note', level: 'info', text });
  }
  const built = missing.length === 0 ? [] : [await buildPlatforms(world, order, missing)];
  const annotations = requireSame([...parts, ...built].map((one) => one.annotations));
  const entries = platforms.flatMap(
    (platform) =>
      parts.find((part) => part.platform === platform)?.entry ?? built[0]?.entries[missing.indexOf(platform)] ?? [],
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
function requireSame(all: readonly PartIndex['annotations'][]): PartIndex['annotations'] {
  const other = differenceIn(all);
  if (other === undefined) return all[0] ?? {};
  const [left, right] = other.sides.map((text) => (text === undefined ? 'nothing' : quote(text)));
  throw new CutwaterError(
    'BUILD_FAILED',
    `Cannot put the image together: of ${quote(other.name)} one part says ${left ?? ''}, another ${right ?? ''}`,
    {
      hint: 'Two versions of Cutwater built them: remove the parts in the registry, then all platforms are built again',
    },
  );
}
