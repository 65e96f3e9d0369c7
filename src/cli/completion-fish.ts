import type { CompletionGrammar, CompletionOption } from './completion-grammar.ts';

/** A fish script. */
export function fishCompletion({ words, groups, commands, globalOptions }: CompletionGrammar): string {
  const first = words.map(({ word, summary }) =>
    line(`-n __fish_use_subcommand -f -a ${word} -d ${quoteFish(summary)}`),
  );
  const second = [...groups].flatMap(([group, inner]) => {
    const none = inner.map(({ word }) => word).join(' ');
    const when = quoteFish(`__fish_seen_subcommand_from ${group}; and not __fish_seen_subcommand_from ${none}`);
    return inner.map(({ word, summary }) => line(`-n ${when} -f -a ${word} -d ${quoteFish(summary)}`));
  });
  const own = commands.flatMap(({ name, choices, options }) => {
    const when = quoteFish(
      name
        .split(' ')
        .map((word) => `__fish_seen_subcommand_from ${word}`)
        .join('; and '),
    );
    const arguments_ = choices.length === 0 ? [] : [line(`-n ${when} -f -a ${quoteFish(choices.join(' '))}`)];
    return [...arguments_, ...options.map((option) => line(`-n ${when} ${optionOf(option)}`))];
  });
  const globals = globalOptions.map((option) => line(optionOf(option)));
  return `${['# fish completion for cutwater', ...first, ...second, ...own, ...globals].join('\n')}\n`;
}

function line(rest: string): string {
  return `complete -c cutwater ${rest}`;
}

function optionOf({ flag, summary, takes }: CompletionOption): string {
  const said = `-l ${flag.slice('--'.length)} -d ${quoteFish(summary)}`;
  if (takes === 'nothing') return said;
  if (takes === 'file') return `${said} -r -F`;
  if (takes === 'folder') return `${said} -x -a '(__fish_complete_directories)'`;
  return typeof takes === 'string' ? `${said} -x` : `${said} -x -a ${quoteFish(takes.join(' '))}`;
}

function quoteFish(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
