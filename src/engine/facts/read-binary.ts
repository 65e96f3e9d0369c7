import type { ReleasePredicate, ReleasedBinary } from '../../domain/release-statement.ts';
import { imageOfBinary } from '../../domain/release-statement.ts';
import type { ExtractedFile } from '../../ports/image-files.ts';
import type { ReadWorld, VerifyWorld } from '../world.ts';
import { placeOfImage } from './image-places.ts';

/** The file of a binary in the image it came out of; undefined where image, platform or file are not there. */
export async function readBinary(
  world: Pick<ReadWorld, 'repository' | 'mirrors' | 'companions'> & Pick<VerifyWorld, 'imageFiles'>,
  release: Pick<ReleasePredicate, 'image' | 'companions'>,
  binary: ReleasedBinary,
): Promise<ExtractedFile | undefined> {
  const image = imageOfBinary(release, binary);
  const digest = image?.platforms.find(({ platform }) => platform === binary.platform)?.digest;
  const repository = binary.image === undefined ? world.repository : placeOfImage(world, binary.image)?.repository;
  return digest === undefined || repository === undefined
    ? undefined
    : world.imageFiles.extract(repository, digest, binary.path);
}
