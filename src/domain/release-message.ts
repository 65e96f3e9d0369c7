import type { Parsed } from './brand.ts';
import { accept, refuse } from './brand.ts';
import { releaseTagOf } from './tag-name.ts';
import type { Version } from './version.ts';
import { formatVersion } from './version.ts';

/** A line `Name: value` at the end of a release tag's message, for programs. */
export interface Trailer {
  /** `Unsigned-Reason`: words with a capital, joined by `-`. */
  readonly name: string;
  /** One line, at most 500 characters. */
  readonly value: string;
}

/** What the message of a release tag says. */
export interface ReleaseMessage {
  readonly title: string;
  /** Free text of the maintainer; empty where there is none. */
  readonly text: string;
  readonly trailers: readonly Trailer[];
}

/** The trailers Cutwater itself writes. */
export const trailerNames = { unsigned: 'Unsigned-Reason', hotfix: 'Hotfix-Reason', bump: 'Bump-Reason' } as const;

/** The title the process gives a release tag. */
export function releaseTitle(version: Version, kind: 'rc' | 'stable' | 'hotfix'): string {
  switch (kind) {
    case 'rc':
      return `Release candidate ${formatVersion(version)}`;
    case 'stable':
      return `Release ${releaseTagOf(version)}`;
    case 'hotfix':
      return `Hotfix ${releaseTagOf(version)}`;
  }
}

/** The message as git stores it; refused is text that would be read back as something else. */
export function formatReleaseMessage(message: ReleaseMessage): Parsed<string> {
  const text = message.text.replaceAll('\r\n', '\n').trim();
  if (/[\p{Cc}]/u.test(text.replaceAll(/[\n\t]/g, ''))) return refuse('has control characters');
  if (/^-----/m.test(text)) return refuse('has a line that begins like a signature');
  const trailers = message.trailers.map(({ name, value }) => `${name}: ${value}`);
  const bad = trailers.find((line) => readTrailer(line) === undefined);
  if (bad !== undefined) return refuse(`would end in ${JSON.stringify(bad)}, which is not one line "Name: value"`);
  if (trailers.length === 0 && text !== '' && readTrailers(text).length > 0)
    return refuse('ends in lines "Name: value", which programs would read');
  const paragraphs = [message.title, text, trailers.join('\n')].filter((paragraph) => paragraph !== '');
  return accept(`${paragraphs.join('\n\n')}\n`);
}

/** Reads any tag's message; it may be a stranger's. Trailers are the lines of its last paragraph, if all are some. */
export function parseReleaseMessage(message: string): ReleaseMessage {
  const [title = '', ...paragraphs] = message.trimEnd().split(/\n{2,}/);
  const trailers = readTrailers(paragraphs.at(-1) ?? '');
  const text = trailers.length > 0 ? paragraphs.slice(0, -1) : paragraphs;
  return { title, text: text.join('\n\n'), trailers };
}

/** The value of the first trailer of a name. */
export function trailerOf(message: string, name: string): string | undefined {
  return parseReleaseMessage(message).trailers.find((trailer) => trailer.name === name)?.value;
}

/** A reason a person typed, as a trailer holds it: one line. Refused are nothing and more than 500 characters. */
export function parseReason(text: string): Parsed<string> {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (line === '') return refuse('is empty');
  return readTrailer(`Reason: ${line}`) === undefined
    ? refuse('has more than 500 characters, or characters that cannot be seen')
    : accept(line);
}

function readTrailers(text: string): readonly Trailer[] {
  const lines = (text.split(/\n{2,}/).at(-1) ?? '').split('\n');
  const trailers = lines.flatMap((line) => readTrailer(line) ?? []);
  return trailers.length === lines.length ? trailers : [];
}

function readTrailer(line: string): Trailer | undefined {
  const [, name, value] = /^([A-Z][a-z]*(?:-[A-Z][a-z]*)*): (\S(?:.*\S)?)$/u.exec(line) ?? [];
  if (name === undefined || value === undefined) return undefined;
  return value.length > 500 || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value) ? undefined : { name, value };
}
