import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ToolCall } from '../src/adapters/process/run-tool.ts';
import { median } from './statistics.ts';
import { succeed } from './succeed.ts';

/** What one run of a program took. */
export interface Usage {
  /** Milliseconds from start to end. */
  readonly wall: number;
  /** Milliseconds of processor time, of the program and all it waited for. */
  readonly cpu: number;
  /** Largest resident set of the program or of one that it started, in MB. */
  readonly memory: number;
}

const timeProgram = '/usr/bin/time';

/** Runs a program under GNU time. Whatever is started for both sides alike costs both the same. */
export async function measureRun(call: ToolCall): Promise<Usage> {
  const folder = await mkdtemp(join(tmpdir(), 'cutwater-time-'));
  const report = join(folder, 'report');
  try {
    const args = ['-f', '%U %S %M', '-o', report, '--', call.command, ...call.args];
    const started = performance.now();
    // GNU time passes no signal on: the whole group ends where a program never does.
    await succeed({ timeoutSeconds: 300, ownGroup: true, ...call, command: timeProgram, args });
    const wall = performance.now() - started;
    const [user = 0, system = 0, kibibytes = 0] = (await readFile(report, 'utf8')).trim().split(' ').map(Number);
    return { wall, cpu: (user + system) * 1000, memory: (kibibytes * 1024) / 1e6 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Does the whole task once. */
export type Task = () => Promise<Usage>;

/** The medians of a task's runs. Throws for a name that no task has. */
export type Medians = (name: string) => Usage;

/** One run of each to warm up, then A B A B ...: what disturbs the machine for a while disturbs all of them. */
export async function measureInTurn(
  tasks: Readonly<Record<string, Task>>,
  { rounds, warmUp = 1 }: { readonly rounds: number; readonly warmUp?: number },
): Promise<Medians> {
  const runs = new Map<string, Usage[]>();
  for (let round = 0; round < rounds + warmUp; round += 1)
    for (const [name, run] of Object.entries(tasks)) {
      const usage = await run();
      if (round >= warmUp) runs.set(name, [...(runs.get(name) ?? []), usage]);
    }
  return (name) => {
    const usages = runs.get(name) ?? [];
    const of = (key: keyof Usage): number => median(usages.map((usage) => usage[key]));
    return { wall: of('wall'), cpu: of('cpu'), memory: of('memory') };
  };
}
