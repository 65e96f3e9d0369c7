import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { emptyEnvironment } from '../../src/adapters/process/run-tool.ts';
import type { RunningRegistry } from './peers.ts';

/** Starts the registry of go-containerregistry, in memory, on loopback. It has the referrers API. */
export async function startCraneRegistry(path: string): Promise<RunningRegistry> {
  const child = spawn(path, ['registry', 'serve', '--address', '127.0.0.1:0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: emptyEnvironment(),
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line);
    const port = Number(/serving on port (\d+)/.exec(line)?.[1]);
    if (!Number.isNaN(port)) {
      // It writes a line for every request, and waits where nobody reads them.
      child.stderr.resume();
      return { port, host: `127.0.0.1:${port}`, close: () => stop(child) };
    }
  }
  throw new Error(`crane registry serve does not say where it listens: ${said.join('\n')}`);
}

async function stop(child: ReturnType<typeof spawn>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.kill()) await once(child, 'exit');
}
