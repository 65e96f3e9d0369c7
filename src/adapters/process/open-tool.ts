import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { toStartError } from './run-tool.ts';
import type { ToolCall } from './run-tool.ts';

/** A program that stays open and is asked again and again over its input. It ends when its input does. */
export interface OpenTool {
  write(text: string): void;
  /** Whether this process waits for it; it does not at first. */
  keepAwake(isAwaited: boolean): void;
  /** Ends its input. */
  end(): void;
  kill(): void;
}

export interface OpenToolEvents {
  readonly onOutput: (chunk: Buffer) => void;
  /** Once, when it has ended or could not be started. */
  readonly onEnd: (ended: { readonly exitCode: number; readonly stderr: string; readonly error?: Error }) => void;
}

const stderrLimit = 64 * 1024;

export function openTool(call: Required<Pick<ToolCall, 'command' | 'args' | 'env'>>, events: OpenToolEvents): OpenTool {
  const child = spawn(call.command, call.args, { env: call.env, stdio: ['pipe', 'pipe', 'pipe'] });
  let stderr = '';
  let failure: Error | undefined;
  child.stdout.on('data', events.onOutput);
  child.stderr.on('data', (chunk: Buffer) => {
    if (stderr.length < stderrLimit) stderr += chunk.toString('utf8');
  });
  child.on('error', (error) => {
    failure ??= toStartError(call, error);
    // A program that could not be started closes nothing.
    if (child.pid === undefined) events.onEnd({ exitCode: -1, stderr, error: failure });
  });
  child.on('close', (exitCode) => {
    if (child.pid !== undefined) events.onEnd({ exitCode: exitCode ?? -1, stderr });
  });
  // One that has ended closes the pipe; how it ended says what happened.
  child.stdin.on('error', () => undefined);
  const parts = [child, ...[child.stdin, child.stdout, child.stderr].filter(isSocket)];
  const keepAwake = (isAwaited: boolean): void => {
    for (const part of parts)
      if (isAwaited) part.ref();
      else part.unref();
  };
  keepAwake(false);
  return {
    write: (text) => void child.stdin.write(text),
    keepAwake,
    end: () => void child.stdin.end(),
    kill: () => void child.kill('SIGKILL'),
  };
}

/** Node makes sockets of the pipes to a child, and does not say so in its types. */
function isSocket(stream: object): stream is Socket {
  return 'unref' in stream && typeof stream.unref === 'function';
}
