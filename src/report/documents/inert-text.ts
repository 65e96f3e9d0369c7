import { escapeText } from '../../domain/quote.ts';

/** One line of somebody's text for Markdown: it can neither end an HTML comment nor bring HTML of its own. */
export function inertText(line: string): string {
  return escapeText(line, 2000).replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
