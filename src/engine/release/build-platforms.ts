import { CutwaterError } from '../../domain/error.ts';
import { parseIndex, platformName } from '../../domain/oci-manifest.ts';
import type { Descriptor } from '../../domain/oci.ts';
import type { Platform } from '../../domain/platform.ts';
import { formatPlatform } from '../../domain/platform.ts';
import type { ReleaseWorld } from '../world.ts';
import type { BuildOrder } from './build-image.ts';
import { commitBuildOf } from './build-image.ts';

/** Images of some platforms, in the registry by digest. */
export interface BuiltPlatforms {
  readonly index: Descriptor;
  /** As the index lists them, one for each platform that was asked for, in that order. */
  readonly entries: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** Builds these platforms of an image and no others, and attaches nothing. */
export async function buildPlatforms(
  world: ReleaseWorld,
  order: BuildOrder,
  platforms: readonly Platform[],
): Promise<BuiltPlatforms> {
  const build = await commitBuildOf(world.git, { ...order, image: { ...order.image, platforms } });
  const index = await world.builder.buildInto(world.repository, build);
  const manifest = await world.repository.readManifest(index.digest);
  const parsed = manifest && parseIndex(manifest);
  if (parsed?.is !== 'ok')
    throw new CutwaterError(
      'BUILD_FAILED',
      `Cannot use image ${index.digest}: it ${parsed?.reason ?? 'is not in the registry'}`,
    );
  const { annotations, manifests } = parsed.value;
  return { index, entries: platforms.map((platform) => entryOf(manifests, platform, index)), annotations };
}

function entryOf(manifests: readonly Descriptor[], wanted: Platform, { digest }: Descriptor): Descriptor {
  const found = manifests.find(({ platform }) => platform && platformName(platform) === platformName(wanted));
  if (found !== undefined) return found;
  throw new CutwaterError('PLATFORM_LOST', `Cannot use image ${digest}: it has no ${formatPlatform(wanted)}`);
}
