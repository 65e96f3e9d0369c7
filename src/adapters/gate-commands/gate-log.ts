import { createHash } from 'node:crypto';
import type { WriteStream } from 'node:fs';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
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
const keptBytes = { head: 4 * 1024 * 1024, tail: 4 * 1024 * 1024 };

/** A log that holds the beginning and the end of what is written, however much that is. */
function writeLog(file: string, stream: WriteStream, kept: typeof keptBytes): GateLog {
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

/** So many logs are kept in a folder; those of the last hour are, however many. */
const keptLogs = 100;
const hour = 3_600_000;

/** A new log for a run: `NAME.log`, or where an earlier run has that, `NAME-2.log` and so on. Old logs are removed. */
export async function newGateLog(folder: string, name: string, kept = keptBytes): Promise<GateLog> {
  await mkdir(folder, { recursive: true });
  await removeOldLogs(folder);
  for (let number = 1; ; number += 1) {
    const file = join(folder, number === 1 ? `${name}.log` : `${name}-${number}.log`);
    // Two runs at once must not write into one file, so the name is taken in one act.
    const handle = await open(file, 'wx').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return undefined;
      throw new CutwaterError('DISK', `Cannot write ${quote(file)}: ${asError(error).message}`, { cause: error });
    });
    if (handle !== undefined) return writeLog(file, handle.createWriteStream(), kept);
  }
}

async function removeOldLogs(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^gate-.*\.log$/.test(name));
  if (names.length < keptLogs) return;
  const ages = await Promise.all(
    names.map(async (name) => ({ file: join(folder, name), time: (await stat(join(folder, name))).mtimeMs })),
  );
  const newest = ages.toSorted((left, right) => right.time - left.time);
  for (const { file, time } of newest.slice(keptLogs - 1))
    if (time < Date.now() - hour) await rm(file, { force: true });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
