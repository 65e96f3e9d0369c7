import { isProgramThere } from '../adapters/process/pinned-program.ts';
import type { CliContext } from './command.ts';

/** Whether a program is on this machine, where it would be looked for. */
export function programFinder({ env }: Pick<CliContext, 'env'>): (program: string) => Promise<boolean> {
  return (program) => isProgramThere(program, env);
}
