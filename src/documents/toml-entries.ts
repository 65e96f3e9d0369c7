/** A `key = value` of a TOML 1.0.0 text, as far as finding single-line strings needs it. */
export interface TomlEntry {
  /** The path of the table it stands in. */
  readonly table: readonly string[];
  /** Offset of the table's header, which tells tables of an array apart; -1 for the root. */
  readonly tableAt: number;
  /** The parts of a dotted key. */
  readonly key: readonly string[];
  /** The content of a single-line string and where it stands, without the quotes; undefined for any other value. */
  readonly value: { readonly text: string; readonly start: number; readonly end: number } | undefined;
}

/** Reads the entries of all tables; never fails, what is no TOML is passed over. Inline tables are not looked into. */
export function readTomlEntries(text: string): readonly TomlEntry[] {
  const entries: TomlEntry[] = [];
  let table: readonly string[] = [];
  let tableAt = -1;
  let offset = text.startsWith('\uFEFF') ? 1 : 0;
  while (offset < text.length) {
    const lineStart = skipBlanks(text, offset);
    const key = readKey(text, lineStart + bracketsAt(text, lineStart));
    if (key !== undefined && text[lineStart] === '[') {
      table = key.parts;
      tableAt = lineStart;
    } else if (key !== undefined && text[key.end] === '=') {
      const at = skipBlanks(text, key.end + 1);
      entries.push({ table, tableAt, key: key.parts, value: readSimpleString(text, at) });
      offset = endOfLine(text, endOfValue(text, at));
      continue;
    }
    offset = endOfLine(text, lineStart);
  }
  return entries;
}

function bracketsAt(text: string, offset: number): number {
  if (text[offset] !== '[') return 0;
  return text[offset + 1] === '[' ? 2 : 1;
}

/** A bare, quoted or dotted key, and where it ends without the blanks behind it. */
function readKey(text: string, start: number): { readonly parts: readonly string[]; readonly end: number } | undefined {
  const keyPart = /([A-Za-z0-9_-]+)|"((?:[^"\\\r\n]|\\.)*)"|'([^'\r\n]*)'/y;
  const parts: string[] = [];
  let offset = start;
  for (;;) {
    keyPart.lastIndex = skipBlanks(text, offset);
    const match = keyPart.exec(text);
    if (match === null) return undefined;
    parts.push(match[1] ?? match[2] ?? match[3] ?? '');
    offset = skipBlanks(text, keyPart.lastIndex);
    if (text[offset] !== '.') return { parts, end: offset };
    offset += 1;
  }
}

function readSimpleString(text: string, start: number): TomlEntry['value'] {
  const simpleString = /"((?:[^"\\\r\n])*)"(?!")|'([^'\r\n]*)'(?!')/y;
  simpleString.lastIndex = start;
  const match = simpleString.exec(text);
  if (match === null) return undefined;
  return { text: match[1] ?? match[2] ?? '', start: start + 1, end: start + match[0].length - 1 };
}

/** Where a value ends: arrays, inline tables and multi-line strings may go on for many lines. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  let offset = start;
  while (offset < text.length) {
    if (text[offset] === '#') offset = Math.max(offset, text.indexOf('\n', offset));
    const character = text[offset];
    if (character === '"' || character === "'") offset = endOfString(text, offset);
    else if (character === '\n' && depth <= 0) return offset;
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    offset += 1;
  }
  return offset;
}

/** The offset of the last quote of the string that begins here. */
function endOfString(text: string, start: number): number {
  const quote = text.charAt(start);
  const isLong = text.startsWith(quote.repeat(3), start);
  const mark = isLong ? quote.repeat(3) : quote;
  let offset = start + mark.length;
  while (offset < text.length) {
    if (quote === '"' && text[offset] === '\\') offset += 1;
    else if (!isLong && text[offset] === '\n') return offset - 1;
    else if (text.startsWith(mark, offset)) return endOfMark(text, offset, mark);
    offset += 1;
  }
  return offset;
}

/** Up to two quotes may stand directly before the three that end a long string. */
function endOfMark(text: string, offset: number, mark: string): number {
  let end = offset + mark.length - 1;
  if (mark.length === 3) for (let more = 0; more < 2 && text[end + 1] === mark[0]; more += 1) end += 1;
  return end;
}

function skipBlanks(text: string, start: number): number {
  let offset = start;
  while (text[offset] === ' ' || text[offset] === '\t') offset += 1;
  return offset;
}

/** The offset behind the next line feed. */
function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end === -1 ? text.length : end + 1;
}
