import type { ImageBuilder } from './image-builder.ts';
import type { ImageRepository } from './repository.ts';

/** Builds to compare: what it makes goes to a repository that nobody else sees, and that is gone when the run ends. */
export interface Rebuilder {
  readonly builder: ImageBuilder;
  readonly repository: ImageRepository;
}
