import { CutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import type { AliasNow } from './act.ts';
import type { RunResult, Stage } from './stage.ts';

/** Runs Cutwater and goes on only if it ends as it must. */
export async function must(
  run: Stage['maintainer'],
  args: readonly string[],
  wanted: ExitCode = exitCodes.done,
): Promise<RunResult> {
  const result = await run(args);
  if (result.exitCode === wanted) return result;
  throw unexpected(args.join(' '), result, `exit code ${result.exitCode}, ${wanted} is wanted`);
}

/** Runs what must be refused for a reason; gives the line that says so. */
export async function mustRefuse(run: Stage['maintainer'], args: readonly string[], because: RegExp): Promise<string> {
  const result = await must(run, args, exitCodes.refused);
  const line = result.stderr.split('\n').find((said) => because.test(said));
  if (line === undefined) throw unexpected(args.join(' '), result, 'another reason to refuse');
  return `refused: ${line.replace(/^(?:error:)? */, '')}`;
}

/** Every alias with its version. Where one is not where it must be, the rehearsal has failed. */
export async function expectAliases(
  stage: Stage,
  wanted: Readonly<Record<string, string>>,
): Promise<readonly AliasNow[]> {
  const result = await must(stage.ask, ['status', '--json']);
  const status: { readonly aliases: readonly ToldAlias[] } = JSON.parse(result.stdout);
  const found = status.aliases.flatMap(({ name, state, version, versions }): readonly AliasNow[] => {
    const now = version ?? versions?.[0];
    return now === undefined ? [] : [{ name, version: now, isWithdrawn: state === 'stays' }];
  });
  const names = new Set([...Object.keys(wanted), ...found.map(({ name }) => name)]);
  for (const alias of names) {
    const now = found.find(({ name }) => name === alias)?.version ?? 'nothing';
    const then = wanted[alias] ?? 'nothing';
    if (now !== then) throw unexpected('status', result, `alias ${alias} at ${now}, ${then} is wanted`);
  }
  return found;
}

/** The part of `status --json` that is read here. */
interface ToldAlias {
  readonly name: string;
  readonly state: string;
  readonly version?: string;
  readonly versions?: readonly string[];
}

export function unexpected(command: string, result: RunResult, found: string): CutwaterError {
  const said = `${result.stderr}\n${result.stdout}`.split('\n').filter((line) => line !== '');
  return new CutwaterError('TOOL_FAILED', `Cannot go on with the rehearsal: "cutwater ${command}" gave ${found}`, {
    details: said.slice(-25),
    hint: 'Run it again with --keep DIR and look at what is there',
  });
}
