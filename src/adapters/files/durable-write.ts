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
  await write(path, bytes, { settle: rename });
}

/**
 * The same with a mode (permission bits) of its own, and the temporary file in another folder of the same file system, so
 * that a crash leaves nothing beside the file. On another file system it lies beside it after all.
 */
export async function replaceDurably(
  path: string,
  bytes: Uint8Array,
  { staging, mode }: { readonly staging: string; readonly mode: number | undefined },
): Promise<void> {
  const settle = { settle: rename, mode };
  try {
    await write(path, bytes, { ...settle, staging });
  } catch (error) {
    if (!(error instanceof CutwaterError && isCode(error.cause, 'EXDEV'))) throw error;
    await write(path, bytes, settle);
  }
}

/** The same, but false and nothing changed where the file exists already: two writers, one wins. */
export async function createDurably(path: string, bytes: Uint8Array | string): Promise<boolean> {
  try {
    await write(path, bytes, { settle: link });
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

interface WriteOptions {
  readonly settle: (from: string, to: string) => Promise<void>;
  /** Where the temporary file lies meanwhile; by default beside the file. */
  readonly staging?: string;
  readonly mode?: number | undefined;
}

async function write(path: string, bytes: Uint8Array | string, { settle, staging, mode }: WriteOptions): Promise<void> {
  const folder = dirname(path);
  const temporary = join(staging ?? folder, `.tmp-${randomBytes(8).toString('hex')}`);
  try {
    await mkdir(folder, { recursive: true });
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(bytes);
      if (mode !== undefined) await handle.chmod(mode);
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
