import type { TextSink } from './terminal.ts';

/** One JSON document and a line break on the results output. Maps become objects, secrets stay secret. */
export function writeJson(sink: TextSink, document: Readonly<Record<string, unknown>>): void {
  sink.write(`${formatJson(document, 2)}\n`);
}

/**
 * JSON that may be shown on a terminal: control, bidirectional and other invisible characters, which JSON allows as they
 * are, become `\uXXXX`. Every parser reads the same text from it.
 */
export function formatJson(document: Readonly<Record<string, unknown>>, indent = 0): string {
  const text = JSON.stringify(
    document,
    (_, value: unknown) => (value instanceof Map ? Object.fromEntries(value) : value),
    indent,
  );
  return text.replaceAll(invisible, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

// Line breaks stand between values only; inside a text JSON has escaped them already.
const invisible = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
