import type { ArgumentSpec, CommandInput, OptionSpec, OptionValue } from './command.ts';

export interface TypedLine {
  readonly arguments: readonly ArgumentSpec[];
  readonly options: readonly OptionSpec[];
  /** By position. */
  readonly argumentValues: readonly (string | undefined)[];
  /** By long name without dashes; what was not typed is missing. */
  readonly optionValues: ReadonlyMap<string, unknown>;
}

/** Gives typed access to a checked line. Names and kinds are those of the specifications, else a plain Error. */
export function commandInput(line: TypedLine): CommandInput {
  const optionalArgument = (name: string): string | undefined => {
    const position = line.arguments.findIndex((argument) => argument.name === name);
    if (position < 0) throw new Error(`The command has no argument ${name}`);
    return line.argumentValues[position];
  };
  const valueOf = (name: string, kinds: readonly OptionValue['kind'][]): unknown => {
    const option = line.options.find((candidate) => candidate.name === name);
    if (option === undefined || !kinds.includes(option.value.kind))
      throw new Error(`The command has no option --${name} of kind ${kinds.join(' or ')}`);
    return line.optionValues.get(name);
  };
  return {
    argument(name) {
      const value = optionalArgument(name);
      if (value === undefined) throw new Error(`The argument ${name} is not required and was not given`);
      return value;
    },
    optionalArgument,
    flag: (name) => valueOf(name, ['flag']) === true,
    text: (name) => textOf(valueOf(name, ['text', 'choice'])),
    number(name) {
      const value = valueOf(name, ['number']);
      return typeof value === 'number' ? value : undefined;
    },
    list(name) {
      const value = valueOf(name, ['list']);
      return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
    },
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
