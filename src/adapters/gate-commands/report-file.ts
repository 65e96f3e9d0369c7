import { open, realpath, rm } from 'node:fs/promises';
import { constants } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { digestOf } from '../../domain/digest.ts';
import { quote } from '../../domain/quote.ts';
import type { GateReportFile } from '../../ports/gate-runner.ts';

/** Reports above this many bytes are no reports. */
const sizeLimit = 64 * 1024;

/** Takes away a report that is in the tree already: an old one must not speak for a command that wrote none. */
export async function removeReport(tree: string, path: string): Promise<void> {
  // A folder of the tree may be a link to somewhere else, and nothing there is ours.
  if (await isInside(tree, dirname(join(tree, path))).catch(() => false))
    await rm(join(tree, path), { recursive: true, force: true });
}

/** Reads the report a command wrote: a regular file inside the tree, however the command tried to name another one. */
export async function readReport(tree: string, path: string): Promise<GateReportFile> {
  const file = join(tree, path);
  try {
    if (!(await isInside(tree, dirname(file)))) return { is: 'unreadable', reason: 'lies outside the tree' };
    // Not followed, and not waited for: it may be a link or a pipe.
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { size } = await handle.stat();
      if (!(await handle.stat()).isFile()) return { is: 'unreadable', reason: 'is no regular file' };
      if (size > sizeLimit) return { is: 'unreadable', reason: `has ${size} bytes, at most ${sizeLimit} are read` };
      const { buffer, bytesRead } = await handle.read(new Uint8Array(size), 0, size, 0);
      const bytes = buffer.subarray(0, bytesRead);
      return { is: 'read', bytes, digest: digestOf(bytes) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { is: 'missing' };
    if (code === 'ELOOP') return { is: 'unreadable', reason: 'is a symbolic link' };
    return {
      is: 'unreadable',
      reason: `cannot be read (${quote(error instanceof Error ? error.message : String(error))})`,
    };
  }
}

async function isInside(tree: string, folder: string): Promise<boolean> {
  const [top, real] = await Promise.all([realpath(tree), realpath(folder)]);
  return real === top || real.startsWith(`${top}${sep}`);
}
