import { escapeText } from './quote.ts';

/**
 * One line of text from outside as Markdown that shows exactly this text: no heading, list, emphasis, code, link, image or
 * HTML comes of it. Addresses stay as they are, so that forges still make links of them. `limit` is in characters.
 */
export function plainMarkdown(line: string, limit = 2000): string {
  const safe = escapeText(line.trim(), limit);
  // With the capture group every second part is an address.
  const parts = safe.split(address).map((part, index) => (index % 2 === 1 ? part : inert(part)));
  return withoutBlockStart(parts.join(''));
}

/** The same for several lines: one Markdown line for each, blank ones at the ends left out. */
export function plainMarkdownLines(text: string, limit = 2000): readonly string[] {
  return text
    .trim()
    .split(/\r\n|\n|\r/)
    .map((line) => plainMarkdown(line, limit));
}

// Nothing in it that could end a link, open a tag or begin emphasis.
const address = /(https?:\/\/[A-Za-z0-9.:/?#@%&=+~-](?:[A-Za-z0-9.:/?#@%&=+~_-]*[A-Za-z0-9/])?)/;

function inert(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_[\]|~]/g, String.raw`\$&`);
}

/** Headings, lists, underlines and rules begin a line; in the middle of one the same characters are text. */
function withoutBlockStart(text: string): string {
  return text.replace(/^(?:[#=+-]|\d{1,9}(?=[.)]))/, (start) => (/^\d/.test(start) ? `${start}\\` : `\\${start}`));
}
