import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { DockerfileBuild } from '../../policy/policy.ts';
import type { BuildRequest, Builder } from '../../ports/builder.ts';
import type { DockerfileTool } from '../../ports/dockerfile-builder.ts';
import { insideFolder } from '../files/inside-folder.ts';
import { adoptPlatforms } from '../oci-layout/adopt-platforms.ts';

/**
 * Builds Dockerfiles with the tool that the policy names, else with the first that can work here. What the tool leaves is
 * opened and checked, and gets an index of our own: its digest is known before anything is pushed.
 */
export function dockerfileBuilder(
  tools: readonly DockerfileTool[],
  /** Told of each tool that is passed over, and why. */
  onPassedOver?: (text: string) => void,
): Builder {
  return {
    buildType: 'urn:cutwater:build:dockerfile:v1',
    async build(request) {
      const build = requireDockerfile(request);
      const { tool, passedOver } = await chooseTool(tools, build);
      for (const fault of passedOver) onPassedOver?.(`not built with ${fault}`);
      const { sourceFolder, layoutFolder, platforms, sourceDateEpoch, annotations, signal } = request;
      const dockerfile = await requireInside(sourceFolder, build.dockerfile, 'Dockerfile');
      const context = await requireInside(sourceFolder, build.context, 'build context');
      await tool.build({
        dockerfile,
        context,
        build,
        platforms,
        layoutFolder,
        sourceDateEpoch,
        labels: annotations,
        ...(signal === undefined ? {} : { signal }),
      });
      return { index: await adoptPlatforms({ folder: layoutFolder, platforms, annotations }) };
    },
  };
}

function requireDockerfile({ build }: BuildRequest): DockerfileBuild {
  if (build.kind === 'dockerfile') return build;
  throw new CutwaterError('BUILD_FAILED', `Cannot build with a Dockerfile: the policy says ${quote(build.kind)}`);
}

async function chooseTool(
  tools: readonly DockerfileTool[],
  build: DockerfileBuild,
): Promise<{ readonly tool: DockerfileTool; readonly passedOver: readonly string[] }> {
  const wanted = tools.filter(({ name }) => build.builder === 'auto' || name === build.builder);
  const faults: string[] = [];
  for (const tool of wanted) {
    const fault = await tool.fault();
    if (fault === undefined) return { tool, passedOver: faults };
    faults.push(`${tool.name}: ${fault}`);
  }
  throw new CutwaterError('TOOL_MISSING', `Cannot build ${quote(build.dockerfile)}: no builder can be used here`, {
    details: faults,
    hint: 'Install buildah or docker with buildx, or let build.assemble put binaries into the image without either',
  });
}

async function requireInside(folder: string, path: string, what: string): Promise<string> {
  const found = await insideFolder(folder, path);
  if (found !== undefined) return found;
  throw new CutwaterError(
    'BUILD_FAILED',
    `Cannot build: the commit has no ${what} ${quote(path)}, or a link there leads out of the tree`,
    { hint: 'Mend build.dockerfile or build.context in cutwater.yaml, or commit the file' },
  );
}
