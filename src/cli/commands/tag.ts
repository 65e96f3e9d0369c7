import { CutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-catalogue.ts';
import type { ExitCode } from '../../domain/error-catalogue.ts';
import { parseReason } from '../../domain/release-message.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { readVersion, releaseClassOf } from '../../domain/version.ts';
import type { ReleaseTagMade } from '../../engine/make-release-tag.ts';
import { tagRelease } from '../../engine/tag-release.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openTagProject } from '../compose-tag.ts';
import { writeJson } from '../render/json.ts';

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
    else context.stdout.write(`${renderTag(made, input.text('at')).join('\n')}\n`);
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

function renderTag(made: ReleaseTagMade, at: string | undefined): readonly string[] {
  const { tag, commit, object, branch } = made;
  const said = made.is === 'made' ? `${tag} is made` : `${tag} is there already`;
  const pushed = branch === undefined ? 'pushed' : `pushed with branch ${branch}`;
  const where = { pushed, there: 'on the remote', nowhere: 'only in this clone' }[made.remote];
  const next =
    made.remote === 'nowhere'
      ? `Push it with 'cutwater tag ${tag} ${at === undefined ? '' : `--at ${commit} `}--push'${branch === undefined ? '' : `; branch ${branch} goes with it`}`
      : `Release it with 'cutwater release ${tag}', unless CI does`;
  return [`${said}, ${where}: commit ${commit.slice(0, 12)}, tag object ${object}`, `next: ${next}`];
}
