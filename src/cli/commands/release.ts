import { CutwaterError } from '../../domain/error.ts';
import { readVersion } from '../../domain/version.ts';
import type { ReleasePredicate } from '../../domain/release-statement.ts';
import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { everyAlias } from '../../engine/facts/gather-estate.ts';
import type { PublishedVersion, ReleaseResult } from '../../engine/release/release.ts';
import { publishVersion, release } from '../../engine/release/release.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openReleaseProject } from '../compose-release.ts';
import { aliasJson, renderAliases } from '../render/aliases.ts';
import { announcedLine } from '../render/announced.ts';
import { dueJson, dueLines } from '../render/decision.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater release VERSION` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  if (input.flag('watch')) {
    if (input.flag('leave-aliases'))
      throw new CutwaterError('USAGE', 'Cannot watch with --leave-aliases: watching releases nothing itself', {
        hint: 'Leave one of the two out',
      });
    return (await import('./release-watch.ts')).watch(input, context);
  }
  if (input.text('timeout') !== undefined || input.number('interval') !== undefined)
    throw new CutwaterError('USAGE', 'Cannot release with --timeout or --interval: both belong to --watch', {
      hint: 'Add --watch, or leave them out',
    });
  const version = readVersion(input.argument('VERSION'));
  const project = await openReleaseProject(context);
  try {
    const act = input.flag('leave-aliases') ? publishVersion : release;
    const result: PublishedVersion | ReleaseResult = await act(project.world, project.loaded, version);
    await project.close();
    if (context.options.json) writeJson(context.stdout, { ...toJson(result) });
    else context.stdout.write(`${toLines(result, context).join('\n')}\n`);
    return exitCodes.done;
  } finally {
    await project.close();
  }
}

function toJson(result: PublishedVersion | ReleaseResult): Readonly<Record<string, unknown>> {
  const base = { schema: 'cutwater.release-result/1', completed: result.completed, release: result.release };
  if (!('pointers' in result)) return base;
  return {
    ...base,
    announced: result.announcements.told,
    due: result.announcements.left.map(dueJson),
    aliases: everyAlias(result.pointers.estate).map(aliasJson),
  };
}

function toLines(result: PublishedVersion | ReleaseResult, { terminal }: CliContext): readonly string[] {
  const said = publishedLines(result.release, result.completed);
  if (!('pointers' in result)) return [...said, '', "Aliases are left to 'cutwater reconcile'."];
  return [
    ...said,
    '',
    ...renderAliases(everyAlias(result.pointers.estate), terminal),
    ...result.announcements.told.map(announcedLine),
    ...dueLines(result.announcements.left),
  ];
}

function publishedLines(
  { tag, image, companions = [], binaries }: ReleasePredicate,
  completed: boolean,
): readonly string[] {
  return [
    `${tag.name} is ${completed ? 'published' : 'published already'}: ${image.name}@${image.index}`,
    ...companions.map(({ name, index }) => `  ${name}@${index}`),
    ...binaries.map(({ name, digest }) => `  ${name}  ${digest}`),
  ];
}
