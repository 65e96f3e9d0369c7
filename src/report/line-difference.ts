/** The first line, from 1, at which two texts differ; an undefined text is a line that is not there. */
export interface LineDifference {
  readonly line: number;
  readonly found: string | undefined;
  readonly wanted: string | undefined;
}

/**
 * Compares line by line; undefined where they say the same. How lines end does not count, since git may change that in a
 * checkout. A line whose `words` differ is named before one that only looks different.
 */
export function firstDifference(
  texts: { readonly found: string; readonly wanted: string },
  words: (line: string) => string = (line) => line,
): LineDifference | undefined {
  const found = texts.found.split(/\r?\n/);
  const wanted = texts.wanted.split(/\r?\n/);
  const said = (line: string | undefined): string | undefined => line && words(line);
  const lines = Array.from({ length: Math.max(found.length, wanted.length) }, (_, at) => at);
  const line = lines.find((at) => said(found[at]) !== said(wanted[at])) ?? lines.find((at) => found[at] !== wanted[at]);
  return line === undefined ? undefined : { line: line + 1, found: found[line], wanted: wanted[line] };
}
