import { resolve } from 'node:path';
import type { CommandInput, GlobalOptions, OptionSpec } from './command.ts';

/** Options that stand before or after any command. */
export const globalOptionSpecs: readonly OptionSpec[] = [
  {
    name: 'repo',
    summary: 'The repository; by default the current folder',
    value: { kind: 'text', placeholder: 'DIR' },
  },
  { name: 'json', summary: 'Print the result as one JSON document', value: { kind: 'flag' } },
  { name: 'no-color', summary: 'No colours', value: { kind: 'flag' } },
  { name: 'quiet', summary: 'No narration, only the result', value: { kind: 'flag' } },
  { name: 'verbose', summary: 'Narrate with the output of programs', value: { kind: 'flag' } },
  { name: 'plain', summary: 'Narrate in plain lines, as in CI', value: { kind: 'flag' } },
];

export function readGlobalOptions(input: CommandInput, cwd: string): GlobalOptions {
  return {
    repo: resolve(cwd, input.text('repo') ?? '.'),
    json: input.flag('json'),
    quiet: input.flag('quiet'),
    verbose: input.flag('verbose'),
    plain: input.flag('plain'),
  };
}
