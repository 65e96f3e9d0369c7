import { randomBytes } from 'node:crypto';
import type { Digest } from '../../domain/digest.ts';
import { hexOf } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { parseImageManifest, parseIndex } from '../../domain/oci-manifest.ts';
import { isIndexType } from '../../domain/oci.ts';
import type { Descriptor } from '../../domain/oci.ts';
import { formatPlatform } from '../../domain/platform.ts';
import type { DockerfileRequest, DockerfileTool } from '../../ports/dockerfile-builder.ts';
import type { OciLayout } from '../oci-layout/open-layout.ts';
import { openLayout } from '../oci-layout/open-layout.ts';
import { buildFailure } from '../process/build-failure.ts';
import { csvField } from '../process/csv-field.ts';
import { passedEnvironment, proxyVariables } from '../process/passed-environment.ts';
import type { ToolResult } from '../process/run-tool.ts';
import { runTool } from '../process/run-tool.ts';
import { asText, flagsIn } from '../process/tool-flags.ts';

export interface BuildahOptions {
  /** The user's environment; only what buildah itself is configured by is passed on. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What buildah says while it works. */
  readonly onOutput?: (text: string) => void;
}

/**
 * Buildah (tested with 1.28). Where and how it stores and isolates is the machine's matter: STORAGE_DRIVER,
 * BUILDAH_ISOLATION and the files of containers.conf(5) hold. No layer cache is used. The list it builds into has a name of
 * its own, so that two runs at once do not meet, and what was built is taken out of its storage afterwards.
 */
export function buildah(options: BuildahOptions): DockerfileTool {
  const env = passedEnvironment(options.environment, passedVariables);
  const run = (args: readonly string[], request?: DockerfileRequest, cwd = request?.context): Promise<ToolResult> =>
    runTool({
      command: 'buildah',
      args,
      env,
      ownGroup: true,
      ...(request?.signal === undefined ? {} : { signal: request.signal }),
      ...(cwd === undefined ? {} : { cwd }),
      ...(request === undefined || options.onOutput === undefined ? {} : { onOutput: asText(options.onOutput) }),
    });
  return {
    name: 'buildah',
    async fault() {
      try {
        const { exitCode } = await run(['--version']);
        return exitCode === 0 ? undefined : `"buildah --version" ended with ${exitCode}`;
      } catch (error) {
        if (isCutwaterError(error, 'TOOL_MISSING')) return 'buildah is not installed';
        throw error;
      }
    },
    async build(request) {
      const list = `localhost/cutwater-${randomBytes(12).toString('hex')}`;
      const flags = flagsIn(await run(['build', '--help']));
      try {
        await must(run(['build', ...buildArguments(request, list, flags)], request));
        // The name of a folder ends at its first colon here, so none is given.
        await must(run(['manifest', 'push', '--all', list, 'oci:.:image'], request, request.layoutFolder));
      } finally {
        await takeOut(run, list, request.layoutFolder);
      }
    },
  };
}

function buildArguments(request: DockerfileRequest, list: string, flags: ReadonlySet<string>): readonly string[] {
  const { build, platforms, sourceDateEpoch } = request;
  // Of two ways to fix times the newer one leaves older files of base images as they are.
  const times = flags.has('--rewrite-timestamp')
    ? [`--source-date-epoch=${sourceDateEpoch}`, '--rewrite-timestamp']
    : [`--timestamp=${sourceDateEpoch}`];
  return [
    '--format=oci',
    '--no-cache',
    ...times,
    ...(flags.has('--identity-label') ? ['--identity-label=false'] : []),
    `--manifest=${list}`,
    `--platform=${platforms.map(formatPlatform).join(',')}`,
    // It takes several files, with commas between them.
    `--file=${csvField(request.dockerfile)}`,
    ...(build.target === undefined ? [] : [`--target=${build.target}`]),
    ...Object.entries(build.args).map(([name, value]) => `--build-arg=${name}=${value}`),
    ...Object.entries(request.labels).flatMap(([name, value]) => [
      `--label=${name}=${value}`,
      `--annotation=${name}=${value}`,
    ]),
    '--',
    request.context,
  ];
}

async function must(running: Promise<ToolResult>): Promise<void> {
  const result = await running;
  if (result.exitCode !== 0) throw buildFailure('buildah', result);
}

/** Removes the list and the images of this build; images are named by the digests of their configurations. */
async function takeOut(
  run: (args: readonly string[]) => Promise<ToolResult>,
  list: string,
  folder: string,
): Promise<void> {
  const configs = await openLayout(folder).then(configsOf, () => []);
  // Whatever another build has reused meanwhile refuses to go, and stays.
  await run(['manifest', 'rm', list]);
  if (configs.length > 0) await run(['rmi', ...configs.map(hexOf)]);
}

async function configsOf(layout: OciLayout): Promise<readonly Digest[]> {
  const found: Digest[] = [];
  const visit = async (descriptor: Descriptor): Promise<void> => {
    const manifest = await layout.readManifest(descriptor);
    if (manifest === undefined) return;
    const index = isIndexType(manifest.mediaType) ? parseIndex(manifest) : undefined;
    if (index?.is === 'ok') for (const child of index.value.manifests) await visit(child);
    const image = index === undefined ? parseImageManifest(manifest) : undefined;
    if (image?.is === 'ok') found.push(image.value.config.digest);
  };
  for (const image of layout.images) await visit(image);
  return found;
}

const passedVariables: readonly string[] = [
  'HOME',
  'USER',
  'TMPDIR',
  'XDG_RUNTIME_DIR',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'STORAGE_DRIVER',
  'STORAGE_OPTS',
  'BUILDAH_ISOLATION',
  'CONTAINERS_CONF',
  'CONTAINERS_STORAGE_CONF',
  'CONTAINERS_REGISTRIES_CONF',
  'REGISTRY_AUTH_FILE',
  ...proxyVariables,
];
