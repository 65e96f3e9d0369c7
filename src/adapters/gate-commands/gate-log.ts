import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Digest } from '../../domain/digest.ts';
import { digestFromHex } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';

export interface GateLog {
  readonly file: string;
  write(bytes: Uint8Array): void;
  /** Ends the file; the digest of its bytes. Throws DISK where it could not be written whole. */
  close(): Promise<Digest>;
}

/** Bytes of the beginning and of the end of the output that are kept; what is between is left out and said so. */
export const keptBytes = { head: 4 * 1024 * 1024, tail: 4 * 1024 * 1024 } as const;

/** A new log file that holds the beginning and the end of what is written, however much that is. */
export async function openGateLog(file: string, kept: { head: number; tail: number } = keptBytes): Promise<GateLog> {
  await mkdir(dirname(file), { recursive: true });
  const stream = createWriteStream(file, { flags: 'wx' });
  const hash = createHash('sha256');
  let failure: Error | undefined;
  stream.on('error', (error) => (failure ??= error));
  const put = (bytes: Uint8Array): void => {
    hash.update(bytes);
    stream.write(bytes);
  };
  let room = kept.head;
  const tail = keepTail(kept.tail);
  return {
    file,
    write: (bytes) => {
      const head = bytes.subarray(0, room);
      if (head.length > 0) put(head);
      room -= head.length;
      if (head.length < bytes.length) tail.add(bytes.subarray(head.length));
    },
    close: async () => {
      if (tail.dropped() > 0) put(Buffer.from(`\n[${tail.dropped()} bytes of the output are left out here]\n`));
      for (const chunk of tail.chunks()) put(chunk);
      stream.end();
      await finished(stream).catch((error: unknown) => (failure ??= asError(error)));
      if (failure !== undefined)
        throw new CutwaterError('DISK', `Cannot write ${quote(file)}: ${failure.message}`, { cause: failure });
      return digestFromHex(hash.digest('hex'));
    },
  };
}

function keepTail(limit: number): {
  add(chunk: Uint8Array): void;
  chunks(): readonly Uint8Array[];
  dropped(): number;
} {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let dropped = 0;
  return {
    add: (chunk) => {
      // The caller's buffer may be used again.
      chunks.push(chunk.slice());
      size += chunk.length;
      while (size > limit) {
        const [first = new Uint8Array()] = chunks;
        const surplus = Math.min(first.length, size - limit);
        if (surplus === first.length) chunks.shift();
        else chunks[0] = first.subarray(surplus);
        size -= surplus;
        dropped += surplus;
      }
    },
    chunks: () => chunks,
    dropped: () => dropped,
  };
}

/** So many runs keep their logs. */
const keptRuns = 20;

/** A folder for the logs of one run, named by its time; the oldest ones beyond a number are removed. */
export async function newLogFolder(parent: string, now: Date): Promise<string> {
  const own = `${now.toISOString().replace(/[-:]/g, '').replace(/\..*/, 'Z')}-${process.pid}`;
  const known = (await readdir(parent).catch(() => [])).filter((name) => /^\d{8}T\d{6}Z-\d+$/.test(name)).toSorted();
  for (const name of known.slice(0, Math.max(0, known.length + 1 - keptRuns)))
    await rm(join(parent, name), { recursive: true, force: true });
  return join(parent, own);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
