import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { formatVersion, readVersion } from '../../domain/version.ts';
import { announce } from '../../engine/announcement/announce.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openAnnounceProject } from '../compose-announce.ts';
import { announcedLine } from '../render/announced.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater announce VERSION` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const version = readVersion(input.argument('VERSION'));
  const project = await openAnnounceProject(context);
  try {
    const told = await announce(project.world, project.loaded, { version, channel: input.text('channel') });
    await project.close();
    if (context.options.json)
      writeJson(context.stdout, { schema: 'cutwater.announce/1', version: formatVersion(version), channels: told });
    else context.stdout.write(`${told.map(announcedLine).join('\n')}\n`);
    return exitCodes.done;
  } finally {
    await project.close();
  }
}
