import { link, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { CutwaterError } from '../domain/error.ts';
import { quote } from '../domain/quote.ts';
import { isFileError } from './file-error.ts';
import type { LockHolder } from './lock-holder.ts';
import { describeThisProcess, judgeHolder, parseLockHolder } from './lock-holder.ts';

export interface HeldLock {
  /** To be called right before something is written. Throws LOCKED where the lock was held so long that others may have it. */
  assertFresh(): void;
}

const waitMilliseconds = 15_000;
/** A holder writes nothing after this long ... */
const freshMilliseconds = 30_000;
/** ... and one of which nothing can be proved (another machine, another container) loses the lock after this long. */
const unknownMilliseconds = 90_000;

/**
 * Runs a task while no other process and no other caller holds the lock at `path`. The lock of a process that ended is
 * taken over. Throws LOCKED where it is not free within 15 seconds.
 */
export async function withFileLock<Result>(path: string, task: (lock: HeldLock) => Promise<Result>): Promise<Result> {
  const self = describeThisProcess();
  const deadline = performance.now() + waitMilliseconds;
  while (!(await take(path, self))) {
    if (performance.now() > deadline)
      throw new CutwaterError('LOCKED', `Cannot lock ${quote(path)}: another process holds it, for too long`);
    await wait(1 + Math.random() * 9);
  }
  const [since, sinceClock] = [performance.now(), Date.now()];
  try {
    return await task({
      assertFresh: () => {
        // Two clocks: the monotonic one stands still while the machine sleeps.
        if (performance.now() - since < freshMilliseconds && Math.abs(Date.now() - sinceClock) < freshMilliseconds)
          return;
        throw new CutwaterError('LOCKED', `Cannot write under ${quote(path)}: the lock was held for too long`);
      },
    });
  } finally {
    await giveBack(path, self);
  }
}

export interface LastingLock {
  release(): Promise<void>;
}

/**
 * Takes the lock at `path` for as long as is needed, hours too: it is kept young while the process lives. Undefined where
 * somebody has it.
 */
export async function tryFileLock(path: string): Promise<LastingLock | undefined> {
  const self = describeThisProcess();
  // The first try may only have removed the lock of a process that ended.
  if (!(await take(path, self)) && !(await take(path, self))) return undefined;
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, freshMilliseconds).unref();
  return {
    async release() {
      clearInterval(heartbeat);
      await giveBack(path, self);
    },
  };
}

/** One try. A link appears whole or not at all, so a lock file always says who holds it. */
async function take(path: string, self: LockHolder): Promise<boolean> {
  const draft = `${path}.${self.token}`;
  try {
    await writeFile(draft, JSON.stringify(self), { flag: 'w' });
    await link(draft, path);
    return true;
  } catch (error) {
    if (!isFileError(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  const holder = await readHolder(path);
  if (holder !== undefined && (await isLost(path, holder, self))) await removeLost(path, holder);
  return false;
}

/**
 * Removes the lock of a holder that is gone. Two may find it lost at once, and the slower one must not remove what the
 * faster one has taken since: only who holds the lock named after the lost token may remove, and only that token.
 */
async function removeLost(path: string, lost: LockHolder): Promise<void> {
  const claim = `${path}.${lost.token.slice(0, 16)}`;
  const self = describeThisProcess();
  if (!(await take(claim, self))) return;
  try {
    const holder = await readHolder(path);
    if (holder?.token === lost.token) await rm(path, { force: true });
  } finally {
    await giveBack(claim, self);
  }
}

async function isLost(path: string, holder: LockHolder, self: LockHolder): Promise<boolean> {
  const liveness = judgeHolder(holder, self);
  if (liveness !== 'unknown') return liveness === 'dead';
  const taken = await modifiedAt(path);
  return taken !== undefined && Date.now() - taken > unknownMilliseconds;
}

async function giveBack(path: string, self: LockHolder): Promise<void> {
  const holder = await readHolder(path);
  if (holder?.token === self.token) await rm(path, { force: true });
}

/** Undefined where the lock was given back meanwhile. */
async function readHolder(path: string): Promise<LockHolder | undefined> {
  try {
    return parseLockHolder(await readFile(path, 'utf8')) ?? unreadableHolder;
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

// Only a crash of the whole machine leaves a lock file without its content; its age decides.
const unreadableHolder: LockHolder = { token: '0'.repeat(32), pid: 1, started: '', host: '', space: 'unreadable' };

async function modifiedAt(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return undefined;
    throw error;
  }
}
