import { exitCodes } from '../domain/error-entry.ts';
import type { ExitCode } from '../domain/error-entry.ts';
import type { CliContext, CommandInput } from './command.ts';
import { commandTable } from './command-table.ts';
import { bashCompletion } from './completion-bash.ts';
import { fishCompletion } from './completion-fish.ts';
import { completionGrammar } from './completion-grammar.ts';
import { zshCompletion } from './completion-zsh.ts';

export function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const grammar = completionGrammar(commandTable);
  const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };
  const shell = input.argument('SHELL');
  if (shell !== 'bash' && shell !== 'zsh' && shell !== 'fish') throw new Error(`No completion for ${shell}`);
  context.stdout.write(scripts[shell](grammar));
  return Promise.resolve(exitCodes.done);
}
