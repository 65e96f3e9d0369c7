import { isatty } from 'node:tty';
import type { ExitCode } from '../domain/error-entry.ts';
import { exitCodes } from '../domain/error-entry.ts';
import type { CliContext, Command } from './command.ts';
import { commandTable } from './command-table.ts';
import { explainError } from './explain-error.ts';
import { readGlobalOptions } from './global-options.ts';
import { parseCommandLine } from './parse-command-line.ts';
import { quietStream } from './quiet-stream.ts';
import type { Terminal, TextSink } from './render/terminal.ts';
import { makeTerminal } from './render/terminal.ts';
import type { StopSignal } from './stop-signal.ts';
import { listenForStop } from './stop-signal.ts';
import { programVersion } from './version.ts';

/** All that a run sees of the machine. */
export interface ProgramWorld {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly stdoutSize: { readonly isTty: boolean; readonly columns: number | undefined };
  readonly stderrSize: { readonly isTty: boolean; readonly columns: number | undefined };
  readonly table: readonly Command[];
  readonly listen: (tell: (text: string) => void) => StopSignal;
}

/** Runs the program in this process and gives its exit code; never throws. */
export function main(args: readonly string[]): Promise<ExitCode> {
  return runProcess(args, commandTable);
}

/** The same with a table of one's own. */
export function runProcess(args: readonly string[], table: readonly Command[]): Promise<ExitCode> {
  return runProgram({
    args,
    cwd: process.cwd(),
    env: process.env,
    stdout: quietStream(process.stdout),
    stderr: quietStream(process.stderr),
    stdoutSize: sizeOf(process.stdout),
    stderrSize: sizeOf(process.stderr),
    table,
    listen: (tell) => listenForStop(process, tell),
  });
}

/** Reads the line, loads one command, runs it. Every error becomes text and an exit code here. */
export async function runProgram(world: ProgramWorld): Promise<ExitCode> {
  const { stdout, stderr, env } = world;
  // The line may be what is wrong, so these two are looked for before it is read.
  const asked = (flag: string): boolean => beforeTerminator(world.args).includes(flag);
  const terminal = makeTerminal({ ...world.stdoutSize, env, noColor: asked('--no-color') });
  const narration = makeTerminal({ ...world.stderrSize, env, noColor: asked('--no-color') });
  const stop = world.listen((text) => stderr.write(text));
  try {
    return await runLine(world, { terminal, narration, signal: stop.signal });
  } catch (error) {
    const wasStopped = stop.signal.aborted;
    const situation = { terminal: narration, json: asked('--json'), version: programVersion, env, wasStopped };
    const explanation = explainError(error, situation);
    stdout.write(explanation.stdout);
    stderr.write(explanation.stderr);
    return explanation.exit;
  } finally {
    stop.close();
  }
}

interface Surroundings {
  readonly terminal: Terminal;
  readonly narration: Terminal;
  readonly signal: AbortSignal;
}

async function runLine(world: ProgramWorld, surroundings: Surroundings): Promise<ExitCode> {
  const { args, table, cwd, env, stdout, stderr } = world;
  const { columns } = surroundings.terminal;
  const line = parseCommandLine({ args, table, columns, version: programVersion });
  if (line.kind === 'text') {
    stdout.write(line.text);
    return exitCodes.done;
  }
  const options = readGlobalOptions(line.globals, cwd);
  const context: CliContext = { cwd, env, stdout, stderr, options, version: programVersion, ...surroundings };
  const loaded = await line.command.load();
  return loaded.run(line.input, context);
}

function beforeTerminator(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  return end < 0 ? args : args.slice(0, end);
}

function sizeOf(stream: NodeJS.WriteStream & { readonly fd: number }): {
  readonly isTty: boolean;
  readonly columns: number | undefined;
} {
  return { isTty: isatty(stream.fd), columns: stream.columns };
}
