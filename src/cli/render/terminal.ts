/** Where text goes: a stream, or a list in a test. */
export interface TextSink {
  write(text: string): void;
}

/** What one output can show. */
export interface Terminal {
  readonly isTty: boolean;
  /** Cells per line; 80 where nobody says. */
  readonly columns: number;
  readonly color: boolean;
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

export interface TerminalFacts {
  readonly isTty: boolean;
  readonly columns: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--no-color` was given. */
  readonly noColor: boolean;
}

/**
 * Colour only on a terminal, unless FORCE_COLOR asks for it (`0` and `false` do not); NO_COLOR (no-color.org),
 * `--no-color` and TERM=dumb turn it off, in this order of strength: flag, NO_COLOR, FORCE_COLOR, TERM.
 */
export function makeTerminal(facts: TerminalFacts): Terminal {
  return { isTty: facts.isTty, columns: columnsOf(facts), color: wantsColor(facts) };
}

/** Wraps text in a style where the terminal shows colours. The text must be escaped already. */
export function paint(terminal: Terminal, style: Style, text: string): string {
  if (!terminal.color || text === '') return text;
  const [on, off] = codes[style];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}

const codes: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

function wantsColor({ env, isTty, noColor }: TerminalFacts): boolean {
  if (noColor || (env['NO_COLOR'] ?? '') !== '') return false;
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  return isTty && env['TERM'] !== 'dumb';
}

function columnsOf({ columns, env }: TerminalFacts): number {
  if (columns !== undefined && columns > 0) return columns;
  const declared = /^[1-9]\d{0,3}$/.test(env['COLUMNS'] ?? '') ? Number(env['COLUMNS']) : 0;
  return declared > 0 ? declared : 80;
}
