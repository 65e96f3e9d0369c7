/** A text as YAML: as it is where that is certainly a text, else in double quotes (JSON is YAML 1.2). */
export function scalar(text: string): string {
  const plain =
    /^[A-Za-z./][A-Za-z0-9._/-]*(?::\/\/[A-Za-z0-9._/-]+)?$/.test(text) &&
    !/^(?:true|false|null|\.+|\.(?:inf|nan))$/i.test(text);
  return plain ? text : JSON.stringify(text);
}

/** Texts as a list on one line. */
export function list(texts: readonly string[]): string {
  return `[${texts.map(scalar).join(', ')}]`;
}

/** A text inside a comment. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '');
}
