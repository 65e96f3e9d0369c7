import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';

/**
 * Writes a file so that after any crash it holds the old bytes or the new ones, never a part: temporary file, fsync,
 * rename, fsync of the folder. Throws DISK with the path where that fails.
 */
export async function writeDurably(path: string, bytes: Uint8Array | string): Promise<void> {
  await write(path, bytes, rename);
}

/** The same, but false and nothing changed where the file exists already: two writers, one wins. */
export async function createDurably(path: string, bytes: Uint8Array | string): Promise<boolean> {
  try {
    await write(path, bytes, link);
    return true;
  } catch (error) {
    if (error instanceof CutwaterError && isCode(error.cause, 'EEXIST')) return false;
    throw error;
  }
}

/** Makes the entries of a folder durable: renames and links are lost in a crash before this. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function write(
  path: string,
  bytes: Uint8Array | string,
  settle: (from: string, to: string) => Promise<void>,
): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.tmp-${randomBytes(8).toString('hex')}`);
  try {
    await mkdir(folder, { recursive: true });
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await settle(temporary, path);
    await syncFolder(folder);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CutwaterError('DISK', `Cannot write ${quote(path)}: ${reason}`, { cause: error });
  } finally {
    await rm(temporary, { force: true });
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
