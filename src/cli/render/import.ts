import { shortDigest } from '../../domain/digest.ts';
import { escapeText } from '../../domain/quote.ts';
import { formatVersion } from '../../domain/version.ts';
import type { History, ListedEntry } from '../../engine/adoption/import-history.ts';
import { describeConflict } from '../../estate/checkpoints.ts';
import type { CommandInput } from '../command.ts';
import { formatClaimedTime } from './claimed-time.ts';
import { renderTable } from './table.ts';
import type { TableCell, TableColumn } from './table.ts';
import type { Terminal } from './terminal.ts';

export interface ImportList {
  readonly history: History;
  /** The options that shaped the list, so that the next command can repeat them. */
  readonly choices: Pick<CommandInput, 'list'>;
  readonly now: number;
}

/** What a checkpoint would vouch for, what each version lacks, and what is left out and why. */
export function renderImport({ history, choices, now }: ImportList, terminal: Terminal): readonly string[] {
  const { entries, news, decisions } = history;
  if (entries.length === 0) {
    const why = decisions.checkpoints.length === 0 ? 'no version is published' : 'the checkpoints say it all';
    return [...openQuestions(history, now, terminal), `Nothing to import: ${why}.`, ...leftOut(history)];
  }
  const cancelled = entries.filter(({ entry }) => entry.state === 'cancelled').length;
  const number = decisions.checkpoints.length === 0 ? 'A signed checkpoint' : 'A further signed checkpoint';
  return [
    ...renderTable(columnsOf(history), [...entryRows(history, now), ...questionRows(history, now)], terminal),
    ...leftOut(history),
    '',
    `${number} would vouch for ${entries.length} versions, ${news} of them new.`,
    ...(cancelled === 0
      ? []
      : [
          `It would call ${cancelled === 1 ? 'one version' : `${cancelled} versions`} cancelled: a tag that was never published is never released then.`,
        ]),
    'Is every row right?',
    `next: run 'cutwater import ${optionsOf(choices)}--yes' to sign it, with --push to push it too`,
  ];
}

function columnsOf({ forge }: History): readonly TableColumn[] {
  return [
    { title: 'version' },
    { title: 'state' },
    { title: 'tagged (claimed)' },
    { title: 'image' },
    ...(forge === undefined ? [] : [{ title: 'release' }]),
    { title: 'what is missing', shrinks: true },
  ];
}

function entryRows({ entries, forge }: History, now: number): readonly (readonly TableCell[])[] {
  return entries.map(({ entry, claimedAt, lacks, page }) => [
    formatVersion(entry.version),
    { text: entry.state, style: styles[entry.state] },
    formatClaimedTime(claimedAt, now),
    entry.digest === undefined ? 'never published' : shortDigest(entry.digest),
    ...(forge === undefined ? [] : [pageCell(page)]),
    { text: lacks.map((lack) => escapeText(lack, 300)).join('; '), style: 'yellow' },
  ]);
}

/** Versions of which only a person can say what they are: none of them is vouched for. */
function questionRows({ unclear, undecided, forge }: History, now: number): readonly (readonly TableCell[])[] {
  const ofPage = (page: Parameters<typeof pageCell>[0]): readonly TableCell[] =>
    forge === undefined ? [] : [pageCell(page)];
  return [
    ...unclear.map(({ version, claimedAt, reason }): readonly TableCell[] => [
      version,
      { text: 'unclear', style: 'red' },
      formatClaimedTime(claimedAt, now),
      'none',
      ...ofPage('published'),
      { text: escapeText(reason, 300), style: 'yellow' },
    ]),
    ...undecided.map(({ version, image, page }): readonly TableCell[] => [
      version,
      { text: 'unknown', style: 'red' },
      'no tag',
      image ? 'there' : 'none',
      ...ofPage(page),
      { text: 'no tag decides it: nothing vouches for it', style: 'yellow' },
    ]),
  ];
}

function openQuestions(history: History, now: number, terminal: Terminal): readonly string[] {
  const rows = questionRows(history, now);
  return rows.length === 0 ? [] : [...renderTable(columnsOf(history), rows, terminal), ''];
}

function pageCell(page: ListedEntry['page']): TableCell {
  if (page === 'published') return { text: page, style: 'green' };
  return page === 'draft' ? { text: page, style: 'yellow' } : { text: 'none', style: 'dim' };
}

const styles = { published: 'green', withdrawn: 'yellow', cancelled: 'dim' } as const;

function leftOut({ rejected, underWay, leftOut: others, conflicts, ...history }: History): readonly string[] {
  return [
    ...conflicts.map((conflict) => {
      const version = formatVersion(conflict.later.entry.version);
      return `Checkpoints differ about ${version}: ${escapeText(describeConflict(conflict), 500)}`;
    }),
    ...rejected.map(
      ({ version, reason }) =>
        `Left out, its stored statement does not count: ${version}: ${escapeText(reason, 500)}; if its image is right, add --vouch ${version}`,
    ),
    ...underWay.map(
      (version) => `Left out, its release may be under way: ${version}; if it will never be, add --cancel ${version}`,
    ),
    ...unclearLine(history.unclear),
    ...foreignReleases(history.forge),
    ...(others.length === 0 ? [] : [`Left out by --only: ${others.join(', ')}`]),
  ];
}

/** One line for all: a project may have had releases for years before it had images. */
function unclearLine(unclear: History['unclear']): readonly string[] {
  const [first] = unclear;
  if (first === undefined) return [];
  const shown = unclear.slice(0, 5).map(({ version }) => version);
  const more = unclear.length > shown.length ? ` and ${unclear.length - shown.length} more` : '';
  return [
    `Left out, only a person can say what became of them: ${shown.join(', ')}${more}; where there never was an image, add --cancel ${first.version} or a range`,
  ];
}

function foreignReleases(forge: History['forge']): readonly string[] {
  if (forge === undefined || forge.others === 0) return [];
  const are = forge.others === 1 ? 'one release' : `${forge.others} releases`;
  return [`On ${escapeText(forge.description)} ${are} of no version of this project, and left alone`];
}

function optionsOf(choices: Pick<CommandInput, 'list'>): string {
  return (['cancel', 'vouch', 'only'] as const)
    .flatMap((option) => choices.list(option).map((text) => `--${option} ${escapeText(text, 100)} `))
    .join('');
}

/** The same as plain data; times are Unix seconds. */
export function importJson(history: History): Readonly<Record<string, unknown>> {
  const { entries, news, underWay, rejected, unclear, undecided, forge, leftOut: others, conflicts } = history;
  return {
    schema: 'cutwater.import/1',
    entries: entries.map(({ entry, claimedAt, lacks, page }) => {
      return { ...entry, version: formatVersion(entry.version), claimedAt, lacks, page };
    }),
    news,
    underWay,
    rejected,
    unclear,
    undecided,
    forge,
    leftOut: others,
    conflicts: conflicts.map((conflict) => ({
      version: formatVersion(conflict.later.entry.version),
      says: describeConflict(conflict),
    })),
  };
}
