import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';
import type { Version } from '../domain/version.ts';
import { compareVersions, formatVersion } from '../domain/version.ts';
import type { Heading, MarkdownLine } from './markdown-lines.ts';
import { headingOf, isBlank, readMarkdown, withoutComments } from './markdown-lines.ts';
import type { SectionHeading } from './section-heading.ts';
import { readSectionHeading } from './section-heading.ts';
import { joinLines } from './text-lines.ts';

/** A changelog as a tree that holds every line of the file once, in order. */
export interface Changelog {
  readonly mark: '' | '\uFEFF';
  /** All lines again, flat. */
  readonly lines: readonly MarkdownLine[];
  /** What stands above the first section. */
  readonly preamble: readonly MarkdownLine[];
  readonly sections: readonly Section[];
  /** The link list at the end, with the blank lines around it. */
  readonly footer: readonly MarkdownLine[];
  /** Every link reference definition of the file, in order; of two with one label the first counts. */
  readonly links: readonly LinkDefinition[];
  /** 1-based line of a code fence, comment or raw HTML that is never closed. */
  readonly unclosed: number | undefined;
}

export interface Section {
  /** 1-based line of the heading. */
  readonly line: number;
  readonly level: number;
  /** Undefined for a section about something else, such as "Older releases". */
  readonly heading: SectionHeading | undefined;
  /** One line, or two where the heading is underlined. */
  readonly headingLines: readonly MarkdownLine[];
  readonly body: readonly MarkdownLine[];
}

export interface LinkDefinition {
  /** 1-based. */
  readonly line: number;
  readonly label: string;
  readonly url: string;
}

export const categories = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'] as const;

export type Category = (typeof categories)[number];

/** Reads a changelog of any quality (Keep a Changelog 1.1.0 and what people make of it). Never fails and loses nothing. */
export function parseChangelog(text: string): Changelog {
  const { mark, lines, unclosed } = readMarkdown(text);
  const links = lines.flatMap(readLink);
  const footerAt = startOfFooter(lines);
  const starts = findSections(lines.slice(0, footerAt));
  const sections = starts.map((start, index): Section => {
    const from = start.line - 1;
    const end = (starts[index + 1]?.line ?? footerAt + 1) - 1;
    const headingLines = lines.slice(from, from + start.height);
    const { line, level, heading } = start;
    return { line, level, heading, headingLines, body: lines.slice(from + start.height, end) };
  });
  const preamble = lines.slice(0, (starts[0]?.line ?? footerAt + 1) - 1);
  return { mark, lines, preamble, sections, footer: lines.slice(footerAt), links, unclosed };
}

/** The bytes `parseChangelog` has read. */
export function printChangelog({ mark, preamble, sections, footer }: Changelog): string {
  const parts = sections.flatMap(({ headingLines, body }) => [headingLines, body]);
  return mark + [preamble, ...parts, footer].map(joinLines).join('');
}

/** The section of a version, however its heading is written. Refused where it is missing or there twice. */
export function sectionOf(changelog: Changelog, version: Version): Parsed<Section> {
  const name = formatVersion(version);
  const own = changelog.sections.filter(({ heading }) => isOf(heading, version));
  const [first, second] = own;
  if (first === undefined) return refuse(`has no section "## [${name}] - YYYY-MM-DD"`);
  if (second !== undefined) return refuse(`has two sections for ${name}, in lines ${first.line} and ${second.line}`);
  return accept(first);
}

/** The one section of what is not released yet. Refused where it is missing or there twice. */
export function unreleasedOf(changelog: Changelog): Parsed<Section> {
  const [first, second] = changelog.sections.filter(({ heading }) => heading?.name.kind === 'unreleased');
  if (first === undefined) return refuse('has no section "## [Unreleased]"');
  if (second !== undefined)
    return refuse(`has two sections for what is unreleased, in lines ${first.line} and ${second.line}`);
  return accept(first);
}

/** The text of a section with line feeds, without blank lines around it and link definitions at its end. */
export function sectionText({ body }: Section): string {
  const last = body.findLastIndex((line, index) => !isBlank(line) && readLink(line, index).length === 0);
  return body
    .slice(0, last + 1)
    .map(({ text }) => text)
    .join('\n')
    .trim();
}

/** Whether a body has anything to read but headings, comments and link definitions. */
export function saysSomething(body: readonly MarkdownLine[]): boolean {
  const kept = body.filter((line, index) => headingOf(line) === undefined && readLink(line, index).length === 0);
  return withoutComments(kept.map(({ text }) => text).join('\n')).trim() !== '';
}

/** `1.2.3`, `Unreleased`, or undefined for a section about something else. */
export function sectionName({ heading }: Section): string | undefined {
  if (heading === undefined) return undefined;
  if (heading.name.kind === 'unreleased') return 'Unreleased';
  return heading.name.kind === 'version' ? formatVersion(heading.name.version) : undefined;
}

/** The version of a section, undefined for any other one. */
export function versionOf({ heading }: Section): Version | undefined {
  return heading?.name.kind === 'version' ? heading.name.version : undefined;
}

export function isCategory(text: string): text is Category {
  return categories.some((category) => category === text);
}

interface SectionStart {
  readonly line: number;
  readonly height: number;
  readonly level: number;
  readonly heading: SectionHeading | undefined;
}

function findSections(lines: readonly MarkdownLine[]): readonly SectionStart[] {
  const starts: SectionStart[] = [];
  let headingEnd = -1;
  for (const [index, line] of lines.entries()) {
    const own = headingOf(line);
    const underlined = underlinedHeading(lines, index, headingEnd);
    const found = own ?? underlined;
    if (own !== undefined) headingEnd = index;
    else if (underlined !== undefined) headingEnd = index + 1;
    const start = found && toStart(found, starts.at(-1));
    if (start === undefined || (underlined !== undefined && start.heading === undefined)) continue;
    starts.push({ ...start, line: index + 1, height: underlined === undefined ? 1 : 2 });
  }
  return starts;
}

function toStart(
  found: Heading,
  previous: SectionStart | undefined,
): Omit<SectionStart, 'line' | 'height'> | undefined {
  const { level } = found;
  const heading = readSectionHeading(found.text);
  // Deeper down, "### 1.2.3 in detail" is a heading of its section's text.
  if (heading !== undefined && (level === 2 || (heading.isPlain && heading.name.kind !== 'unreadable')))
    return { level, heading };
  const endsPrevious = previous !== undefined && level <= previous.level && !isCategoryLike(found.text);
  return endsPrevious || (level === 2 && previous === undefined && !isCategoryLike(found.text))
    ? { level, heading: undefined }
    : undefined;
}

/** Setext headings (CommonMark 4.3) of one line: no paragraph is above them. `headingEnd`: the last line of a heading above. */
function underlinedHeading(lines: readonly MarkdownLine[], index: number, headingEnd: number): Heading | undefined {
  const [above, line, below] = [lines[index - 1], lines[index], lines[index + 1]];
  if (line?.place !== 'block' || below?.place !== 'block' || line.text.length > 1000) return undefined;
  if (above !== undefined && !isBlank(above) && headingEnd !== index - 1) return undefined;
  // A link definition is no text that could be underlined (CommonMark 4.7).
  if (readLink(line, index).length > 0) return undefined;
  const mark = /^ {0,3}(=+|-+)[ \t]*$/.exec(below.text)?.[1];
  return mark === undefined || isBlank(line)
    ? undefined
    : { level: mark.startsWith('=') ? 1 : 2, text: line.text.trim() };
}

function isCategoryLike(text: string): boolean {
  return isCategory(text.charAt(0).toUpperCase() + text.slice(1).toLowerCase().replace(/:$/, ''));
}

/** The trailing lines that are link definitions, blank, or comments between them. */
function startOfFooter(lines: readonly MarkdownLine[]): number {
  const last = lines.findLastIndex((line, index) => !isBlank(line) && readLink(line, index).length === 0);
  const first = lines.findIndex((line, index) => index > last && !isBlank(line));
  return first === -1 ? lines.length : first;
}

function readLink(line: MarkdownLine, index: number): readonly LinkDefinition[] {
  if (line.place !== 'block') return [];
  const [, label, url = ''] = /^ {0,3}\[([^[\]]{1,999})\]:[ \t]*<?([^\s<>]+)>?/.exec(line.text) ?? [];
  // A footnote is text.
  return label === undefined || label.startsWith('^') ? [] : [{ line: index + 1, label, url }];
}

function isOf(heading: SectionHeading | undefined, version: Version): boolean {
  return heading?.name.kind === 'version' && compareVersions(heading.name.version, version) === 0;
}
