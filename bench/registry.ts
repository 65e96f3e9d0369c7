import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { emptyEnvironment } from '../src/adapters/process/run-tool.ts';
import { peersVariable, startDockerRegistry } from '../test/real/peers.ts';
import type { Stage } from './stage.ts';

/** A registry in a process of its own. */
export interface BenchRegistry {
  readonly name: string;
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  close(): Promise<void>;
}

/** A fresh docker-registry where there is one, else the embedded one: both over an empty folder. */
export function startRegistry(stage: Stage): Promise<BenchRegistry> {
  return stage.peers['docker-registry'].is === 'present'
    ? startDocker(stage.peers['docker-registry'].path)
    : startEmbedded(stage);
}

/** The embedded registry as `cutwater registry serve` runs it. */
export async function startEmbedded(stage: Stage): Promise<BenchRegistry> {
  const folder = join(stage.folder, `registry-${crypto.randomUUID()}`);
  const args = [stage.program, 'registry', 'serve', '--json', '--folder', folder];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env: emptyEnvironment() });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.trimEnd().endsWith('}')) break;
  }
  const port = /"port":\s*(\d+)/.exec(lines.join('\n'))?.[1];
  if (port === undefined) throw new Error(`The embedded registry does not say where it listens: ${lines.join('\n')}`);
  return {
    name: 'embedded registry',
    host: `127.0.0.1:${port}`,
    close: async () => {
      if (child.exitCode === null && child.kill()) await once(child, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startDocker(path: string): Promise<BenchRegistry> {
  process.env[peersVariable] = JSON.stringify({ 'docker-registry': path });
  const { host, close } = await startDockerRegistry();
  return { name: 'docker-registry', host, close };
}
