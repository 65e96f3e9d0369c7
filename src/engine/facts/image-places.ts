import { formatImageName } from '../../domain/image-name.ts';
import type { ImagePlace, ReadWorld } from '../world.ts';

/**
 * The same world as it looks from one image: what is asked of its repository is asked of that image's. For images, their
 * documents and their tags only; statements, decisions and records are asked of the world itself.
 */
export function atImage<World extends ImagePlace>(world: World, { repository, mirrors }: ImagePlace): World {
  return { ...world, repository, mirrors };
}

/** Where an image of this name, `host/name`, is published; undefined where the policy names no such image. */
export function placeOfImage(
  world: Pick<ReadWorld, 'repository' | 'mirrors' | 'companions'>,
  name: string,
): ImagePlace | undefined {
  return [world, ...world.companions].find(({ repository }) => formatImageName(repository.name) === name);
}

/** What a step says of the image it is about: nothing for the first one. */
export function companionName(world: ImagePlace, { repository }: ImagePlace): { readonly image?: string } {
  return repository === world.repository ? {} : { image: formatImageName(repository.name) };
}
