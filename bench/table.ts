import type { Result, Unit } from './result.ts';
import { ratioOf, verdictOf } from './result.ts';

const titles = ['measure', 'ours', 'peer', 'ratio', 'budget', 'verdict'] as const;

/** The results as a Markdown table, with its columns aligned so that it can be read on a terminal, too. */
export function renderResults(results: readonly Result[]): string {
  const rows = [titles, ...results.map(cellsOf)];
  const widths = titles.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = line(widths.map((width) => '-'.repeat(width)));
  const [head = titles, ...body] = rows;
  return [line(head), rule, ...body.map(line)].join('\n');
}

function cellsOf(result: Result): readonly string[] {
  if (result.is === 'not-measured') return [result.measure, '', '', '', '', `not measured: ${result.why}`];
  const { measure, unit, ours, peer, budget } = result;
  return [
    measure,
    quantity(ours, unit),
    `${quantity(peer.value, unit)} (${peer.name})`,
    ratioOf(result).toFixed(2),
    budget === undefined ? '' : `at most ${budget}`,
    verdictOf(result),
  ];
}

function quantity(value: number, unit: Unit): string {
  return `${unit === 'requests' || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${unit}`;
}
