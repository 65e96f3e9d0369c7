import type { Descriptor } from '../../domain/oci.ts';
import type { ImageBuild } from '../../policy/policy.ts';
import type { Builder } from '../../ports/builder.ts';
import type { Git } from '../../ports/git.ts';
import type { ImageBuilder } from '../../ports/image-builder.ts';
import type { ImageRepository } from '../../ports/repository.ts';

export interface CommitBuildOptions {
  readonly git: Git;
  readonly builders: Readonly<Record<ImageBuild['kind'], Builder>>;
  /** Makes a new, empty folder. */
  readonly newFolder: (name: string) => Promise<string>;
  /** Brings an image of an OCI layout into a repository, by digest. */
  readonly push: (layoutFolder: string, index: Descriptor, repository: ImageRepository) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Builds from an exported tree of the commit, never from a working copy, into an OCI layout, and pushes that. */
export function commitBuilds(options: CommitBuildOptions): ImageBuilder {
  const builderOf = (build: ImageBuild): Builder => options.builders[build.kind];
  return {
    buildTypeOf: (image) => builderOf(image.build).buildType,
    buildInto: async (repository, { commit, image, sourceDateEpoch, annotations }) => {
      const builder = builderOf(image.build);
      const sourceFolder = await options.newFolder('source');
      const layoutFolder = await options.newFolder('layout');
      await options.git.exportTree(commit, sourceFolder);
      const { signal } = options;
      const { build, platforms } = image;
      const built = await builder.build({
        sourceFolder,
        layoutFolder,
        build,
        platforms,
        sourceDateEpoch,
        annotations,
        signal,
      });
      await options.push(layoutFolder, built.index, repository);
      return built.index;
    },
  };
}
