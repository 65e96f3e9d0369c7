import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isJsonObject } from './json-object.ts';

/** Who took a lock, told so that another process can prove whether it still lives. */
export interface LockHolder {
  /** 32 hex digits, new for every lock taken. */
  readonly token: string;
  readonly pid: number;
  /** When the process started, in the kernel's ticks; empty where the system does not tell. Tells reused pids apart. */
  readonly started: string;
  readonly host: string;
  /** Boot id and pid namespace: pids mean the same only where this is equal. Empty where the system does not tell. */
  readonly space: string;
}

export type Liveness = 'alive' | 'dead' | 'unknown';

export function describeThisProcess(): LockHolder {
  return {
    token: randomBytes(16).toString('hex'),
    pid: process.pid,
    started: startOf(process.pid) ?? '',
    host: hostname(),
    space: pidSpace(),
  };
}

/** `dead` only on proof, `unknown` for another machine or container. */
export function judgeHolder(holder: LockHolder, self: LockHolder): Liveness {
  if (holder.host !== self.host || holder.space !== self.space) return 'unknown';
  if (!isRunning(holder.pid)) return 'dead';
  if (holder.started === '') return 'unknown';
  return startOf(holder.pid) === holder.started ? 'alive' : 'dead';
}

export function parseLockHolder(text: string): LockHolder | undefined {
  const value = parseJson(text);
  if (!isJsonObject(value)) return undefined;
  const { token, pid, started, host, space } = value;
  if (typeof token !== 'string' || !/^[0-9a-f]{32}$/.test(token)) return undefined;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (typeof started !== 'string' || typeof host !== 'string' || typeof space !== 'string') return undefined;
  return { token, pid, started, host, space };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

/** Field 22 of `/proc/PID/stat` (proc_pid_stat(5)); the command in field 2 may hold spaces and brackets. */
function startOf(pid: number): string | undefined {
  const stat = readText(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie has ended; only its parent has not looked yet.
  return state === 'Z' || state === 'X' ? undefined : fields[18];
}

function pidSpace(): string {
  const boot = readText(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  const namespace = readText(() => readlinkSync('/proc/self/ns/pid'));
  return boot === '' || namespace === '' ? '' : `${boot} ${namespace}`;
}

function readText(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
