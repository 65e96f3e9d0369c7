import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CutwaterError } from '../../domain/error.ts';
import type { Workspace } from '../../ports/workspace.ts';

export interface TemporaryWorkspace extends Workspace {
  readonly folder: string;
  /** A new, empty folder below. */
  newFolder(name: string): Promise<string>;
  remove(): Promise<void>;
}

/** A private folder (mode 0700) in the system's folder for temporary files. Throws DISK where none can be made. */
export async function temporaryWorkspace(): Promise<TemporaryWorkspace> {
  const folder = await makeFolder();
  let count = 0;
  return {
    folder,
    newFolder: async (name) => {
      count += 1;
      const path = join(folder, `${name}-${count}`);
      await mkdir(path);
      return path;
    },
    open: (file) => createReadStream(file),
    readPart: async (file, { from, length }) => {
      const handle = await open(file, 'r');
      try {
        const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, from);
        return buffer.subarray(0, bytesRead);
      } finally {
        await handle.close();
      }
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function makeFolder(): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), 'cutwater-'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CutwaterError('DISK', `Cannot make a folder in ${tmpdir()}: ${reason}`, { cause: error });
  }
}
