import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { escapeText } from '../../domain/quote.ts';
import type { Status } from '../../engine/overview/gather-status.ts';
import { gatherStatus } from '../../engine/overview/gather-status.ts';
import { describeStep } from '../../plan/step.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openProject } from '../compose.ts';
import { aliasJson, renderAliases } from '../render/aliases.ts';
import { channelJson, renderChannels } from '../render/channels.ts';
import { dueJson, dueLines } from '../render/decision.ts';
import { writeJson } from '../render/json.ts';
import { renderRounds, roundJson } from '../render/rounds.ts';
import { renderTable } from '../render/table.ts';
import type { Terminal } from '../render/terminal.ts';
import { paint } from '../render/terminal.ts';

/** `cutwater status` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const project = await openProject(context, { fetch: 'try', access: 'read' });
  try {
    const status = await gatherStatus(project.world, project.loaded);
    await project.close();
    if (context.options.json) writeJson(context.stdout, statusJson(status, project.world.now));
    else context.stdout.write(`${renderStatus(status, project.world.now, context.terminal).join('\n')}\n`);
    const open = [status.drift, status.unfinished, status.due, status.mergeBacks].some((list) => list.length > 0);
    return input.flag('exit-code') && open ? exitCodes.refused : exitCodes.done;
  } finally {
    await project.close();
  }
}

function statusJson(status: Status, now: number): Readonly<Record<string, unknown>> {
  const rounds = status.rounds.map((round) => roundJson(round, now));
  const { channels: found } = status;
  const channels = found.is === 'judged' ? found.channels.map(channelJson) : found.is === 'none' ? [] : undefined;
  return { ...status, aliases: status.aliases.map(aliasJson), channels, rounds, due: status.due.map(dueJson) };
}

const shown = 15;

/** Nothing is said of the channels of a project that has none. */
function channelLines(channels: Status['channels'], now: number, terminal: Terminal): readonly string[] {
  if (channels.is === 'none') return [];
  if (channels.is === 'unchecked') return [escapeText(channels.reason, 500)];
  const known = channels.channels.filter(({ current }) => current !== undefined);
  return known.length === 0 ? [] : renderChannels({ estate: channels, now }, terminal);
}

function renderStatus(status: Status, now: number, terminal: Terminal): readonly string[] {
  const styles = { published: 'green', withdrawn: 'yellow', rejected: 'red', listed: 'dim' } as const;
  const published = status.published.map(({ version, is, reason, wayBack }) => {
    const text = [reason === undefined ? is : `${is}: ${reason}`, ...(wayBack === undefined ? [] : [wayBack])].join(
      '; ',
    );
    return [version, { text, style: styles[is] }];
  });
  const unfinished = status.unfinished.map(
    ({ version, problem }) => `${version}: ${problem ?? `run 'cutwater release ${version}'`}`,
  );
  const refused = status.refusedTags.map(
    ({ tag, reason }) => `${escapeText(tag)}: it ${escapeText(reason.replace(/^it /, ''), 500)}`,
  );
  const mergeBacks = status.mergeBacks.map(
    ({ version, missing }) =>
      `${version}: ${missing} ${missing === 1 ? 'commit' : 'commits'} not in the default branch; run 'cutwater hotfix finish ${version}'`,
  );
  const columns = [{ title: 'version' }, { title: 'state', shrinks: true }] as const;
  const more = {
    published: published.length - shown,
    unfinished: unfinished.length - shown,
    refused: refused.length - shown,
  };
  const sections = [
    { title: 'Aliases', lines: renderAliases(status.aliases, terminal), more: 0 },
    { title: 'Builds of the default branch', lines: channelLines(status.channels, now, terminal), more: 0 },
    { title: 'Versions', lines: renderTable(columns, published.slice(0, shown), terminal), more: more.published },
    { title: 'Release candidates', lines: renderRounds(status.rounds, now, terminal), more: 0 },
    { title: 'Tagged, not finished', lines: unfinished.slice(0, shown), more: more.unfinished },
    { title: 'To be merged back', lines: mergeBacks.slice(0, shown), more: mergeBacks.length - shown },
    { title: "Drift that 'cutwater reconcile' would mend", lines: status.drift.map(describeStep), more: 0 },
    { title: 'Announcements', lines: dueLines(status.due), more: 0 },
    { title: 'Tags that do not count', lines: refused.slice(0, shown), more: more.refused },
  ];
  return [...sections.flatMap((section) => renderSection(section, terminal)), ending(status)];
}

function ending({ unreleased: { since, isReleased }, published }: Status): string {
  if (since === undefined)
    return published.length === 0 ? 'Nothing is published yet.' : 'No stable version is published yet.';
  if (!isReleased) return `The default branch has moved on since ${since}.`;
  const state = published.find(({ version }) => `v${version}` === since)?.is;
  return `The default branch is released as ${since}${state === 'withdrawn' ? ', which is withdrawn' : ''}.`;
}

interface Section {
  readonly title: string;
  readonly lines: readonly string[];
  readonly more: number;
}

function renderSection({ title, lines, more }: Section, terminal: Terminal): readonly string[] {
  if (lines.length === 0) return [];
  const rest = more > 0 ? [`  and ${more} more (see --json)`] : [];
  return [paint(terminal, 'bold', title), ...lines.map((line) => `  ${line}`), ...rest, ''];
}
