import type { MarkdownLine } from './markdown-lines.ts';
import { headingOf } from './markdown-lines.ts';

/** A table (GFM 4.10). Line numbers are 1-based. */
export interface MarkdownTable {
  /** The nearest heading above, or nothing. */
  readonly title: string;
  readonly header: readonly string[];
  /** The line below the header that makes it a table. */
  readonly delimiterLine: number;
  readonly rows: readonly { readonly line: number; readonly cells: readonly string[] }[];
}

export function findTables(lines: readonly MarkdownLine[]): readonly MarkdownTable[] {
  const tables: MarkdownTable[] = [];
  let title = '';
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index];
    const below = lines[index + 1];
    if (line === undefined) break;
    title = headingOf(line)?.text ?? title;
    if (below === undefined || !isRow(line) || !isDelimiter(below, splitCells(line.text).length)) continue;
    let end = index + 2;
    for (let next = lines[end]; next !== undefined && isRow(next); next = lines[end]) end += 1;
    const rows = lines.slice(index + 2, end);
    const first = index + 3;
    tables.push({
      title,
      header: splitCells(line.text),
      delimiterLine: index + 2,
      rows: rows.map(({ text }, at) => ({ line: first + at, cells: splitCells(text) })),
    });
    index += 1 + rows.length;
  }
  return tables;
}

/** A row of these cells; a line break in a cell is written as `<br>`, a bar is escaped. */
export function formatRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll(/\s*[\r\n]+\s*/g, ' ')).join(' | ')} |`;
}

/** The cells without the blanks around them. A bar is part of a cell only where it is escaped. */
export function splitCells(text: string): readonly string[] {
  const cells = text.trim().replace(/^\|/, '').replaceAll('\\|', '\0').split('|');
  if (cells.length > 1 && cells.at(-1)?.trim() === '') cells.pop();
  return cells.map((cell) => cell.replaceAll('\0', '|').trim());
}

function isRow({ place, text }: MarkdownLine): boolean {
  return place === 'block' && /^ {0,3}\|/.test(text);
}

function isDelimiter(line: MarkdownLine, columns: number): boolean {
  if (!isRow(line)) return false;
  const cells = splitCells(line.text);
  return cells.length === columns && cells.every((cell) => /^:?-+:?$/.test(cell));
}
