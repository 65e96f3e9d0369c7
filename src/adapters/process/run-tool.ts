import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';

export interface ToolCall {
  readonly command: string;
  /** Passed as they are; there is no shell. Put "--" before values from outside. */
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The whole environment of the tool. Default: `emptyEnvironment`, so that no secret reaches it. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: Uint8Array | string;
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
  /** Ends the tool at once with this signal; that is a result (exit code -1), not an error. */
  readonly kill?: { readonly signal: AbortSignal; readonly with: 'SIGKILL' | 'SIGTERM' };
  /**
   * Gives it a process group of its own, without the terminal: what ends the tool at its time limit or by `signal` ends
   * everything it has started too. For commands of the project, which start others; not for tools that ask people.
   */
  readonly ownGroup?: boolean;
  /** Output above this many bytes ends the tool with an error. Default 64 MiB. */
  readonly maxOutputBytes?: number;
  /** Called with each piece of output as it comes. */
  readonly onOutput?: (chunk: Uint8Array, stream: 'stdout' | 'stderr') => void;
}

export interface ToolResult {
  /** -1 where a signal or the time limit ended it. */
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** What every tool may see: where programs are, and a locale that keeps messages in English. */
export function emptyEnvironment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

/** Runs a program to its end. An exit code is a value; TOOL_MISSING is thrown where the program is not there. */
export function runTool(call: ToolCall): Promise<ToolResult> {
  const { promise, resolve, reject } = Promise.withResolvers<ToolResult>();
  const child = start(call);
  const end = (signal: NodeJS.Signals): void => {
    if (call.ownGroup !== true || child.pid === undefined) child.kill(signal);
    else endGroup(child.pid, signal);
  };
  const limit = call.maxOutputBytes ?? 64 * 1024 * 1024;
  const output: { stdout: Uint8Array[]; stderr: Uint8Array[] } = { stdout: [], stderr: [] };
  let size = 0;
  let timedOut = false;
  const timer =
    call.timeoutSeconds === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          end('SIGKILL');
          // Whoever else holds these pipes must not keep us waiting beyond the limit.
          child.stdout.destroy();
          child.stderr.destroy();
        }, call.timeoutSeconds * 1000);
  const stop = (): void => end('SIGTERM');
  call.signal?.addEventListener('abort', stop, { once: true });
  call.kill?.signal.addEventListener('abort', () => child.kill(call.kill?.with));
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].on('data', (chunk: Uint8Array) => {
      size += chunk.length;
      if (size > limit) {
        end('SIGKILL');
        reject(
          new CutwaterError(
            'TOOL_FAILED',
            `Cannot read the output of ${quote(call.command)}: it is above ${limit} bytes`,
          ),
        );
        return;
      }
      output[stream].push(chunk);
      call.onOutput?.(chunk, stream);
    });
  child.on('error', (error) => {
    clearTimeout(timer);
    reject(toStartError(call, error));
  });
  child.on('close', (exitCode) => {
    clearTimeout(timer);
    call.signal?.removeEventListener('abort', stop);
    const stderr = Buffer.concat(output.stderr).toString('utf8');
    resolve({ exitCode: exitCode ?? -1, stdout: Buffer.concat(output.stdout), stderr, timedOut });
  });
  // A tool that ends without reading its input closes the pipe; its exit code says what happened.
  child.stdin.on('error', () => undefined);
  child.stdin.end(call.input ?? '');
  return promise;
}

function start(call: ToolCall): ChildProcessWithoutNullStreams {
  return spawn(call.command, call.args, {
    cwd: call.cwd,
    env: call.env ?? emptyEnvironment(),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: call.ownGroup === true,
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  });
}

function endGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // The whole group has ended already.
  }
}

/** The error for a program that could not be started. */
export function toStartError(call: Pick<ToolCall, 'command'>, error: Error): Error {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ENOENT')
    return new CutwaterError('TOOL_MISSING', `Cannot run ${quote(call.command)}: it is not installed`, {
      cause: error,
    });
  if (code === 'ABORT_ERR')
    return new CutwaterError('INTERRUPTED', `Cannot finish ${quote(call.command)}: the run was stopped`, {
      cause: error,
    });
  return new CutwaterError('TOOL_FAILED', `Cannot run ${quote(call.command)}: ${error.message}`, { cause: error });
}
