import { escapeText } from '../../domain/quote.ts';
import type { Style, Terminal } from './terminal.ts';
import { paint } from './terminal.ts';
import { fitText, padText, textWidth, wrapText } from './text-width.ts';

export interface TableColumn {
  readonly title: string;
  /**
   * Becomes narrow first where the terminal is, and its texts go on in further lines: nothing of them is lost. The other
   * columns keep their width as long as they can, and are cut then.
   */
  readonly shrinks?: true;
}

/** Text from anywhere: the table escapes it. */
export type TableCell = string | { readonly text: string; readonly style: Style };

/**
 * Lines of a table that fit the terminal. Where the output is no terminal nothing is cut, so that scripts see whole
 * values. No rows: no lines.
 */
export function renderTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly TableCell[])[],
  terminal: Terminal,
): readonly string[] {
  if (rows.length === 0) return [];
  const cells = rows.map((row) => columns.map((_, at) => safeCell(row[at] ?? '')));
  const natural = columns.map(({ title }, at) =>
    Math.max(textWidth(title), ...cells.map((row) => textWidth(row[at]?.text ?? ''))),
  );
  const widths = terminal.isTty ? shrink(natural, columns, terminal.columns) : natural;
  const heading = columns.map(({ title }): SafeCell => ({ text: title, style: 'bold' }));
  return [heading, ...cells].flatMap((row) =>
    linesOf(row, columns, widths).map((line) => renderLine(line, widths, terminal)),
  );
}

interface SafeCell {
  readonly text: string;
  readonly style: Style | undefined;
}

const gap = '  ';
const narrowest = 4;

function safeCell(cell: TableCell): SafeCell {
  return typeof cell === 'string'
    ? { text: escapeText(cell), style: undefined }
    : { text: escapeText(cell.text), style: cell.style };
}

/** The lines of one row, as many as its longest cell needs. */
function linesOf(
  row: readonly SafeCell[],
  columns: readonly TableColumn[],
  widths: readonly number[],
): readonly (readonly SafeCell[])[] {
  const texts = row.map(({ text }, at) => {
    const width = widths[at] ?? 0;
    return columns[at]?.shrinks === true ? wrapText(text, width) : [fitText(text, width)];
  });
  const height = Math.max(...texts.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) =>
    row.map(({ style }, at) => ({ text: texts[at]?.[line] ?? '', style })),
  );
}

function renderLine(row: readonly SafeCell[], widths: readonly number[], terminal: Terminal): string {
  const last = row.length - 1;
  return row
    .map(({ text, style }, at) => {
      const padded = at === last ? text : padText(text, widths[at] ?? 0);
      return style === undefined ? padded : paint(terminal, style, padded);
    })
    .join(gap)
    .trimEnd();
}

/** Takes what is too much from the columns that may shrink, the widest first, then from the others. */
function shrink(natural: readonly number[], columns: readonly TableColumn[], available: number): readonly number[] {
  const widths = [...natural];
  const excess = (): number => widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1)) - available;
  for (const isShrinking of [true, false])
    while (excess() > 0) {
      const widest = widestOf(widths, (at) => (columns[at]?.shrinks === true) === isShrinking);
      if (widest === undefined) break;
      widths[widest] = (widths[widest] ?? 0) - 1;
    }
  return widths;
}

function widestOf(widths: readonly number[], isMeant: (at: number) => boolean): number | undefined {
  let widest: number | undefined;
  for (const [at, width] of widths.entries())
    if (isMeant(at) && width > narrowest && (widest === undefined || width > (widths[widest] ?? 0))) widest = at;
  return widest;
}
