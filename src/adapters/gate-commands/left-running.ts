import { readFile, readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { escapeText } from '../../domain/quote.ts';

/** A process that a gate started and did not end. */
interface Remaining {
  /** Negative for a group that nobody can list. */
  readonly pid: number;
  readonly name: string;
}

/** How a gate's processes are known again: by the group of the first one, and by a variable all of them inherit. */
export interface GateProcesses {
  readonly leader: number;
  /** `GATE_RUN=<random>`: it stays with those that leave the group, as servers do. */
  readonly mark: string;
}

/** What is just ending is given so many milliseconds between two looks. */
const patience = [0, 50, 150, 300] as const;

/** Ends whatever the gate has left running and gives the names; empty where nothing is left. */
export async function endLeftovers(processes: GateProcesses): Promise<readonly string[]> {
  for (const pause of patience) {
    if (pause > 0) await wait(pause);
    if ((await remainingOf(processes)).length === 0) return [];
  }
  const names = new Set<string>();
  // A process may start another one while it is looked for.
  for (let round = 0; round < 20; round += 1) {
    const remaining = await remainingOf(processes);
    if (remaining.length === 0) break;
    for (const { pid, name } of remaining) {
      names.add(escapeText(name));
      sendSignal(pid, 'SIGKILL');
    }
    sendSignal(-processes.leader, 'SIGKILL');
    await wait(20);
  }
  return [...names].toSorted();
}

/** Sends a signal to a process, or to a group by its negative number. False where there is none. */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

async function remainingOf(processes: GateProcesses): Promise<readonly Remaining[]> {
  if (process.platform === 'linux') return listRemaining(processes);
  // Where there is no /proc the group is all that is known.
  return sendSignal(-processes.leader, 0) ? [{ pid: -processes.leader, name: 'a child process' }] : [];
}

async function listRemaining(processes: GateProcesses): Promise<readonly Remaining[]> {
  const entries = await readdir('/proc').catch(() => []);
  const numbers = entries.filter((name) => /^[1-9]\d*$/.test(name));
  const found = await Promise.all(numbers.map((number) => readProcess(number, processes)));
  return found.filter((remaining) => remaining !== undefined);
}

/** Undefined for a process that is none of the gate's, of somebody else, or has ended. See proc_pid_stat(5). */
async function readProcess(number: string, { leader, mark }: GateProcesses): Promise<Remaining | undefined> {
  try {
    const stat = await readFile(`/proc/${number}/stat`, 'latin1');
    const [, called = '', state, group] = /^\d+ \(([^]*)\) (\S) \d+ (\d+) /.exec(stat) ?? [];
    if (state === undefined || state === 'Z' || state === 'X') return undefined;
    // The first word only: what follows may hold a secret. Some programs name their threads, so the other name is worse.
    const [command = ''] = (await readFile(`/proc/${number}/cmdline`, 'utf8')).split('\0');
    const found = { pid: Number(number), name: basename(command) || called };
    if (Number(group) === leader) return found;
    const environment = await readFile(`/proc/${number}/environ`, 'latin1');
    return environment.split('\0').includes(mark) ? found : undefined;
  } catch {
    return undefined;
  }
}
