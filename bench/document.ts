import type { Result } from './result.ts';
import { renderResults } from './table.ts';

/** The machine and the day of a run. */
export interface Circumstances {
  readonly date: Date;
  readonly cores: number;
  readonly processor: string;
  readonly load: number;
  readonly node: string;
  readonly git: string;
}

export const tableStart = '<!-- results: written by npm run bench -- --write -->';
export const tableEnd = '<!-- end of results -->';

/** The page with its results replaced. Throws where the page has no place for them. */
export function withResults(page: string, results: readonly Result[], about: Circumstances): string {
  const [start, end] = [page.indexOf(tableStart), page.indexOf(tableEnd)];
  if (start < 0 || end < start) throw new Error(`The page has no lines "${tableStart}" and "${tableEnd}"`);
  const body = [tableStart, '', describe(about), '', renderResults(results), '', ''].join('\n');
  return page.slice(0, start) + body + page.slice(end);
}

/** One sentence on where the numbers come from. */
export function describe({ date, cores, processor, load, node, git }: Circumstances): string {
  const busy = load > 0.5 * cores ? 'busy with other work' : 'idle';
  const machine = `${cores} ${cores === 1 ? 'core' : 'cores'} (${processor})`;
  const when = date.toISOString().slice(0, 10);
  return `${when}, ${machine}, load ${load.toFixed(1)} at the start: the machine was ${busy}. Node ${node}, ${git}.`;
}
