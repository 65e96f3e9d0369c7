import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';

/** Bytes of a file, fewer where it ends before. */
export type ReadPart = (from: number, length: number) => Promise<Uint8Array>;

export interface SpillFile {
  write(chunk: Uint8Array): Promise<void>;
  readonly read: ReadPart;
  remove(): Promise<void>;
}

/** A file of its own in `folder`, for bytes that are too many for memory. Throws DISK. */
export async function spillFile(folder: string): Promise<SpillFile> {
  const file = join(folder, `spilled-${randomBytes(8).toString('hex')}`);
  const failed = (error: unknown): never => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CutwaterError('DISK', `Cannot write ${quote(file)}: ${reason}`, { cause: error });
  };
  const handle = await open(file, 'wx+', 0o600).catch(failed);
  return {
    write: (chunk) => handle.appendFile(chunk).catch(failed),
    read: async (from, length) => {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, from).catch(failed);
      return buffer.subarray(0, bytesRead);
    },
    remove: async () => {
      await handle.close();
      await rm(file, { force: true });
    },
  };
}
