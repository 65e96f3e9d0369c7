import { groupSummary } from './command-groups.ts';
import type { Command, OptionSpec } from './command.ts';
import { globalOptionSpecs } from './global-options.ts';

/** What a shell may offer after certain words. */
export interface CompletionGrammar {
  /** First words: commands and groups. */
  readonly words: readonly CompletionWord[];
  /** By first word of a group: its second words. */
  readonly groups: ReadonlyMap<string, readonly CompletionWord[]>;
  readonly commands: readonly CompletionCommand[];
  readonly globalOptions: readonly CompletionOption[];
}

export interface CompletionWord {
  readonly word: string;
  readonly summary: string;
}

export interface CompletionCommand {
  readonly name: string;
  /** Fixed words the first argument may be. */
  readonly choices: readonly string[];
  readonly options: readonly CompletionOption[];
}

export interface CompletionOption {
  /** With dashes. */
  readonly flag: string;
  readonly summary: string;
  readonly takes: 'nothing' | 'text' | 'file' | 'folder' | readonly string[];
}

/** Derives what can be completed from the table of commands. */
export function completionGrammar(table: readonly Command[]): CompletionGrammar {
  const words = new Map<string, string>();
  const groups = new Map<string, CompletionWord[]>();
  for (const { name, summary } of table) {
    const [first = '', second] = name.split(' ');
    words.set(first, second === undefined ? summary : groupSummary(first));
    if (second === undefined) continue;
    groups.set(first, [...(groups.get(first) ?? []), { word: second, summary }]);
  }
  return {
    words: [...words].map(([word, summary]) => ({ word, summary })),
    groups,
    commands: table.map((command) => ({
      name: command.name,
      choices: command.arguments[0]?.choices ?? [],
      options: command.options.map(toOption),
    })),
    globalOptions: globalOptionSpecs.map(toOption),
  };
}

function toOption({ name, summary, value }: OptionSpec): CompletionOption {
  return { flag: `--${name}`, summary, takes: takesOf(value) };
}

function takesOf(value: OptionSpec['value']): CompletionOption['takes'] {
  switch (value.kind) {
    case 'flag':
      return 'nothing';
    case 'choice':
      return value.choices;
    case 'number':
      return 'text';
    case 'text':
    case 'list':
      if (value.placeholder === 'FILE') return 'file';
      return value.placeholder === 'DIR' ? 'folder' : 'text';
  }
}
