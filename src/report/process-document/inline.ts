import { escapeText } from '../../domain/quote.ts';

/** Markdown of one paragraph, list item or cell; whatever came from outside was escaped on its way in. */
export interface Inline {
  readonly markdown: string;
}

/** Markdown as written here; values are escaped, so that they read as they are and mean nothing else. */
export function prose(parts: TemplateStringsArray, ...values: readonly (string | number | Inline)[]): Inline {
  const shown = values.map((value) => (typeof value === 'object' ? value.markdown : escapeMarkdown(`${value}`)));
  return { markdown: parts.map((part, at) => part + (shown[at] ?? '')).join('') };
}

/** A text as a code span, whatever backticks it has. */
export function code(text: string): Inline {
  const shown = escapeText(text, Number.POSITIVE_INFINITY);
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = /^`|`$|^ .* $/.test(shown) ? ' ' : '';
  return { markdown: `${fence}${pad}${shown}${pad}${fence}` };
}

/** `a, b and c`. */
export function enumerate(items: readonly Inline[], word: 'and' | 'or' = 'and'): Inline {
  const last = items.at(-1);
  if (last === undefined) return { markdown: 'none' };
  const others = items.slice(0, -1).map(({ markdown }) => markdown);
  return { markdown: others.length === 0 ? last.markdown : `${others.join(', ')} ${word} ${last.markdown}` };
}

/** Every character that Markdown could read as a mark, also at the beginning of a line, where lists and headings begin. */
export function escapeMarkdown(text: string): string {
  return escapeText(text, Number.POSITIVE_INFINITY)
    .replaceAll(/[\\`*_[\]<>|~&]/g, String.raw`\$&`)
    .replace(/^[#+=-]/, String.raw`\$&`)
    .replace(/^(\d{1,9})([.)])/, String.raw`$1\$2`);
}
