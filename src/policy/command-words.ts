import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';

/**
 * Reads a command written as one line, such as `cargo test --workspace`, as its words. Nothing is run through a shell, so
 * anything only a shell would understand is refused; such a command is written as a list, or as a script.
 */
export function parseCommandLine(text: string): Parsed<readonly string[]> {
  const special = /["'`$\\|&;<>*?#~()\n]/.exec(text)?.[0];
  if (special !== undefined)
    return refuse(`has ${special === '\n' ? 'a line break' : special}, but commands are not run by a shell`);
  const words = text.trim().split(/ +/);
  if (beginsWithVariable(words)) return refuse('begins with a variable, but commands are not run by a shell');
  return accept(words);
}

/** What a shell would take for `NAME=value` before a command; a program is hardly ever called so. */
export function beginsWithVariable([first = '']: readonly string[]): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*\+?=/.test(first);
}
