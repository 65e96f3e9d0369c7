export type LineEnding = '\n' | '\r\n' | '\r';

/** One line as it stands in a file; only the last line of a file may have no ending. */
export interface TextLine {
  readonly text: string;
  readonly ending: '' | LineEnding;
}

/** The answer of every edit of a document: the new text, or why there is nothing to do, or why it cannot be done. */
export type Edit =
  | { readonly is: 'edited'; readonly text: string }
  | { readonly is: 'unchanged'; readonly reason: string }
  | { readonly is: 'refused'; readonly reason: string };

/** Replaces `remove` lines from index `at` (0-based) on by new ones, which are written without their endings. */
export interface LineEdit {
  readonly at: number;
  readonly remove: number;
  readonly insert: readonly string[];
}

/** Lines end as in CommonMark 0.31.2, section 2.1: line feed, carriage return, or both. Joined again, nothing is lost. */
export function splitLines(text: string): readonly TextLine[] {
  const lines: TextLine[] = [];
  let start = 0;
  for (const match of text.matchAll(/\r\n|\n|\r/g)) {
    lines.push({ text: text.slice(start, match.index), ending: toEnding(match[0]) });
    start = match.index + match[0].length;
  }
  if (start < text.length) lines.push({ text: text.slice(start), ending: '' });
  return lines;
}

export function joinLines(lines: readonly TextLine[]): string {
  return lines.map(({ text, ending }) => text + ending).join('');
}

/** The ending most lines have; a line feed where there is none. */
export function usualEnding(lines: readonly TextLine[]): LineEnding {
  const counts = { '\n': 0, '\r\n': 0, '\r': 0 };
  for (const { ending } of lines) if (ending !== '') counts[ending] += 1;
  if (counts['\r\n'] > counts['\n'] && counts['\r\n'] >= counts['\r']) return '\r\n';
  return counts['\r'] > counts['\n'] ? '\r' : '\n';
}

/**
 * Applies edits whose places do not overlap; of two insertions at one place the first stands above. New lines get the file's usual ending; what replaces a line takes over that
 * line's ending, and a file without a final newline stays without.
 */
export function editLines(lines: readonly TextLine[], edits: readonly LineEdit[]): string {
  const ending = usualEnding(lines);
  const result: TextLine[] = [...lines];
  for (const { at, remove, insert } of edits.toReversed().toSorted((left, right) => right.at - left.at)) {
    const removed = result.slice(at, at + remove);
    const added: TextLine[] = insert.map((text) => ({ text, ending }));
    const before = result[at - 1];
    if (removed.length > 0) setLastEnding(added, removed.at(-1)?.ending ?? ending);
    else if (before?.ending === '' && added.length > 0) {
      result[at - 1] = { ...before, ending };
      setLastEnding(added, '');
    }
    result.splice(at, remove, ...keepApart(added, result[at - 1], result[at + remove]));
  }
  return joinLines(result);
}

/** A carriage return and the line feed of an empty line below it would read as one ending; only new lines give way. */
function keepApart(
  added: readonly TextLine[],
  above: TextLine | undefined,
  below: TextLine | undefined,
): readonly TextLine[] {
  const isHalf = (line: TextLine | undefined): boolean => line?.text === '' && line.ending === '\n';
  return added.map((line, index): TextLine => {
    const joinsAbove = index === 0 && above?.ending === '\r' && isHalf(line);
    const joinsBelow = index === added.length - 1 && line.ending === '\r' && isHalf(below);
    return joinsAbove || joinsBelow ? { ...line, ending: '\r\n' } : line;
  });
}

function setLastEnding(lines: TextLine[], ending: TextLine['ending']): void {
  const last = lines.pop();
  if (last !== undefined) lines.push({ ...last, ending });
}

function toEnding(text: string): LineEnding {
  return text === '\r\n' || text === '\r' ? text : '\n';
}
