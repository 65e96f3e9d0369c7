import type { ObjectId } from '../domain/object-id.ts';
import type { Descriptor } from '../domain/oci.ts';
import type { ImagePolicy } from '../policy/policy.ts';
import type { ImageRepository } from './repository.ts';

export interface CommitBuild {
  readonly commit: ObjectId;
  readonly image: ImagePolicy;
  /** Unix seconds of the commit. */
  readonly sourceDateEpoch: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Builds a commit's image and brings it into the repository by digest, without any tag. */
export interface ImageBuilder {
  /** `urn:` or URL of the kind of build, for provenance. */
  buildTypeOf(image: ImagePolicy): string;
  buildInto(repository: ImageRepository, build: CommitBuild): Promise<Descriptor>;
}
