import { escapeText } from '../../domain/quote.ts';

export interface OutputLines {
  add(bytes: Uint8Array): void;
  /** Gives the last line although nothing ends it. */
  end(): void;
  /** The last lines, oldest first. */
  readonly tail: () => readonly string[];
}

/** Characters of a line that are shown; a program that never ends its line is shown in pieces of this length. */
const lineLength = 2000;
const tailLines = 15;

/** Cuts bytes that come in pieces into lines that are fit to be shown, and gives each as soon as it is whole. */
export function outputLines(onLine: (line: string) => void): OutputLines {
  const decoder = new TextDecoder();
  const tail: string[] = [];
  let open = '';
  const give = (line: string): void => {
    // A progress bar returns to the start of its line: what it says last counts.
    const said = line.replace(/\r+$/, '').split('\r').at(-1) ?? '';
    const shown = escapeText(said, lineLength);
    if (shown.trim() !== '') tail.push(shown);
    if (tail.length > tailLines) tail.shift();
    onLine(shown);
  };
  const add = (text: string): void => {
    const lines = `${open}${text}`.split('\n');
    open = lines.pop() ?? '';
    for (const line of lines) give(line);
    for (; open.length > lineLength; open = open.slice(lineLength)) give(open.slice(0, lineLength));
  };
  return {
    add: (bytes) => add(decoder.decode(bytes, { stream: true })),
    end: () => {
      add(decoder.decode());
      if (open !== '') give(open);
      open = '';
    },
    tail: () => tail,
  };
}
