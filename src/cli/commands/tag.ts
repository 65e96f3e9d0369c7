import { CutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { parseReason } from '../../domain/release-message.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { readVersion, releaseClassOf } from '../../domain/version.ts';
import { tagRelease } from '../../engine/tag/tag-release.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openTagProject } from '../compose-tag.ts';
import { writeJson } from '../render/json.ts';
import { renderReleaseTag } from '../render/release-tag.ts';

/** `cutwater tag VERSION` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const version = readVersion(input.argument('VERSION'));
  const reason = readReason(input, version);
  const project = await openTagProject(context);
  try {
    const made = await tagRelease(project.world, project.loaded, {
      version,
      at: input.text('at'),
      text: input.text('message'),
      ...(input.flag('unsigned') ? { unsignedReason: reason } : { unsignedReason: undefined, hotfixReason: reason }),
      push: input.flag('push'),
    });
    await project.close();
    if (context.options.json) writeJson(context.stdout, { schema: 'cutwater.tag/1', ...made });
    else {
      const { said, next } = renderReleaseTag(made, input.text('at'));
      context.stdout.write(`${said}\n${next}\n`);
    }
    return exitCodes.done;
  } finally {
    await project.close();
  }
}

/** Of an unsigned candidate or of a large hotfix: no tag is both. */
function readReason(input: CommandInput, version: Version): string | undefined {
  const isUnsigned = input.flag('unsigned');
  const text = input.text('reason') ?? (isUnsigned ? '' : undefined);
  if (text === undefined) return undefined;
  const name = releaseTagOf(version);
  const isStable = releaseClassOf(version) === 'stable';
  if (!isUnsigned && !isStable)
    throw new CutwaterError('USAGE', `Cannot tag ${name}: a reason is given, but not for what`, {
      hint: 'Add --unsigned, or leave out --reason',
    });
  const reason = parseReason(text);
  if (reason.is === 'ok') return reason.value;
  throw new CutwaterError('USAGE', `Cannot tag ${name}${isUnsigned ? ' unsigned' : ''}: the reason ${reason.reason}`, {
    hint: 'Write --reason "TEXT"; it is recorded in the tag',
  });
}
