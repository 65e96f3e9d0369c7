import type { Platform } from '../domain/platform.ts';
import type { DockerfileBuild } from '../policy/policy.ts';

/** What a tool that builds Dockerfiles is asked for. All paths are absolute and lie in the exported tree. */
export interface DockerfileRequest {
  readonly dockerfile: string;
  readonly context: string;
  readonly build: DockerfileBuild;
  readonly platforms: readonly Platform[];
  /** An empty folder; the tool leaves an OCI layout there. What is around the images in it may differ from tool to tool. */
  readonly layoutFolder: string;
  /** Unix seconds of the commit. */
  readonly sourceDateEpoch: number;
  /** Labels of every image, and annotations of its manifest where the tool can write them. */
  readonly labels: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A tool that builds Dockerfiles. */
export interface DockerfileTool {
  /** `buildx`, `buildah`. */
  readonly name: string;
  /** Why it cannot be used here; undefined where it can. */
  fault(): Promise<string | undefined>;
  /** Throws BUILD_FAILED with the last lines of the tool, INTERRUPTED, DISK. */
  build(request: DockerfileRequest): Promise<void>;
}
