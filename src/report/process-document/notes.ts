import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';

/** The first line of every page; a file without it was not written by Cutwater. */
export const openingMark =
  '<!-- Written by "cutwater docs write" from cutwater.yaml: see the end for notes by hand. -->';

const begin = '<!-- notes:begin -->';
const end = '<!-- notes:end -->';

/** The notes of a page nobody has written notes on. */
export const emptyNotes = `${begin}\n${end}`;

/**
 * The notes of a page, with their marks. Refused where the file is not one of Cutwater's pages, or where the marks are not
 * there exactly once, in order, each on a line of its own: rewriting it then could lose what someone wrote.
 */
export function notesOf(page: string): Parsed<string> {
  if (!page.startsWith(openingMark)) return refuse('was not written by "cutwater docs write"');
  const begins = linesWith(page, begin);
  const ends = linesWith(page, end);
  const [from] = begins;
  const [to] = ends;
  if (from === undefined || to === undefined || begins.length > 1 || ends.length > 1 || to < from)
    return refuse(`has not exactly one line "${begin}" and below it one line "${end}"`);
  return accept(page.slice(from, to + end.length));
}

function linesWith(page: string, mark: string): readonly number[] {
  const found: number[] = [];
  for (let at = page.indexOf(mark); at !== -1; at = page.indexOf(mark, at + 1)) {
    const before = page[at - 1] ?? '\n';
    const after = page.slice(at + mark.length, at + mark.length + 2);
    if (before === '\n' && (after === '' || after.startsWith('\n') || after === '\r\n')) found.push(at);
  }
  return found;
}
