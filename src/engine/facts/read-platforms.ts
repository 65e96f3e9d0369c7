import type { Digest } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { parseImageConfig } from '../../domain/image-config.ts';
import { parseImageManifest, parseIndex, platformName, platformsOf } from '../../domain/oci-manifest.ts';
import type { Manifest } from '../../domain/oci.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import { documentLimit, readWhole } from './read-artifact.ts';

type Reader = Pick<ImageRepository, 'readManifest' | 'readBlob'>;

/**
 * The platforms of an image, `linux/amd64` and so on: of an index those it lists, of a single image the one its
 * configuration names. Empty where the registry does not tell.
 */
export async function readPlatforms(repository: Reader, digest: Digest): Promise<readonly string[]> {
  const manifest = await repository.readManifest(digest);
  if (manifest === undefined) return [];
  const index = parseIndex(manifest);
  if (index.is === 'ok') return platformsOf(index.value).map(({ platform }) => platform);
  return readOwnPlatform(repository, manifest);
}

async function readOwnPlatform(repository: Reader, manifest: Manifest): Promise<readonly string[]> {
  const image = parseImageManifest(manifest);
  if (image.is === 'refused' || image.value.config.size > documentLimit) return [];
  try {
    const config = parseImageConfig(await readWhole(repository.readBlob(image.value.config)));
    return config.is === 'ok' ? [platformName(config.value.platform)] : [];
  } catch (error) {
    // A hole in one old image must not keep the aliases from following.
    if (isCutwaterError(error, 'CONTENT_MISSING')) return [];
    throw error;
  }
}
