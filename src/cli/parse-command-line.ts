import { Argument, Command as Parser, CommanderError, Option } from 'commander';
import { CutwaterError } from '../domain/error.ts';
import { escapeText, quote } from '../domain/quote.ts';
import type { Command, CommandInput, OptionSpec } from './command.ts';
import { groupExamples, groupSummary, wordsOf } from './command-groups.ts';
import { commandInput } from './command-input.ts';
import { examplesText } from './examples-text.ts';
import { globalOptionSpecs } from './global-options.ts';

export interface CommandLine {
  /** Arguments without the program's own name. */
  readonly args: readonly string[];
  readonly table: readonly Command[];
  readonly version: string;
  /** Width of help in cells. */
  readonly columns: number;
}

/** A command to run, or a text that was asked for (help, version). */
export type ParsedLine =
  | { readonly kind: 'run'; readonly command: Command; readonly input: CommandInput; readonly globals: CommandInput }
  | { readonly kind: 'text'; readonly text: string };

/** Reads a command line. Throws USAGE with a suggestion where one is near. */
export function parseCommandLine(line: CommandLine): ParsedLine {
  const seen: { run?: ParsedLine; out: string[] } = { out: [] };
  const program = buildProgram(line, {
    onRun: (parsed) => (seen.run = parsed),
    onText: (text) => seen.out.push(text),
  });
  try {
    if (line.args.length === 0) program.outputHelp();
    else program.parse([...line.args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw toUsageError(error, line);
  }
  return seen.run ?? { kind: 'text', text: seen.out.join('') };
}

interface Reactions {
  readonly onRun: (parsed: ParsedLine) => void;
  readonly onText: (text: string) => void;
}

function buildProgram(line: CommandLine, reactions: Reactions): Parser {
  const program = new Parser('cutwater')
    .description('Turns a written release process into software: signed tags decide, the registry follows.')
    .version(line.version, '-V, --version', 'Print the version')
    .helpOption('-h, --help', 'Show help')
    .helpCommand('help [command]', 'Show the help of a command')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({
      writeOut: reactions.onText,
      writeErr: () => undefined,
      getOutHelpWidth: () => line.columns,
      getOutHasColors: () => false,
    });
  for (const option of globalOptionSpecs) program.addOption(toOption(option));
  program.addHelpText(
    'after',
    `\nTo see it work, run 'cutwater rehearse': the whole process on your machine, with nothing to set up.`,
  );
  const groups = new Map<string, Parser>();
  for (const command of line.table) addCommand({ program, groups, command, table: line.table, reactions });
  return program;
}

interface Addition {
  readonly program: Parser;
  readonly groups: Map<string, Parser>;
  readonly command: Command;
  readonly table: readonly Command[];
  readonly reactions: Reactions;
}

function addCommand({ program, groups, command, table, reactions }: Addition): void {
  const [first = '', second] = command.name.split(' ');
  const parent = second === undefined ? program : groupOf(first, { program, groups, table });
  const parser = parent.command(second ?? first).summary(command.summary);
  parser.description(
    [`${command.summary}.`, ...(command.description === undefined ? [] : [command.description])].join('\n\n'),
  );
  for (const argument of command.arguments) {
    const made = new Argument(argument.required ? `<${argument.name}>` : `[${argument.name}]`, argument.summary);
    parser.addArgument(argument.choices === undefined ? made : made.choices([...argument.choices]));
  }
  for (const option of command.options) parser.addOption(toOption(option));
  parser.addHelpText('after', `\n${examplesText(command)}`);
  parser.action(() => {
    const input = commandInput({
      arguments: command.arguments,
      options: command.options,
      argumentValues: parser.processedArgs.map((value: unknown) => (typeof value === 'string' ? value : undefined)),
      optionValues: valuesOf(parser, command.options),
    });
    const optionValues = valuesOf(program, globalOptionSpecs);
    const globals = commandInput({ arguments: [], options: globalOptionSpecs, argumentValues: [], optionValues });
    reactions.onRun({ kind: 'run', command, input, globals });
  });
}

function groupOf(name: string, { program, groups, table }: Omit<Addition, 'command' | 'reactions'>): Parser {
  const known = groups.get(name);
  if (known !== undefined) return known;
  const summary = groupSummary(name);
  const group = program.command(name).summary(summary).description(`${summary}.`);
  group.addHelpText('after', `\n${examplesText({ examples: groupExamples(name, table) })}`);
  groups.set(name, group);
  return group;
}

function toOption({ name, summary, value }: OptionSpec): Option {
  switch (value.kind) {
    case 'flag':
      return new Option(`--${name}`, summary);
    case 'text':
      return new Option(`--${name} <${value.placeholder}>`, summary);
    case 'choice':
      return new Option(`--${name} <${value.choices.join('|')}>`, summary).argParser((text) =>
        toChoice(text, { name, choices: value.choices }),
      );
    case 'number':
      return new Option(`--${name} <${value.placeholder}>`, summary).argParser((text) =>
        toNumber(text, { name, ...value }),
      );
    case 'list':
      return new Option(`--${name} <${value.placeholder}>`, summary).argParser<readonly string[]>(
        (text, earlier: readonly string[] | undefined) => [...(earlier ?? []), text],
      );
  }
}

function toNumber(text: string, bounds: { name: string; least: number; most: number }): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  if (number >= bounds.least && number <= bounds.most) return number;
  const wanted = `a whole number from ${bounds.least} to ${bounds.most} is wanted`;
  throw new CutwaterError('USAGE', `Cannot read --${bounds.name}: found ${quote(text)}, ${wanted}`);
}

function toChoice(text: string, { name, choices }: { name: string; choices: readonly string[] }): string {
  if (choices.includes(text)) return text;
  throw new CutwaterError(
    'USAGE',
    `Cannot read --${name}: found ${quote(text)}, one of ${choices.join(', ')} is wanted`,
  );
}

/** Keys as the specification names them; commander turns `--no-x` into `x: false` and dashes into capitals. */
function valuesOf(parser: Parser, options: readonly OptionSpec[]): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const { name } of options) {
    const isNegation = name.startsWith('no-');
    const key = (isNegation ? name.slice('no-'.length) : name).replaceAll(/-(.)/g, (_, letter: string) =>
      letter.toUpperCase(),
    );
    const value: unknown = parser.getOptionValue(key);
    if (value !== undefined) values.set(name, isNegation ? value === false : value);
  }
  return values;
}

function toUsageError(error: CommanderError, { args, table }: CommandLine): CutwaterError {
  const [first = '', ...more] = error.message.split('\n');
  const words = args.filter((word) => !word.startsWith('-')).join(' ');
  const command = table.find(({ name }) => words === name || words.startsWith(`${name} `));
  const group = table.find(({ name }) => name.startsWith(`${args[0] ?? ''} `))?.name.split(' ')[0];
  const help = `cutwater ${[command?.name ?? group, '--help'].filter((part) => part !== undefined).join(' ')}`;
  const suggestion = /\(Did you mean (.*)\?\)/.exec(more.join('\n'))?.[1];
  const hint =
    suggestion === undefined ? `Run '${help}'` : `Did you mean ${escapeText(suggestion)}? Otherwise run '${help}'`;
  const found =
    error.code !== 'commander.help'
      ? escapeText(first.replace(/^error: /, '').replace(/\.$/, ''))
      : group === undefined
        ? 'there is no such command'
        : `${quote(group)} needs one more word: ${wordsOf(group, table).join(', ')}`;
  return new CutwaterError('USAGE', `Cannot read the command line: ${found}`, { hint });
}
