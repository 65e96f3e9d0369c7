import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { GateEnd } from '../../ports/gate-runner.ts';
import { endLeftovers, sendSignal } from './left-running.ts';

export interface GateProcess {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
  readonly onOutput: (chunk: Uint8Array) => void;
  /** Milliseconds between the request to end and the end by force: time to take containers down. Default 5000. */
  readonly grace?: number;
}

const usualGrace = 5000;

/**
 * Runs a command to its end in a process group of its own, without a terminal and without input. At the time limit, and
 * when the run is stopped, the group is asked to end and then made to. Nothing it started outlives this call, but what
 * has left both the group and the environment it was given. Throws INTERRUPTED where the run was stopped.
 */
export async function runGateProcess(
  call: GateProcess,
): Promise<{ readonly ended: GateEnd; readonly leftovers: readonly string[] }> {
  if (call.signal.aborted) throw interrupted(call);
  const mark = `GATE_RUN=${randomBytes(16).toString('hex')}`;
  const child = start(call, mark.slice('GATE_RUN='.length));
  for (const stream of [child.stdout, child.stderr]) stream.on('data', call.onOutput);
  if (child.pid === undefined) {
    const [error] = await once(child, 'error');
    return { ended: startFailure(call, error), leftovers: [] };
  }
  const limits = watchLimits(child, child.pid, call);
  try {
    const ended = await endOf(child);
    const leftovers = await endLeftovers({ leader: child.pid, mark });
    await drain(child);
    if (call.signal.aborted) throw interrupted(call);
    return { ended: limits.isOver() ? { is: 'time-limit' } : ended, leftovers };
  } finally {
    limits.stop();
  }
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

function start(call: GateProcess, mark: string): Child {
  return spawn(call.command, call.args, {
    cwd: call.cwd,
    env: { ...call.env, GATE_RUN: mark },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
}

function startFailure({ command }: GateProcess, error: unknown): GateEnd {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const isFile = command.includes('/');
  if (code === 'ENOENT')
    return {
      is: 'not-started',
      reason: isFile ? 'is not there, or the interpreter it names is not' : 'is not installed',
    };
  if (code === 'EACCES') return { is: 'not-started', reason: 'may not be executed' };
  const reason = error instanceof Error ? error.message : String(error);
  throw new CutwaterError('TOOL_FAILED', `Cannot run ${quote(command)}: ${reason}`, { cause: error });
}

/** The end of the first process; what it started may still run, and hold the pipes. */
async function endOf(child: Child): Promise<GateEnd> {
  const { promise, resolve } = Promise.withResolvers<GateEnd>();
  child.once('exit', (code, signal) =>
    resolve(code === null ? { is: 'signal', signal: signal ?? 'unknown' } : { is: 'exit', code }),
  );
  return promise;
}

/** Reads what is left in the pipes; a process that could not be found must not keep them open for ever. */
async function drain(child: Child): Promise<void> {
  const open = [child.stdout, child.stderr].filter((stream) => !stream.closed);
  const closed = Promise.all(open.map((stream) => once(stream, 'close')));
  const ended = new AbortController();
  await Promise.race([closed, wait(usualGrace, undefined, { signal: ended.signal }).catch(() => undefined)]);
  ended.abort();
  child.stdout.destroy();
  child.stderr.destroy();
}

function watchLimits(
  child: Child,
  leader: number,
  { timeoutSeconds, signal, grace = usualGrace }: GateProcess,
): { isOver(): boolean; stop(): void } {
  let over = false;
  let force: NodeJS.Timeout | undefined;
  const end = (): void => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    sendSignal(-leader, 'SIGTERM');
    force ??= setTimeout(() => sendSignal(-leader, 'SIGKILL'), grace);
  };
  const limit = setTimeout(() => {
    over = child.exitCode === null && child.signalCode === null;
    end();
  }, timeoutSeconds * 1000);
  signal.addEventListener('abort', end, { once: true });
  return {
    isOver: () => over,
    stop: () => {
      clearTimeout(limit);
      clearTimeout(force);
      signal.removeEventListener('abort', end);
    },
  };
}

function interrupted({ command }: GateProcess): CutwaterError {
  return new CutwaterError('INTERRUPTED', `Cannot finish ${quote(command)}: the run was stopped`);
}
