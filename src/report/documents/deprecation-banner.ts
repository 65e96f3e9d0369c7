import { deprecatedMark } from '../../domain/deprecated-mark.ts';
import { plainMarkdown, plainMarkdownLines } from '../../domain/markdown-text.ts';
import type { WayBack } from '../../documents/way-back.ts';
import { wayBackLine } from './way-back-line.ts';

const opening = deprecatedMark;
const closing = '<!-- /cutwater:deprecated -->';

export interface Deprecation {
  /** May be hostile. */
  readonly reason: string;
  /** A version to use, such as `v1.2.2`; undefined where there is none. */
  readonly useInstead: string | undefined;
  /** From the withdrawn version to that one, where that is a lower one. */
  readonly wayBack?: WayBack | undefined;
}

/** The note at the top of a withdrawn release, Markdown between two HTML comments; the same facts give the same bytes. */
export function deprecationBanner({ reason, useInstead, wayBack }: Deprecation): string {
  const instead =
    useInstead === undefined
      ? 'There is no version to use instead yet.'
      : `Use **${plainMarkdown(useInstead)}** instead.`;
  const lines = [
    opening,
    '## ⚠️ Deprecated',
    '',
    'This release was withdrawn. Do not deploy it.',
    instead,
    ...(wayBack === undefined ? [] : [wayBackLine(wayBack)]),
    '',
    ...plainMarkdownLines(reason).map((line) => `> ${line}`.trimEnd()),
    closing,
  ];
  return lines.join('\n');
}

/** The notes with exactly this banner on top, whatever banner they had. */
export function withBanner(notes: string, banner: string): string {
  return `${banner}\n\n${withoutBanner(notes)}`;
}

/** The notes as they were before `withBanner`. Only a banner at the very top counts. */
export function withoutBanner(notes: string): string {
  // Forges may turn line feeds into carriage return and line feed.
  return notes.replace(/^<!-- cutwater:deprecated -->\r?\n[\s\S]*?<!-- \/cutwater:deprecated -->(?:\r?\n){0,2}/, '');
}
