import type { Command } from './command.ts';

/** The examples of a command as `--help` shows them. */
export function examplesText(command: Pick<Command, 'examples'>): string {
  const lines = command.examples.flatMap(({ line, says }) => [`  # ${says}`, `  cutwater ${line}`]);
  return ['Examples:', ...lines].join('\n');
}
