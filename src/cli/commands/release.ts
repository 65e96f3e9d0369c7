import { readVersion } from '../../domain/version.ts';
import { exitCodes } from '../../domain/error-catalogue.ts';
import type { ExitCode } from '../../domain/error-catalogue.ts';
import { release } from '../../engine/release/release.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openReleaseProject } from '../compose-release.ts';
import { aliasJson, renderAliases } from '../render/aliases.ts';
import { announcedLine } from '../render/announced.ts';
import { dueJson, dueLines } from '../render/decision.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater release VERSION` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const version = readVersion(input.argument('VERSION'));
  const project = await openReleaseProject(context);
  try {
    const result = await release(project.world, project.loaded, version);
    await project.close();
    const { image, binaries } = result.release;
    if (context.options.json) {
      const aliases = result.pointers.estate.aliases.map(aliasJson);
      writeJson(context.stdout, {
        schema: 'cutwater.release-result/1',
        completed: result.completed,
        release: result.release,
        announced: result.announcements.told,
        due: result.announcements.left.map(dueJson),
        aliases,
      });
      return exitCodes.done;
    }
    const lines = [
      `${result.release.tag.name} is ${result.completed ? 'published' : 'published already'}: ${image.name}@${image.index}`,
      ...binaries.map(({ name, digest }) => `  ${name}  ${digest}`),
      '',
      ...renderAliases(result.pointers.estate.aliases, context.terminal),
      ...result.announcements.told.map(announcedLine),
      ...dueLines(result.announcements.left),
    ];
    context.stdout.write(`${lines.join('\n')}\n`);
    return exitCodes.done;
  } finally {
    await project.close();
  }
}
