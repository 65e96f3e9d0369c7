import { isCutwaterError } from '../../domain/error.ts';
import { formatPlatform } from '../../domain/platform.ts';
import type { DockerfileRequest, DockerfileTool } from '../../ports/dockerfile-builder.ts';
import { buildFailure } from '../process/build-failure.ts';
import { csvField } from '../process/csv-field.ts';
import { passedEnvironment, proxyVariables } from '../process/passed-environment.ts';
import type { ToolResult } from '../process/run-tool.ts';
import { runTool } from '../process/run-tool.ts';
import { asText, flagsIn } from '../process/tool-flags.ts';
import { judgeInspect } from './judge-inspect.ts';

export interface BuildxOptions {
  /** The user's environment; only what docker and buildx are configured by is passed on. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What buildx says while it works. */
  readonly onOutput?: (text: string) => void;
}

/**
 * Docker's buildx, as plugin of the docker client or by itself. Which builder does the work is the machine's matter:
 * BUILDX_BUILDER or `docker buildx use` choose it, and it may be a remote BuildKit. Its own attestations are turned off:
 * they differ from run to run, and Cutwater signs its own.
 */
export function buildx(options: BuildxOptions): DockerfileTool {
  const base = passedEnvironment(options.environment, passedVariables);
  const run = (words: readonly string[], request?: DockerfileRequest): Promise<ToolResult> => {
    const [command = '', ...args] = words;
    const { onOutput } = options;
    return runTool({
      command,
      args,
      ownGroup: true,
      env: request === undefined ? base : { ...base, SOURCE_DATE_EPOCH: `${request.sourceDateEpoch}` },
      ...(request === undefined ? {} : { cwd: request.context }),
      ...(request?.signal === undefined ? {} : { signal: request.signal }),
      ...(request === undefined || onOutput === undefined ? {} : { onOutput: asText(onOutput) }),
    });
  };
  let found: Promise<readonly string[] | undefined> | undefined;
  const command = (): Promise<readonly string[] | undefined> => (found ??= findCommand(run));
  return {
    name: 'buildx',
    async fault() {
      const words = await command();
      if (words === undefined) return 'neither "docker buildx" nor "buildx" answers';
      const builder = await run([...words, 'inspect']);
      if (builder.exitCode !== 0) return `buildx has no builder: ${lastLine(builder.stderr)}`;
      return judgeInspect(new TextDecoder().decode(builder.stdout));
    },
    async build(request) {
      const words = (await command()) ?? ['docker', 'buildx'];
      const flags = flagsIn(await run([...words, 'build', '--help']));
      const result = await run([...words, 'build', ...buildArguments(request, flags)], request);
      if (result.exitCode !== 0) throw buildFailure(words.join(' '), result);
    },
  };
}

async function findCommand(
  run: (words: readonly string[]) => Promise<ToolResult>,
): Promise<readonly string[] | undefined> {
  for (const words of [['docker', 'buildx'], ['buildx']])
    try {
      const { exitCode } = await run([...words, 'version']);
      if (exitCode === 0) return words;
    } catch (error) {
      if (!isCutwaterError(error, 'TOOL_MISSING')) throw error;
    }
  return undefined;
}

function buildArguments(request: DockerfileRequest, flags: ReadonlySet<string>): readonly string[] {
  const { build, platforms, layoutFolder } = request;
  const annotations = flags.has('--annotation');
  // The exporter takes a line of comma-separated values (CSV), in which a quoted one may hold anything.
  const output = ['type=oci', 'tar=false', 'rewrite-timestamp=true', csvField(`dest=${layoutFolder}`)].join(',');
  return [
    `--platform=${platforms.map(formatPlatform).join(',')}`,
    `--file=${request.dockerfile}`,
    '--no-cache',
    '--progress=plain',
    ...['--provenance', '--sbom'].filter((name) => flags.has(name)).map((name) => `${name}=false`),
    `--output=${output}`,
    ...(build.target === undefined ? [] : [`--target=${build.target}`]),
    `--build-arg=SOURCE_DATE_EPOCH=${request.sourceDateEpoch}`,
    ...Object.entries(build.args).map(([name, value]) => `--build-arg=${name}=${value}`),
    ...Object.entries(request.labels).flatMap(([name, value]) => [
      `--label=${name}=${value}`,
      ...(annotations ? [`--annotation=manifest:${name}=${value}`] : []),
    ]),
    '--',
    request.context,
  ];
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

const passedVariables: readonly string[] = [
  'HOME',
  'USER',
  'TMPDIR',
  'XDG_RUNTIME_DIR',
  'XDG_CONFIG_HOME',
  'DOCKER_CONFIG',
  'DOCKER_CONTEXT',
  'DOCKER_HOST',
  'DOCKER_CERT_PATH',
  'DOCKER_TLS_VERIFY',
  'BUILDX_BUILDER',
  'BUILDX_CONFIG',
  // A builder on another machine is reached by SSH.
  'SSH_AUTH_SOCK',
  ...proxyVariables,
];
