import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from './file-error.ts';
import { tryFileLock } from './file-lock.ts';
import { listFiles, removeLeftovers } from './leftovers.ts';

export interface GarbageRule {
  readonly mode: 'list' | 'remove';
  /** What was changed after this moment, in milliseconds, stays. */
  readonly before: number;
}

const hour = 60 * 60 * 1000;

/**
 * Finds, or removes, uploads nobody goes on with. One that a request writes to is never touched, nor one without traffic for
 * less than a minute, whatever the rule says.
 */
export async function collectUploads(
  folder: string,
  rule: GarbageRule,
): Promise<{ readonly count: number; readonly bytes: number }> {
  const { mode } = rule;
  const before = Math.min(rule.before, Date.now() - 60_000);
  let [count, bytes] = [0, 0];
  for (const name of await listFiles(folder)) {
    if (!/^[0-9a-f]{32}\.[0-9a-f]{16}$/.test(name)) continue;
    const path = join(folder, name);
    const found = await readState(path);
    if (found === undefined || found.mtimeMs > before) continue;
    if (mode === 'remove' && !(await removeUpload(path, before))) continue;
    count += 1;
    bytes += found.size;
  }
  // Drafts and locks live for moments; one that is an hour old belongs to nobody.
  if (mode === 'remove')
    await removeLeftovers(folder, {
      isLeftover: (name) => /\.(?:manifest|lock)(?:\.|$)/.test(name),
      olderThanMilliseconds: hour,
    });
  return { count, bytes };
}

async function removeUpload(path: string, before: number): Promise<boolean> {
  const lock = await tryFileLock(`${path}.lock`);
  if (lock === undefined) return false;
  try {
    const found = await readState(path);
    if (found === undefined || found.mtimeMs > before) return false;
    await rm(path, { force: true });
    return true;
  } finally {
    await lock.release();
  }
}

async function readState(path: string): Promise<{ readonly mtimeMs: number; readonly size: number } | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
