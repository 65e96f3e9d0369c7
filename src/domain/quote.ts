/**
 * Text from outside (tag names, changelogs, server replies) made safe to print on a terminal: control characters, ANSI
 * escapes, bidirectional controls and other invisible characters become `\u{...}`; long text is cut.
 */
export function escapeText(text: string, limit = 300): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return cut.replaceAll(unsafe, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The same as `escapeText`, but keeps line breaks and has no limit unless one is given. */
export function escapeLines(text: string, limit = Number.POSITIVE_INFINITY): string {
  return text
    .split(/\r?\n/)
    .map((line) => escapeText(line, limit))
    .join('\n');
}

/** `escapeText` in double quotes, as error messages name things. */
export function quote(text: string): string {
  return `"${escapeText(text)}"`;
}

// Control characters, format characters (bidi, zero width, soft hyphen), line and paragraph separators, lone surrogates.
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
