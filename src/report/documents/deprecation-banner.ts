import { inertText } from './inert-text.ts';

const opening = '<!-- cutwater:deprecated -->';
const closing = '<!-- /cutwater:deprecated -->';

/** The note at the top of a withdrawn release, Markdown between two HTML comments. The reason may be hostile. */
export function deprecationBanner(withdrawal: {
  readonly reason: string;
  /** A version to use, such as `v1.2.2`; undefined where there is none. */
  readonly useInstead: string | undefined;
}): string {
  const quoted = withdrawal.reason
    .trim()
    .split(/\r?\n/)
    .map((line) => `> ${inertText(line)}`.trimEnd());
  const instead =
    withdrawal.useInstead === undefined
      ? 'There is no version to use instead yet.'
      : `Use **${inertText(withdrawal.useInstead)}** instead.`;
  const lines = [
    opening,
    '## ⚠️ Deprecated',
    '',
    'This release was withdrawn. Do not deploy it.',
    instead,
    '',
    ...quoted,
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
