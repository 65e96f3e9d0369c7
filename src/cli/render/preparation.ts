import { escapeLines, escapeText } from '../../domain/quote.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion } from '../../domain/version.ts';
import type { FilePlan } from '../../documents/file-plan.ts';
import type { PrepareOutlook } from '../../engine/documents/prepare-outlook.ts';
import type { Prepared } from '../../engine/documents/prepare.ts';
import { renderTable } from './table.ts';
import type { Style, Terminal } from './terminal.ts';
import { paint } from './terminal.ts';

/** What `--json` shows; the texts of the files are left out. */
export function outlookJson(version: Version, outlook: PrepareOutlook): Readonly<Record<string, unknown>> {
  const { kind, branch, preparation, problems, commits } = outlook;
  const { previous, files, bump, changes, doubts, defects } = preparation;
  return {
    schema: 'cutwater.prepare/1',
    version: formatVersion(version),
    class: kind,
    branch,
    previous: previous && formatVersion(previous),
    files: files.map(({ path, state, says }) => ({ path, state, says })),
    bump: bump && { ...bump, suggested: formatVersion(bump.suggested) },
    changes,
    commits,
    problems,
    doubts,
    defects,
  };
}

/** The whole report of `--check`. */
export function renderOutlook(version: Version, outlook: PrepareOutlook, terminal: Terminal): readonly string[] {
  const { kind, branch, preparation, problems } = outlook;
  const { previous, files, doubts } = preparation;
  const after = previous === undefined ? 'the first release' : `after ${formatVersion(previous)}`;
  const title = `${formatVersion(version)}: ${kind}, ${after}, on ${branch === undefined ? 'no branch' : escapeText(branch)}`;
  const heading = (text: string): readonly string[] => ['', paint(terminal, 'bold', text)];
  return [
    paint(terminal, 'bold', title),
    ...renderFiles(files, terminal),
    ...renderBump(outlook),
    ...heading('What the changelog says'),
    ...cut(
      (preparation.changes ?? 'nothing that can be read').split('\n').filter((line) => line.trim() !== ''),
      40,
    ),
    ...renderCommits(outlook, terminal),
    ...renderDefects(outlook, terminal),
    ...(doubts.length === 0
      ? []
      : [...heading('To look at'), ...doubts.map((doubt) => `  ${escapeText(doubt, 1000)}`)]),
    ...(problems.length === 0 ? ['', 'Nothing stands against it.'] : heading('What stands against it')),
    ...problems.flatMap(({ message, hint }) => [
      `  ${paint(terminal, 'red', '✗')} ${escapeText(message, 1000)}`,
      `    next: ${escapeText(hint, 1000)}`,
    ]),
  ];
}

/** What is said after the work. */
export function renderPrepared(version: Version, prepared: Prepared): readonly string[] {
  const { outlook, commit, is, remote } = prepared;
  const { preparation, branch = '' } = outlook;
  const name = formatVersion(version);
  const files = preparation.files.filter(({ state }) => state !== 'committed').map(({ path }) => escapeText(path));
  const done =
    is === 'made'
      ? `${name} is prepared: commit ${commit.slice(0, 12)}${files.length === 0 ? '' : ` with ${files.join(', ')}`}`
      : `${name} is prepared already, in commit ${commit.slice(0, 12)} or before`;
  const where = { pushed: `pushed to ${escapeText(branch)}`, there: 'on the remote', nowhere: 'only in this clone' }[
    remote
  ];
  const { candidate } = outlook;
  const act =
    candidate === undefined
      ? `tag it with 'cutwater tag ${name} --push'`
      : `promote its candidate with 'cutwater promote ${formatVersion(candidate)} --push'`;
  const next =
    remote === 'nowhere'
      ? `Push it with 'cutwater prepare ${name} --push', then ${act}`
      : `${act.slice(0, 1).toUpperCase()}${act.slice(1)}`;
  return [
    `${done}, ${where}`,
    ...preparation.doubts.map((doubt) => `look at: ${escapeText(doubt, 1000)}`),
    `next: ${next}`,
  ];
}

function renderFiles(files: readonly FilePlan[], terminal: Terminal): readonly string[] {
  const marks: Readonly<Record<FilePlan['state'], { readonly text: string; readonly style: Style }>> = {
    write: { text: 'to write', style: 'yellow' },
    written: { text: 'to commit', style: 'yellow' },
    committed: { text: 'ok', style: 'green' },
  };
  const rows = files.map(({ path, state, says }) => [marks[state], path, says]);
  const columns = [{ title: 'state' }, { title: 'file' }, { title: 'what', shrinks: true }] as const;
  return rows.length === 0 ? [] : ['', ...renderTable(columns, rows, terminal)];
}

function renderBump({ preparation }: PrepareOutlook): readonly string[] {
  const { bump, previous } = preparation;
  if (bump === undefined || previous === undefined) return [];
  const because = bump.because.length === 0 ? 'nothing asks for more' : bump.because.join('; ');
  return ['', escapeText(`The changes allow ${formatVersion(bump.suggested)} or higher: ${because}`, 1000)];
}

function renderCommits({ preparation, commits }: PrepareOutlook, terminal: Terminal): readonly string[] {
  const { previous } = preparation;
  const since = previous === undefined ? '' : ` since ${releaseTagOf(previous)}`;
  return [
    '',
    paint(terminal, 'bold', `Commits${since}: ${commits.length}`),
    ...cut(
      commits.map(({ id, subject }) => `${id.slice(0, 12)}  ${subject}`),
      40,
    ),
  ];
}

function renderDefects({ preparation }: PrepareOutlook, terminal: Terminal): readonly string[] {
  const { defects } = preparation;
  if (defects.length === 0) return [];
  const rows = defects.map(({ line, code, message }) => [line === undefined ? '–' : String(line), code, message]);
  const columns = [{ title: 'line' }, { title: 'defect' }, { title: 'what', shrinks: true }] as const;
  return [
    '',
    paint(terminal, 'bold', `Defects of the changelog: ${defects.length}`),
    ...renderTable(columns, rows, terminal),
  ];
}

function cut(lines: readonly string[], most: number): readonly string[] {
  const shown = lines.slice(0, most).map((line) => `  ${escapeLines(line, 200)}`);
  return lines.length <= most ? shown : [...shown, `  and ${lines.length - most} more`];
}
