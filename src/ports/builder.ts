import type { Descriptor } from '../domain/oci.ts';
import type { Platform } from '../domain/platform.ts';
import type { ImageBuild } from '../policy/policy.ts';

export interface BuildRequest {
  /** The exported tree of the build commit. */
  readonly sourceFolder: string;
  /** An empty folder; the builder leaves an OCI layout there. */
  readonly layoutFolder: string;
  readonly build: ImageBuild;
  readonly platforms: readonly Platform[];
  /** Unix seconds of the commit: the only time that enters an image. */
  readonly sourceDateEpoch: number;
  /** OCI labels of the configs and annotations of the index and manifests. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface BuiltImage {
  /** The image index in the layout. */
  readonly index: Descriptor;
}

export interface Builder {
  /** `https://...` identity of the kind of build, for provenance. */
  readonly buildType: string;
  build(request: BuildRequest): Promise<BuiltImage>;
}
