import { CutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { quote } from '../../domain/quote.ts';
import { parseVersion } from '../../domain/version.ts';
import type { HotfixStart, StartedHotfix } from '../../engine/hotfix/start-hotfix.ts';
import { startHotfix } from '../../engine/hotfix/start-hotfix.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openHotfixProject } from '../compose-hotfix.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater hotfix start` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const from = readStart(input.text('from'));
  const project = await openHotfixProject(context);
  try {
    const started = await startHotfix(project.world, project.loaded, { from, push: input.flag('push') });
    await project.close();
    if (context.options.json) writeJson(context.stdout, { schema: 'cutwater.hotfix-start/1', ...started });
    else context.stdout.write(`${renderStarted(started).join('\n')}\n`);
    return exitCodes.done;
  } finally {
    await project.close();
  }
}

function readStart(text: string | undefined): HotfixStart {
  if (text === undefined) return undefined;
  if (/^(?:0|[1-9]\d{0,8})(?:\.(?:0|[1-9]\d{0,8}))?$/.test(text)) return { is: 'line', line: text };
  const version = parseVersion(text.replace(/^v/, ''));
  if (version.is === 'ok') return { is: 'version', version: version.value };
  throw new CutwaterError('USAGE', `Cannot start a hotfix from ${quote(text)}: it ${version.reason}`, {
    hint: 'Name a version such as 1.2.3 or a line such as 1.2',
  });
}

function renderStarted({ version, branch, base, is, remote }: StartedHotfix): readonly string[] {
  const where = { pushed: 'pushed', there: 'on the remote', nowhere: 'only in this clone' }[remote];
  return [
    `Branch ${branch} ${is === 'made' ? `is made at ${base}` : `is there already, from ${base}`}, ${where}.`,
    'next:',
    `  git switch ${branch}, then commit the fix, with what it changes under Unreleased in the changelog`,
    `  cutwater prepare ${version}`,
    `  cutwater tag ${version} --push`,
    `  cutwater hotfix finish ${version} --push, once it is released`,
  ];
}
