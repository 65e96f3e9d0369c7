import type { ExitCode } from '../domain/error-entry.ts';
import type { Terminal, TextSink } from './render/terminal.ts';

/** One command of the command line, as data: help, completion and documents are generated from it. */
export interface Command {
  /** One word, or two for a command in a group: `plan`, `registry serve`. */
  readonly name: string;
  /** One line without a final period. */
  readonly summary: string;
  /** Paragraphs shown by `--help` below the summary. */
  readonly description?: string;
  readonly arguments: readonly ArgumentSpec[];
  readonly options: readonly OptionSpec[];
  readonly examples: readonly CommandExample[];
  /** Imported only when the command runs, so that the others cost nothing. */
  readonly load: () => Promise<CommandModule>;
}

export interface CommandModule {
  run(input: CommandInput, context: CliContext): Promise<ExitCode>;
}

export interface ArgumentSpec {
  /** As help shows it and as `CommandInput.argument` finds it: `VERSION`. */
  readonly name: string;
  readonly summary: string;
  readonly required: boolean;
  readonly choices?: readonly string[];
}

export interface OptionSpec {
  /** The long form without dashes: `exit-code`. */
  readonly name: string;
  readonly summary: string;
  readonly value: OptionValue;
}

/** What an option takes: nothing, one text, one of some words, a whole number, or a text each time it is given. */
export type OptionValue =
  | { readonly kind: 'flag' }
  | { readonly kind: 'text'; readonly placeholder: string }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly kind: 'number'; readonly placeholder: string; readonly least: number; readonly most: number }
  | { readonly kind: 'list'; readonly placeholder: string };

export interface CommandExample {
  /** Without the leading `cutwater`. */
  readonly line: string;
  readonly says: string;
}

/**
 * What the person typed, already checked against the command's table entry. Asking for a name that the entry does not
 * have, or with the wrong kind, is a mistake in the program and throws a plain Error.
 */
export interface CommandInput {
  /** A required argument. */
  argument(name: string): string;
  optionalArgument(name: string): string | undefined;
  flag(name: string): boolean;
  /** A `text` or `choice` option. */
  text(name: string): string | undefined;
  number(name: string): number | undefined;
  list(name: string): readonly string[];
}

/** Options that every command takes. */
export interface GlobalOptions {
  /** `--repo DIR`, absolute; the current folder by default. */
  readonly repo: string;
  /** Results as one JSON document on stdout. */
  readonly json: boolean;
  /** No narration. */
  readonly quiet: boolean;
  /** Narration with the output of tools. */
  readonly verbose: boolean;
  /** Narration as plain lines, as in CI. */
  readonly plain: boolean;
}

/** The world of one run. Nothing in a command reads `process`. */
export interface CliContext {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Results. */
  readonly stdout: TextSink;
  /** Narration and errors. */
  readonly stderr: TextSink;
  /** How results may look. */
  readonly terminal: Terminal;
  /** How narration may look. */
  readonly narration: Terminal;
  readonly options: GlobalOptions;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  readonly version: string;
}
