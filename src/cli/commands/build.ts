import { exitCodes } from '../../domain/error-catalogue.ts';
import type { ExitCode } from '../../domain/error-catalogue.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { Platform } from '../../domain/platform.ts';
import { parsePlatform } from '../../domain/platform.ts';
import { quote } from '../../domain/quote.ts';
import { readVersion } from '../../domain/version.ts';
import type { PartsResult } from '../../engine/release/build-part.ts';
import { buildParts } from '../../engine/release/build-part.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openReleaseProject } from '../compose-release.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater build VERSION --platform PLATFORM` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const version = readVersion(input.argument('VERSION'));
  const platform = readPlatform(input.text('platform'));
  const project = await openReleaseProject(context);
  try {
    const result = await buildParts(project.world, project.loaded, { version, platform });
    await project.close();
    if (context.options.json)
      writeJson(context.stdout, { schema: 'cutwater.build/1', ...result, nothing: result.nothing ?? null });
    else context.stdout.write(`${toLines(result).join('\n')}\n`);
    return exitCodes.done;
  } finally {
    await project.close();
  }
}

function readPlatform(text: string | undefined): Platform {
  if (text === undefined)
    throw new CutwaterError('USAGE', 'Cannot build a part without --platform: one platform is wanted', {
      hint: "Name one, such as --platform linux/arm64; 'cutwater release VERSION' builds all of them",
    });
  const platform = parsePlatform(text);
  if (platform.is === 'ok') return platform.value;
  throw new CutwaterError('USAGE', `Cannot build platform ${quote(text)}: it ${platform.reason}`);
}

function toLines({ tag, platform, nothing, parts }: PartsResult): readonly string[] {
  if (nothing !== undefined) return [`nothing to build: ${tag} ${nothing}`];
  return [
    ...parts.map(({ image, index }) => `${platform} of ${tag} is built: ${image}@${index}`),
    '',
    `'cutwater release ${tag}' puts it together with the other platforms and publishes it.`,
  ];
}
