import { CutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-catalogue.ts';
import type { ExitCode } from '../../domain/error-catalogue.ts';
import { parseReason } from '../../domain/release-message.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { readVersion } from '../../domain/version.ts';
import type { ReleaseTagMade } from '../../engine/make-release-tag.ts';
import { tagRelease } from '../../engine/tag-release.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openTagProject } from '../compose-tag.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater tag VERSION` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const version = readVersion(input.argument('VERSION'));
  const unsignedReason = readUnsigned(input, version);
  const project = await openTagProject(context);
  try {
    const made = await tagRelease(project.world, project.loaded, {
      version,
      at: input.text('at'),
      text: input.text('message'),
      unsignedReason,
      push: input.flag('push'),
    });
    await project.close();
    if (context.options.json) writeJson(context.stdout, { schema: 'cutwater.tag/1', ...made });
    else context.stdout.write(`${renderTag(made).join('\n')}\n`);
    return exitCodes.done;
  } finally {
    await project.close();
  }
}

function readUnsigned(input: CommandInput, version: Version): string | undefined {
  const reason = input.text('reason');
  if (!input.flag('unsigned')) {
    if (reason === undefined) return undefined;
    throw new CutwaterError('USAGE', `Cannot tag ${releaseTagOf(version)}: a reason is given, but not for what`, {
      hint: 'Add --unsigned, or leave out --reason',
    });
  }
  const parsed = parseReason(reason ?? '');
  if (parsed.is === 'ok') return parsed.value;
  throw new CutwaterError('USAGE', `Cannot tag ${releaseTagOf(version)} unsigned: the reason ${parsed.reason}`, {
    hint: 'Add --reason "TEXT"; it is recorded in the tag and in the release statement',
  });
}

function renderTag(made: ReleaseTagMade): readonly string[] {
  const { tag, commit, object, branch } = made;
  const said = made.is === 'made' ? `${tag} is made` : `${tag} is there already`;
  const pushed = branch === undefined ? 'pushed' : `pushed with branch ${branch}`;
  const where = { pushed, there: 'on the remote', nowhere: 'only in this clone' }[made.remote];
  const next =
    made.remote === 'nowhere'
      ? `Push it with 'cutwater tag ${tag} --push'${branch === undefined ? '' : `; branch ${branch} goes with it`}`
      : `Release it with 'cutwater release ${tag}', unless CI does`;
  return [`${said}, ${where}: commit ${commit.slice(0, 12)}, tag object ${object}`, `next: ${next}`];
}
