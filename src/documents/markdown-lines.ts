import type { TextLine } from './text-lines.ts';
import { splitLines } from './text-lines.ts';

/** A line and where it stands: only `block` lines can be headings of sections, table rows or link definitions. */
export interface MarkdownLine extends TextLine {
  readonly place: 'block' | 'list' | 'code' | 'comment';
}

export interface MarkdownText {
  /** The byte order mark, or nothing. */
  readonly mark: '' | '\uFEFF';
  readonly lines: readonly MarkdownLine[];
  /** 1-based line of a code fence, comment or raw HTML that is never closed and so swallows the rest. */
  readonly unclosed: number | undefined;
}

export interface Heading {
  /** 1 to 6. */
  readonly level: number;
  readonly text: string;
}

/** Reads the block structure as far as headings need it (CommonMark 0.31.2: fences 4.5, HTML blocks 4.6, lists 5.2). */
export function readMarkdown(text: string): MarkdownText {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const scan: Scan = { offsets: [], open: undefined };
  const lines = splitLines(text.slice(mark.length)).map((line, index): MarkdownLine => {
    return { ...line, place: placeOf(scan, line.text, index + 1) };
  });
  return { mark, lines, unclosed: scan.open?.line };
}

/** The ATX heading of a line (section 4.2). Longer lines than 1000 characters are no headings. */
export function headingOf(line: MarkdownLine): Heading | undefined {
  if (line.place !== 'block' || line.text.length > 1000) return undefined;
  const [, marks, text = ''] = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/.exec(line.text) ?? [];
  if (marks === undefined) return undefined;
  const trimmed = text.trim();
  return { level: marks.length, text: trimmed.replace(/(?:^|[ \t])#+$/, '').trim() };
}

export function isBlank(line: TextLine): boolean {
  return line.text.trim() === '';
}

/** The text without `<!-- ... -->`; what is never closed stays. */
export function withoutComments(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (let start = text.indexOf('<!--'); start !== -1; start = text.indexOf('<!--', from)) {
    const end = text.indexOf('-->', start + 4);
    if (end === -1) break;
    parts.push(text.slice(from, start));
    from = end + 3;
  }
  return [...parts, text.slice(from)].join('');
}

interface Scan {
  /** Columns where the content of the open list items begins. */
  readonly offsets: number[];
  open: OpenBlock | undefined;
}

interface OpenBlock {
  readonly place: 'code' | 'comment';
  readonly line: number;
  /** Content column of the list item that holds it: a line further left ends the item, and the block with it. */
  readonly offset: number;
  readonly closes: (text: string) => boolean;
}

function placeOf(scan: Scan, text: string, line: number): MarkdownLine['place'] {
  const isEmpty = text.trim() === '';
  const expanded = expandIndent(text);
  const indent = expanded.length - expanded.trimStart().length;
  if (scan.open !== undefined && (isEmpty || indent >= scan.open.offset)) {
    const { place, closes } = scan.open;
    if (closes(expanded.trim())) scan.open = undefined;
    return place;
  }
  scan.open = undefined;
  if (isEmpty) return 'block';
  while ((scan.offsets.at(-1) ?? 0) > indent) scan.offsets.pop();
  const content = enterLists(scan, expanded);
  scan.open = openBlock(content, { line, offset: scan.offsets.at(-1) ?? 0 });
  const place = scan.open?.place ?? (scan.offsets.length > 0 ? 'list' : 'block');
  if (scan.open !== undefined && closesAtOnce(content)) scan.open = undefined;
  return place;
}

/** Opens the list items that begin on this line, and gives what stands in the innermost one. */
function enterLists(scan: Scan, expanded: string): string {
  let offset = scan.offsets.at(-1) ?? 0;
  let content = expanded.slice(offset);
  // The limit keeps a hostile line of nothing but list markers cheap.
  while (scan.offsets.length < 32 && !/^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$/.test(content)) {
    const [marker, bullet = ''] = /^( {0,3}(?:[-+*]|\d{1,9}[.)]))(?:[ \t]{1,4}(?![ \t])|[ \t]|$)/.exec(content) ?? [];
    if (marker === undefined) break;
    offset += Math.max(marker.length, bullet.length + 1);
    scan.offsets.push(offset);
    content = content.slice(marker.length);
  }
  return content;
}

function openBlock(content: string, at: { readonly line: number; readonly offset: number }): OpenBlock | undefined {
  const fence = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/.exec(content)?.[1];
  if (fence !== undefined) return { ...at, place: 'code', closes: (text) => isFenceEnd(text, fence) };
  if (/^ {0,3}<!--/.test(content)) return { ...at, place: 'comment', closes: (text) => text.includes('-->') };
  if (rawHtml.test(content)) return { ...at, place: 'code', closes: (text) => rawHtmlEnd.test(text) };
  return undefined;
}

const rawHtml = /^ {0,3}<(?:pre|script|style|textarea)(?=[\s>]|$)/i;
const rawHtmlEnd = /<\/(?:pre|script|style|textarea)>/i;

function closesAtOnce(content: string): boolean {
  if (/^ {0,3}<!--/.test(content)) return content.includes('-->', content.indexOf('<!--') + 4);
  return rawHtml.test(content) && rawHtmlEnd.test(content);
}

function isFenceEnd(text: string, fence: string): boolean {
  return text.startsWith(fence) && text.replaceAll(fence.charAt(0), '') === '';
}

function expandIndent(text: string): string {
  const rest = text.trimStart();
  let column = 0;
  for (const character of text.slice(0, text.length - rest.length)) column += character === '\t' ? 4 - (column % 4) : 1;
  return ' '.repeat(column) + rest;
}
