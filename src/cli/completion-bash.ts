import type { CompletionGrammar, CompletionOption } from './completion-grammar.ts';

/** A bash script; needs nothing but bash 3.2. */
export function bashCompletion(grammar: CompletionGrammar): string {
  const { words, groups, commands, globalOptions } = grammar;
  const allOptions = [...globalOptions, ...commands.flatMap(({ options }) => options)];
  const valued = new Map(allOptions.filter(({ takes }) => takes !== 'nothing').map((option) => [option.flag, option]));
  return `${[
    '# bash completion for cutwater',
    '_cutwater() {',
    '  local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" name="" word="" skip="" i',
    '  COMPREPLY=()',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    '    word="${COMP_WORDS[i]}"',
    '    if [[ -n $skip ]]; then skip=""; continue; fi',
    '    case "$word" in',
    `      ${[...valued.keys()].join('|')}) skip=1 ;;`,
    '      -*) ;;',
    '      *) name="${name:+$name }$word" ;;',
    '    esac',
    '  done',
    '  case "$prev" in',
    ...[...valued.values()].map((option) => `    ${option.flag}) ${valueReply(option)}; return ;;`),
    '  esac',
    '  local candidates=""',
    '  case "$name" in',
    `    "") candidates="${words.map(({ word }) => word).join(' ')}" ;;`,
    ...[...groups].map(([group, inner]) => `    ${group}) candidates="${inner.map(({ word }) => word).join(' ')}" ;;`),
    ...commands.map(({ name, choices, options }) => {
      const offered = [...choices, ...options.map(({ flag }) => flag)].join(' ');
      return `    "${name}"|"${name} "*) candidates="${offered}" ;;`;
    }),
    '  esac',
    `  [[ $cur == -* ]] && candidates="$candidates ${globalOptions.map(({ flag }) => flag).join(' ')} --help"`,
    '  COMPREPLY=($(compgen -W "$candidates" -- "$cur"))',
    '}',
    'complete -o default -F _cutwater cutwater',
  ].join('\n')}\n`;
}

function valueReply({ takes }: CompletionOption): string {
  if (takes === 'file') return 'COMPREPLY=($(compgen -f -- "$cur"))';
  if (takes === 'folder') return 'COMPREPLY=($(compgen -d -- "$cur"))';
  return typeof takes === 'string' ? ':' : `COMPREPLY=($(compgen -W "${takes.join(' ')}" -- "$cur"))`;
}
