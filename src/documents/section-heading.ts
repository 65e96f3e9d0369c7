import type { Version } from '../domain/version.ts';
import { formatVersion, parseVersion } from '../domain/version.ts';
import { nearestName } from '../policy/nearest-name.ts';
import type { WrittenDate } from './calendar-date.ts';
import { readDate } from './calendar-date.ts';

/** What a heading of a changelog says, however it is written. */
export interface SectionHeading {
  readonly name: SectionName;
  /** The name as it stands: `v1.2.3`. */
  readonly written: string;
  /** The address in `[1.2.3](https://...)`. */
  readonly link: string | undefined;
  readonly date: WrittenDate;
  readonly yanked: boolean;
  /** `[1.2.3]`, with or without a link. */
  readonly isBracketed: boolean;
  /** Nothing follows the name but a date, a placeholder for one, or `[YANKED]`. */
  readonly isPlain: boolean;
  /** Exactly as Keep a Changelog 1.1.0 writes it; a link in the heading is no fault. */
  readonly isCanonical: boolean;
}

export type SectionName =
  | { readonly kind: 'unreleased' }
  | { readonly kind: 'version'; readonly version: Version }
  /** Looks like a version and is none. */
  | { readonly kind: 'unreadable'; readonly reason: string };

/** `[1.2.3] - 2026-01-02`, the text of the heading as Keep a Changelog 1.1.0 wants it. */
export function formatSectionHeading(version: Version, date: string): string {
  return `[${formatVersion(version)}] - ${date}`;
}

/** Reads the text of a heading (without its `#`). Undefined where it is neither a version nor "Unreleased". */
export function readSectionHeading(text: string): SectionHeading | undefined {
  const found = takeName(text.replace(/^(?:version|release) (?=[[`*v\d])/i, ''));
  const name = found && readName(found.written);
  if (found === undefined || name === undefined) return undefined;
  const yanked = /[[(]?\byanked\b[\])]?/i.exec(found.rest);
  const rest = yanked === null ? found.rest : cutOut(found.rest, yanked.index, yanked[0].length);
  const date = readDate(dateText(rest));
  const heading = { name, written: found.written, link: found.link, date, yanked: yanked !== null };
  return {
    ...heading,
    isBracketed: found.bracketed,
    isPlain: date.is !== 'unreadable',
    isCanonical: isCanonical(heading, found),
  };
}

interface FoundName {
  readonly written: string;
  readonly link: string | undefined;
  readonly bracketed: boolean;
  readonly rest: string;
}

function takeName(text: string): FoundName | undefined {
  const bracketed = /^\[([^\]]{1,100})\](?:\(([^)\s]{0,1000})\)|\[[^\]]{0,100}\])?/.exec(text);
  if (bracketed !== null) {
    const written = (bracketed[1] ?? '').replaceAll('`', '').trim();
    return { written, link: bracketed[2], bracketed: true, rest: text.slice(bracketed[0].length) };
  }
  const plain =
    /^`([^`]{1,100})`/.exec(text) ??
    /^\*\*([^*]{1,100})\*\*/.exec(text) ??
    /^(v?\d[0-9a-z.+-]*)/i.exec(text) ??
    /^([a-z][a-z -]{2,30}?)(?=$|[ \t]*[-–—/(:])/i.exec(text);
  if (plain === null) return undefined;
  return {
    written: (plain[1] ?? '').trim(),
    link: undefined,
    bracketed: false,
    rest: text.slice(plain[0].length),
  };
}

function readName(written: string): SectionName | undefined {
  if (isUnreleased(written)) return { kind: 'unreleased' };
  if (!/^v?\d+\.\d/i.test(written)) return undefined;
  const version = parseVersion(written.replace(/^v/i, ''));
  return version.is === 'ok'
    ? { kind: 'version', version: version.value }
    : { kind: 'unreadable', reason: version.reason };
}

function isUnreleased(written: string): boolean {
  const lower = written.toLowerCase();
  if (
    /^(?:un[- ]?released(?: changes)?|upcoming(?: release| changes)?|next(?: release| version)?|in development)$/.test(
      lower,
    )
  )
    return true;
  return nearestName(lower, ['unreleased']) !== undefined && !/^(?:pre-?)?release[ds]?$/.test(lower);
}

/** ` - 2026-01-02`, ` / 2026-01-02`, ` (2026-01-02)`, `: 2026-01-02` all hold one date. */
function dateText(rest: string): string {
  const [, inner = ''] = /^[ \t]*(?:[-–—/:,][ \t]*)?(.*)$/.exec(rest.trim()) ?? [];
  return (/^[([](.*)[)\]]$/.exec(inner.trim())?.[1] ?? inner).replaceAll('*', '').trim();
}

function isCanonical(heading: Pick<SectionHeading, 'name' | 'date' | 'written' | 'yanked'>, found: FoundName): boolean {
  if (!found.bracketed) return false;
  if (heading.name.kind === 'unreleased') return heading.written === 'Unreleased' && found.rest === '';
  const exact = heading.date.is === 'exact' ? ` - ${heading.date.date}${heading.yanked ? ' [YANKED]' : ''}` : undefined;
  return heading.name.kind === 'version' && !/^v/i.test(heading.written) && found.rest === exact;
}

function cutOut(text: string, at: number, length: number): string {
  return `${text.slice(0, at)}${text.slice(at + length)}`;
}
