/**
 * Paragraphs of `Key: value` lines with an empty line between them, as dpkg and apk keep their databases. Of a value that
 * goes on over several lines (they begin with a space) the first counts; keys repeat in apk's, so they are not unique.
 */
export function* readStanzas(text: string): Generator<readonly Line[], void, undefined> {
  for (const paragraph of text.split(/\n(?:[ \t]*\n)+/)) {
    const lines = paragraph.split('\n').flatMap((line): readonly Line[] => {
      const end = line.indexOf(':');
      if (end <= 0 || /^[ \t]/.test(line)) return [];
      return [{ key: line.slice(0, end), value: line.slice(end + 1).trim() }];
    });
    if (lines.length > 0) yield lines;
  }
}

export interface Line {
  readonly key: string;
  readonly value: string;
}

export function valueOf(lines: readonly Line[], key: string): string | undefined {
  return lines.find((line) => line.key === key)?.value;
}
