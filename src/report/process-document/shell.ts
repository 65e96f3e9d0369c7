/** A line of shell. */
export interface ShellLine {
  readonly shell: string;
}

/** A line of shell as written here; each value is quoted, so that a shell takes it as one word. */
export function sh(parts: TemplateStringsArray, ...values: readonly (string | number | ShellLine)[]): ShellLine {
  const shown = values.map((value) => (typeof value === 'object' ? value.shell : shellWord(`${value}`)));
  return { shell: parts.map((part, at) => part + (shown[at] ?? '')).join('') };
}

/** A command by its words, as a line of shell. */
export function command(texts: readonly string[]): ShellLine {
  const [program = '', ...args] = texts;
  // Only a quoted word is a program whatever it says: "A=b" would set a variable, "time" is part of the language.
  const first = meansMore.test(program) ? `'${program}'` : shellWord(program);
  return { shell: [first, ...args.map(shellWord)].join(' ') };
}

const meansMore =
  /^(?:[A-Za-z0-9_./:@%+,-]*=[A-Za-z0-9_./:@%+=,-]*|if|then|else|elif|fi|do|done|case|esac|while|until|for|in|select|function|coproc|time)$/;

/** Several words of a line, such as a list of files. */
export function words(texts: readonly string[]): ShellLine {
  return { shell: texts.map(shellWord).join(' ') };
}

/** A text as one word of a POSIX shell. What cannot be seen is written as bash and zsh write it: `$'\u202e'`. */
export function shellWord(text: string): string {
  if (/^[A-Za-z0-9_./:@%+=,][A-Za-z0-9_./:@%+=,-]*$/.test(text) || /^--?[A-Za-z][A-Za-z0-9_./:@%+=,-]*$/.test(text))
    return text;
  if (!invisible.test(text)) return `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const shown = Array.from(text, (character) => {
    if (/['\\]/.test(character)) return `\\${character}`;
    const point = (character.codePointAt(0) ?? 0).toString(16);
    return invisible.test(character) ? `\\U${point.padStart(8, '0')}` : character;
  });
  return `$'${shown.join('')}'`;
}

const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
