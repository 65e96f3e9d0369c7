import { shortDigest } from '../../domain/digest.ts';
import { escapeText } from '../../domain/quote.ts';
import { formatVersion } from '../../domain/version.ts';
import type { History } from '../../engine/adoption/import-history.ts';
import { describeConflict } from '../../estate/checkpoints.ts';
import type { CommandInput } from '../command.ts';
import { formatClaimedTime } from './claimed-time.ts';
import { renderTable } from './table.ts';
import type { TableCell } from './table.ts';
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
    return [`Nothing to import: ${why}.`, ...leftOut(history)];
  }
  const rows = entries.map(({ entry, claimedAt, lacks }): readonly TableCell[] => [
    formatVersion(entry.version),
    { text: entry.state, style: styles[entry.state] },
    formatClaimedTime(claimedAt, now),
    entry.digest === undefined ? 'never published' : shortDigest(entry.digest),
    { text: lacks.map((lack) => escapeText(lack, 300)).join('; '), style: 'yellow' },
  ]);
  const columns = [
    { title: 'version' },
    { title: 'state' },
    { title: 'tagged (claimed)' },
    { title: 'image' },
    { title: 'what is missing', shrinks: true },
  ] as const;
  const cancelled = entries.filter(({ entry }) => entry.state === 'cancelled').length;
  const number = decisions.checkpoints.length === 0 ? 'A signed checkpoint' : 'A further signed checkpoint';
  return [
    ...renderTable(columns, rows, terminal),
    ...leftOut(history),
    '',
    `${number} would vouch for these ${entries.length} versions, ${news} of them new.`,
    ...(cancelled === 0
      ? []
      : [
          `It would call ${cancelled === 1 ? 'one version' : `${cancelled} versions`} cancelled: a tag that was never published is never released then.`,
        ]),
    'Is every row right?',
    `next: run 'cutwater import ${optionsOf(choices)}--yes' to sign it, with --push to push it too`,
  ];
}

const styles = { published: 'green', withdrawn: 'yellow', cancelled: 'dim' } as const;

function leftOut({ rejected, underWay, leftOut: others, conflicts }: History): readonly string[] {
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
    ...(others.length === 0 ? [] : [`Left out by --only: ${others.join(', ')}`]),
  ];
}

function optionsOf(choices: Pick<CommandInput, 'list'>): string {
  return (['cancel', 'vouch', 'only'] as const)
    .flatMap((option) => choices.list(option).map((text) => `--${option} ${escapeText(text, 100)} `))
    .join('');
}

/** The same as plain data; times are Unix seconds. */
export function importJson(history: History): Readonly<Record<string, unknown>> {
  const { entries, news, underWay, rejected, leftOut: others, conflicts } = history;
  return {
    schema: 'cutwater.import/1',
    entries: entries.map(({ entry, claimedAt, lacks }) => {
      return { ...entry, version: formatVersion(entry.version), claimedAt, lacks };
    }),
    news,
    underWay,
    rejected,
    leftOut: others,
    conflicts: conflicts.map((conflict) => ({
      version: formatVersion(conflict.later.entry.version),
      says: describeConflict(conflict),
    })),
  };
}
