import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { escapeText } from '../../domain/quote.ts';
import { readVersion } from '../../domain/version.ts';
import type { FinishedHotfix } from '../../engine/hotfix/finish-hotfix.ts';
import { finishHotfix } from '../../engine/hotfix/finish-hotfix.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openHotfixProject } from '../compose-hotfix.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater hotfix finish [VERSION]` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const asked = input.optionalArgument('VERSION');
  const version = asked === undefined ? undefined : readVersion(asked);
  const project = await openHotfixProject(context);
  try {
    const finished = await finishHotfix(project.world, project.loaded, { version, push: input.flag('push') });
    await project.close();
    if (context.options.json) writeJson(context.stdout, { schema: 'cutwater.hotfix-finish/1', ...finished });
    else context.stdout.write(`${renderFinished(finished).join('\n')}\n`);
    return exitCodes.done;
  } finally {
    await project.close();
  }
}

const containedBy = {
  merge: 'the default branch contains its commit',
  patches: 'the default branch has every patch of it',
  content: 'the default branch has all of its content',
} as const;

function renderFinished(finished: FinishedHotfix): readonly string[] {
  if (finished.is === 'none') return ['No published hotfix waits to be merged back.'];
  if (finished.is === 'contained') return [`${finished.version} is merged back already: ${containedBy[finished.by]}.`];
  const { version, branch, commit, into, united, remote, request, is } = finished;
  const where = { pushed: 'pushed', there: 'on the remote', nowhere: 'only in this clone' }[remote];
  const next =
    remote === 'nowhere'
      ? `Look at it ('git diff ${into}...${branch}'), then push it with 'cutwater hotfix finish ${version} --push'`
      : request === undefined
        ? `Merge ${branch} into ${into}, with a merge commit and not as a squash`
        : `Have ${escapeText(request)} merged`;
  return [
    `${version} is merged${is === 'kept' ? ' already' : ''} on branch ${branch}, commit ${commit.slice(0, 12)}, ${where}.`,
    ...(united.length === 0
      ? []
      : [`Put together from both sides: ${united.map((path) => escapeText(path)).join(', ')}.`]),
    `next: ${next}`,
  ];
}
