import { exitCodes } from '../../domain/error-catalogue.ts';
import type { ExitCode } from '../../domain/error-catalogue.ts';
import { escapeText } from '../../domain/quote.ts';
import { formatVersion } from '../../domain/version.ts';
import { settlePointers } from '../../engine/carry-out.ts';
import type { History } from '../../engine/import-history.ts';
import { readHistory } from '../../engine/import-history.ts';
import { writeCheckpoints } from '../../engine/make-decision.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openProject } from '../compose.ts';
import { writeDecision } from '../render/decision.ts';
import { writeJson } from '../render/json.ts';
import { renderTable } from '../render/table.ts';
import type { Terminal } from '../render/terminal.ts';

/** `cutwater import` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const project = await openProject(context, { fetch: 'must', access: 'write' });
  try {
    const history = await readHistory(project.world, project.loaded);
    if (history.entries.length === 0 || !input.flag('yes')) {
      await project.close();
      if (context.options.json) writeJson(context.stdout, historyJson(history));
      else context.stdout.write(`${renderHistory(history, context.terminal).join('\n')}\n`);
      return history.entries.length === 0 ? exitCodes.done : exitCodes.waiting;
    }
    const push = input.flag('push');
    const { entries, decisions } = history;
    const made = await writeCheckpoints(project.world, project.loaded, { entries, decisions, push });
    const outcome = await settlePointers(project.world, project.loaded);
    await project.close();
    writeDecision(context, { made, pushed: push, outcome });
    return exitCodes.done;
  } finally {
    await project.close();
  }
}

function historyJson({ entries, news, underWay, rejected }: History): Readonly<Record<string, unknown>> {
  const listed = entries.map((entry) => ({ ...entry, version: formatVersion(entry.version) }));
  return { schema: 'cutwater.import/1', entries: listed, news, underWay, rejected };
}

function renderHistory(history: History, terminal: Terminal): readonly string[] {
  const left = [
    ...history.rejected.map(
      ({ version, reason }) => `Left out, its stored statement does not count: ${version}: ${escapeText(reason, 500)}`,
    ),
    ...history.underWay.map((version) => `Left out, its release may be under way: ${version}`),
  ];
  if (history.entries.length === 0) return ['Nothing to import: the checkpoints say it all.', ...left];
  const rows = history.entries.map(({ version, state, digest }) => [formatVersion(version), state, digest ?? '-']);
  return [
    ...renderTable([{ title: 'version' }, { title: 'state' }, { title: 'image', shrinks: true }], rows, terminal),
    ...left,
    '',
    `A signed checkpoint would vouch for these ${history.entries.length} versions, ${history.news} of them new. Is every row right?`,
    "next: run 'cutwater import --yes' to sign it, with --push to push it too",
  ];
}
