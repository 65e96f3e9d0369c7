import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { emptyEnvironment } from '../../src/adapters/process/run-tool.ts';
import type { Scope } from '../make/folder.ts';

const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** `cutwater registry serve` in a process of its own, until the scope ends. */
export async function spawnRegistry(scope: Scope, args: readonly string[]): Promise<{ readonly url: string }> {
  const child = spawn(process.execPath, [program, 'registry', 'serve', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: emptyEnvironment(),
  });
  scope.after(async () => {
    if (child.exitCode !== null || !child.kill('SIGTERM')) return;
    await once(child, 'exit');
  });
  const [line]: unknown[] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(() => []),
  ]);
  const url = / on (https?:\/\/\S+) /.exec(String(line))?.[1];
  if (url === undefined) throw new Error(`registry serve ended: ${String(child.exitCode)}`);
  return { url };
}
