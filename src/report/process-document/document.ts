import type { Inline } from './inline.ts';
import type { ShellLine } from './shell.ts';

export interface Chapter {
  readonly title: string;
  readonly blocks: readonly Block[];
  /** Numbered, in the order in which they are done. */
  readonly steps: readonly Step[];
}

export interface Step {
  readonly title: string;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly kind: 'paragraph'; readonly text: Inline }
  | { readonly kind: 'list'; readonly items: readonly Inline[] }
  | { readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly Inline[])[] }
  | { readonly kind: 'commands'; readonly by: CommandRole; readonly lines: readonly ShellLine[] };

/**
 * Who runs commands, and what for. `setup`: names the later ones use. `do`: the maintainer, with Cutwater. `hand`: the same
 * without it. `ci`: the release workflow, with its own key. `look`: anyone, to see the result without Cutwater.
 * `ask`: the maintainer, to hear from Cutwater what is missing; it may exit with 3.
 * `alternative`: the maintainer, instead of what is above. `rescue`: by hand, where the workflow can not run.
 */
export type CommandRole = 'setup' | 'do' | 'ask' | 'hand' | 'ci' | 'look' | 'alternative' | 'rescue';

export function say(text: Inline): Block {
  return { kind: 'paragraph', text };
}

export function list(...items: readonly Inline[]): Block {
  return { kind: 'list', items };
}

/** Without lines nothing is shown. */
export function commands(by: CommandRole, ...lines: readonly ShellLine[]): Block {
  return { kind: 'commands', by, lines };
}
