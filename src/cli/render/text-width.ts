/**
 * Cells a text takes on a terminal: two for East Asian wide and emoji, none for combining marks and invisible
 * characters. Follows Unicode's East Asian Width (UAX 11) by ranges; ambiguous characters count one.
 */
export function textWidth(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const segment of graphemesOf(text)) width += graphemeWidth(segment);
  return width;
}

/** Cuts a text to a width in cells; what was cut shows as `…`. */
export function fitText(text: string, cells: number): string {
  if (textWidth(text) <= cells) return text;
  if (cells <= 0) return '';
  if (plain.test(text)) return `${text.slice(0, cells - 1)}…`;
  let fitted = '';
  let width = 0;
  for (const segment of graphemesOf(text)) {
    const next = graphemeWidth(segment);
    if (width + next > cells - 1) break;
    fitted += segment;
    width += next;
  }
  return `${fitted}…`;
}

/**
 * Breaks a text into lines of at most that many cells: at blanks, and inside a word only where it is wider than a line by
 * itself. Nothing is lost but the blanks at the ends of lines.
 */
export function wrapText(text: string, cells: number): readonly string[] {
  const width = Math.max(cells, 2);
  if (textWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (textWidth(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line.trimEnd());
    const pieces = piecesOf(word, width);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? '';
  }
  return [...lines, line];
}

/** One word in pieces that fit. */
function piecesOf(word: string, width: number): readonly string[] {
  if (textWidth(word) <= width) return [word];
  const pieces = [''];
  for (const segment of graphemesOf(word)) {
    const last = pieces.at(-1) ?? '';
    if (textWidth(last + segment) <= width) pieces[pieces.length - 1] = last + segment;
    else pieces.push(segment);
  }
  return pieces;
}

/** Fills a text with blanks on the right up to a width in cells. */
export function padText(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - textWidth(text)));
}

/** Printable ASCII. Most texts are; the tables of Unicode take long to load. */
const plain = /^[ -~]*$/;
const invisible = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u;
const emoji = /\p{Emoji_Presentation}|\ufe0f/u;

function graphemesOf(text: string): readonly string[] {
  const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function graphemeWidth(grapheme: string): number {
  if (invisible.test(grapheme)) return 0;
  if (emoji.test(grapheme)) return 2;
  return isWide(grapheme.codePointAt(0) ?? 0) ? 2 : 1;
}

function isWide(point: number): boolean {
  return wideRanges.some(([from, to]) => point >= from && point <= to);
}

const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f], // Hangul Jamo
  [0x2e80, 0x303e], // CJK radicals and punctuation
  [0x3041, 0x33ff], // Kana to CJK compatibility
  [0x3400, 0x4dbf], // CJK extension A
  [0x4e00, 0x9fff], // CJK
  [0xa000, 0xa4cf], // Yi
  [0xa960, 0xa97f], // Hangul Jamo extended A
  [0xac00, 0xd7a3], // Hangul
  [0xf900, 0xfaff], // CJK compatibility
  [0xfe30, 0xfe6f], // CJK compatibility forms
  [0xff00, 0xff60], // Fullwidth forms
  [0xffe0, 0xffe6], // Fullwidth signs
  [0x20000, 0x3fffd], // CJK extensions B and later
];
