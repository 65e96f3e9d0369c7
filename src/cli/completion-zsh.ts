import type { CompletionGrammar, CompletionOption, CompletionWord } from './completion-grammar.ts';

/** A zsh script for a folder of $fpath, under the name `_cutwater`. */
export function zshCompletion(grammar: CompletionGrammar): string {
  const { words, groups, commands, globalOptions } = grammar;
  const globals = globalOptions.map(optionSpec);
  return `${[
    '#compdef cutwater',
    '_cutwater() {',
    '  local context state state_descr line',
    '  typeset -A opt_args',
    `  _arguments -C ${[...globals, "'1: :->command'", "'*:: :->rest'"].join(' ')}`,
    '  case $state in',
    `    command) ${describe('command', words)} ;;`,
    '    rest)',
    '      case $line[1] in',
    ...commands
      .filter(({ name }) => !name.includes(' '))
      .map((command) => `        ${command.name}) ${argumentsOf(command, globals)} ;;`),
    ...[...groups].flatMap(([group, inner]) => [
      `        ${group})`,
      '          if (( CURRENT == 2 )); then',
      `            ${describe('command', inner)}`,
      '          else',
      '            shift words; (( CURRENT-- ))',
      '            case $words[1] in',
      ...commands
        .filter(({ name }) => name.startsWith(`${group} `))
        .map((command) => `              ${command.name.slice(group.length + 1)}) ${argumentsOf(command, globals)} ;;`),
      '            esac',
      '          fi ;;',
    ]),
    '      esac ;;',
    '  esac',
    '}',
    // Autoloaded from $fpath, this file is the function itself; sourced, it registers it.
    'if [ "$funcstack[1]" = "_cutwater" ]; then _cutwater "$@"; else compdef _cutwater cutwater; fi',
  ].join('\n')}\n`;
}

function describe(title: string, words: readonly CompletionWord[]): string {
  const entries = words.map(({ word, summary }) => quoteZsh(`${word}:${summary.replaceAll(':', '\\:')}`));
  return `local -a words_; words_=(${entries.join(' ')}); _describe ${title} words_`;
}

function argumentsOf(command: CompletionGrammar['commands'][number], globals: readonly string[]): string {
  const first = command.choices.length > 0 ? [quoteZsh(`1: :(${command.choices.join(' ')})`)] : [];
  return `_arguments ${[...command.options.map(optionSpec), ...globals, ...first].join(' ')}`;
}

function optionSpec({ flag, summary, takes }: CompletionOption): string {
  const said = `${flag}[${summary.replaceAll(/[[\]:]/g, '\\$&')}]`;
  if (takes === 'nothing') return quoteZsh(said);
  if (takes === 'file') return quoteZsh(`${said}:file:_files`);
  if (takes === 'folder') return quoteZsh(`${said}:folder:_files -/`);
  return quoteZsh(typeof takes === 'string' ? `${said}:value:` : `${said}:value:(${takes.join(' ')})`);
}

function quoteZsh(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
