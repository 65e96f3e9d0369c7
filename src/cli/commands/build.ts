import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { Platform } from '../../domain/platform.ts';
import { parsePlatform } from '../../domain/platform.ts';
import { quote } from '../../domain/quote.ts';
import type { Version } from '../../domain/version.ts';
import { readVersion } from '../../domain/version.ts';
import { buildEdgeParts } from '../../engine/edge/build-edge-parts.ts';
import type { PartsResult } from '../../engine/release/build-parts.ts';
import { buildParts } from '../../engine/release/build-parts.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openReleaseProject } from '../compose-release.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater build VERSION --platform PLATFORM`, `cutwater build --edge --platform PLATFORM` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const version = readWhat(input);
  const revision = input.text('commit');
  const platform = readPlatform(input.list('platform'));
  const project = await openReleaseProject(context);
  try {
    const { world, loaded } = project;
    const result =
      version === undefined
        ? await buildEdgeParts(world, loaded, { revision, platform })
        : await buildParts(world, loaded, { version, platform });
    await project.close();
    if (context.options.json) writeJson(context.stdout, toJson(result));
    else context.stdout.write(`${toLines(result).join('\n')}\n`);
    return exitCodes.done;
  } finally {
    await project.close();
  }
}

/** Undefined for the default branch. */
function readWhat(input: CommandInput): Version | undefined {
  const asked = input.optionalArgument('VERSION');
  if ((asked === undefined) !== input.flag('edge'))
    throw new CutwaterError(
      'USAGE',
      `Cannot build a part of ${asked === undefined ? 'nothing' : 'edge and a version at once'}: one of the two is wanted`,
      { hint: 'Name a version, or add --edge for a commit of the default branch' },
    );
  if (asked === undefined) return undefined;
  if (input.text('commit') !== undefined)
    throw new CutwaterError('USAGE', 'Cannot build a part of a version and of a commit: --commit goes with --edge', {
      hint: 'Leave --commit out, since the tag says which commit; or name no version and add --edge',
    });
  return readVersion(asked);
}

function readPlatform([text, ...more]: readonly string[]): Platform {
  if (more.length > 0)
    throw new CutwaterError('USAGE', `Cannot build ${more.length + 1} platforms at once: one --platform is wanted`, {
      hint: "Run it once for each; 'cutwater release' and 'cutwater edge' build all of them",
    });
  if (text === undefined)
    throw new CutwaterError('USAGE', 'Cannot build a part without --platform: one platform is wanted', {
      hint: "Name one, such as --platform linux/arm64; 'cutwater release' and 'cutwater edge' build all of them",
    });
  const platform = parsePlatform(text);
  if (platform.is === 'ok') return platform.value;
  throw new CutwaterError('USAGE', `Cannot build platform ${quote(text)}: it ${platform.reason}`, {
    hint: 'Name a platform of images.platforms in cutwater.yaml',
  });
}

function toJson({ tag, nothing, ...result }: PartsResult): Readonly<Record<string, unknown>> {
  return { schema: 'cutwater.build/1', tag: tag ?? null, nothing: nothing ?? null, ...result };
}

function toLines({ tag, commit, platform, nothing, parts }: PartsResult): readonly string[] {
  const name = tag ?? `commit ${commit.slice(0, 12)}`;
  if (nothing !== undefined) return [`nothing to build: ${name} ${nothing}`];
  return [
    ...parts.map(({ image, index }) => `${platform} of ${name} is built: ${image}@${index}`),
    '',
    `'cutwater ${tag === undefined ? `edge --commit ${commit}` : `release ${tag}`}' puts it together with the other platforms and publishes it.`,
  ];
}
