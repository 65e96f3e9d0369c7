import type { Digest } from '../../domain/digest.ts';
import { formatImageName } from '../../domain/image-name.ts';
import { parseIndex, platformsOf } from '../../domain/oci-manifest.ts';
import type { ReleasePredicate, ReleasedImage } from '../../domain/release-statement.ts';
import type { Version } from '../../domain/version.ts';
import { versionTag } from '../../estate/registry-tags.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import type { Check } from '../../report/verification.ts';
import { failed, passed } from '../../report/verification.ts';
import { placeOfImage } from '../facts/image-places.ts';
import type { VerifyWorld } from '../world.ts';
import { guarded } from './guarded-check.ts';

export interface ImageRequest {
  readonly version: Version;
  /** The image asked about, when one was: what its tag or digest leads to in the repository of that name. */
  readonly image?: { readonly name: string; readonly digest: Digest };
}

/** Every image of a release: its tag, its index and each platform, as the signed statement names them. */
export async function checkImages(
  world: VerifyWorld,
  release: ReleasePredicate,
  request: ImageRequest,
): Promise<readonly Check[]> {
  const { image, companions = [] } = release;
  const other = faultInAsked(release, request.image, formatImageName(world.repository.name));
  if (other !== undefined) return [failed('image', other)];
  const first = await guarded('image', () =>
    checkImage(world.repository, { version: request.version, name: 'image', image }),
  );
  return [first, ...(await checkCompanions(world, companions, request))];
}

/** Why the image asked about is none of this release; another image of it is not this one, however well it is signed. */
export function faultInAsked(
  { version, image, companions = [] }: Pick<ReleasePredicate, 'version' | 'image' | 'companions'>,
  asked: ImageRequest['image'],
  first: string,
): string | undefined {
  if (asked === undefined) return undefined;
  // The first image is the one in the first repository: that may have got another name since.
  const named = asked.name === first ? image : companions.find(({ name }) => name === asked.name);
  if (named === undefined) return `${version} was released without an image ${asked.name}`;
  const own = [named.index, ...named.platforms.map(({ digest }) => digest)];
  return own.includes(asked.digest)
    ? undefined
    : `${asked.digest} is not the image ${asked.name} of ${version}: ${named.index} is`;
}

export function checkCompanions(
  world: VerifyWorld,
  companions: readonly ReleasedImage[],
  request: ImageRequest,
): Promise<readonly Check[]> {
  return Promise.all(companions.map((one) => checkCompanion(world, one, request)));
}

async function checkCompanion(world: VerifyWorld, image: ReleasedImage, request: ImageRequest): Promise<Check> {
  const name = `image ${image.name}`;
  const place = placeOfImage(world, image.name);
  // Where images are is the protected branch's word; a statement alone sends nobody to another registry.
  if (place === undefined)
    return {
      name,
      is: 'warning',
      says: `it was released as ${image.index}; the policy names it no more, so nobody looked`,
    };
  return guarded(name, () => checkImage(place.repository, { version: request.version, name, image }));
}

interface AskedImage extends Pick<ImageRequest, 'version'> {
  readonly name: string;
  readonly image: ReleasedImage;
}

async function checkImage(repository: ImageRepository, { name, image, version }: AskedImage): Promise<Check> {
  const tag = versionTag(version);
  const found = await repository.resolve(tag);
  if (found?.digest !== image.index)
    return failed(name, `${tag} is ${found?.digest ?? 'gone'}, ${image.index} was released`);
  const manifest = await repository.readManifest(image.index);
  const index = manifest && parseIndex(manifest);
  if (index?.is !== 'ok') return failed(name, `${image.index} ${index?.reason ?? 'is gone'}`);
  for (const { platform, digest } of image.platforms) {
    const entry = platformsOf(index.value).find((child) => child.platform === platform);
    if (entry?.descriptor.digest !== digest)
      return failed(
        name,
        `${platform} is ${entry?.descriptor.digest ?? 'missing'} in the index, ${digest} was released`,
      );
    if ((await repository.readManifest(digest)) === undefined)
      return failed(name, `the ${platform} image ${digest} is gone from the registry`);
  }
  return passed(name, `${tag} is ${image.index} with ${image.platforms.map(({ platform }) => platform).join(', ')}`);
}
