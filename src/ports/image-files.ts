import type { Digest } from '../domain/digest.ts';
import type { ImageRepository } from './repository.ts';

export interface ExtractedFile {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly mode: number;
  /** Where the bytes are now. */
  readonly file: string;
}

/** Takes files out of images as a container would see them. */
export interface ImageFiles {
  /** The effective file at an absolute path of a platform's image; undefined where the image has none. */
  extract(repository: ImageRepository, manifest: Digest, path: string): Promise<ExtractedFile | undefined>;
}
