import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open, rm, stat } from 'node:fs/promises';
import type { ContentDigest, DigestAlgorithm } from './content-digest.ts';
import { algorithmOf, settleHash } from './content-digest.ts';
import { isMissing } from './file-error.ts';
import { readFilePieces } from './file-pieces.ts';
import { appendGathered } from './gathered-write.ts';
import { RegistryFault } from './registry-fault.ts';

/**
 * A file that grows, hashed while it grows. The file alone says how far the upload is; the running hash in memory only
 * saves reading it again, and is dropped where another process has written meanwhile.
 */
export interface UploadFile {
  /** Bytes received so far; undefined where the file is not there any more. */
  size(): Promise<number | undefined>;
  /**
   * Appends what comes. Bytes that came before the connection broke stay. Above the limit, and where the disk fails, the
   * file is of no use any more and removed: 400 SIZE_INVALID, or the error of the disk.
   */
  append(chunks: AsyncIterable<Uint8Array>, options?: AppendOptions): Promise<void>;
  /** Makes the bytes durable and lets `place` have the file; 400 DIGEST_INVALID where they have another digest. */
  settle(digest: ContentDigest, place: (file: string) => Promise<void>): Promise<void>;
  remove(): Promise<void>;
}

export interface AppendOptions {
  /** Most bytes to take now. */
  readonly limit?: number | undefined;
  /** The algorithm of the digest to come, where it is known; counts as long as there are no bytes. */
  readonly algorithm?: DigestAlgorithm | undefined;
}

/** Makes an empty file. */
export async function createUploadFile(path: string, algorithm: DigestAlgorithm = 'sha256'): Promise<UploadFile> {
  await (await open(path, 'wx')).close();
  return openUploadFile(path, algorithm);
}

/** A file that is there, perhaps since before this process. */
export function openUploadFile(path: string, algorithm: DigestAlgorithm = 'sha256'): UploadFile {
  let running: RunningHash | undefined;
  const remove = (): Promise<void> => rm(path, { force: true });
  const runningAt = (size: number, wanted: DigestAlgorithm): RunningHash | undefined => {
    if (size === 0) return { algorithm: wanted, hash: createHash(wanted), size };
    return running?.size === size ? running : undefined;
  };
  return {
    remove,
    size: () => sizeOf(path),
    async append(chunks, options = {}) {
      // Never creates: a file that was removed must not come back with the end of its bytes only.
      const handle = await open(path, 'r+');
      try {
        const { size } = await handle.stat();
        running = runningAt(size, options.algorithm ?? running?.algorithm ?? algorithm);
        const target = { write: writerAt(handle, size), onDiskFailure: remove };
        await appendGathered(counted(chunks, { running, limit: options.limit, onExcess: remove }), target);
      } finally {
        await handle.close();
      }
    },
    async settle(digest, place) {
      const handle = await open(path, 'r+');
      try {
        const { size } = await handle.stat();
        const algorithm = algorithmOf(digest);
        const found = await digestOfFile(handle, { size, algorithm, running: runningAt(size, algorithm) });
        running = undefined;
        if (found !== digest) throw otherDigest(found, digest);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await place(path);
    },
  };
}

/** A hash over the first `size` bytes of a file. */
interface RunningHash {
  readonly algorithm: DigestAlgorithm;
  readonly hash: Hash;
  size: number;
}

interface Counting {
  readonly running: RunningHash | undefined;
  readonly limit: number | undefined;
  readonly onExcess: () => Promise<void>;
}

/** Hashes chunks as they pass. Stops with a fault at the first that goes above the limit. */
async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  { running, limit = Number.MAX_SAFE_INTEGER, onExcess }: Counting,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = limit;
  for await (const chunk of chunks) {
    left -= chunk.length;
    if (left < 0) {
      await onExcess();
      throw new RegistryFault({ status: 400, code: 'SIZE_INVALID' }, 'More bytes came than were announced');
    }
    yield chunk;
    if (running === undefined) continue;
    running.hash.update(chunk);
    running.size += chunk.length;
  }
}

function writerAt(handle: FileHandle, start: number): (chunks: readonly Uint8Array[]) => Promise<void> {
  let position = start;
  return async (chunks) => {
    const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const { bytesWritten } = await handle.writev([...chunks], position);
    position += bytesWritten;
    if (bytesWritten === length) return;
    // A short write: the rest fails with the reason, or succeeds.
    const rest = Buffer.concat(chunks).subarray(bytesWritten);
    for (let done = 0; done < rest.length;) {
      const { bytesWritten: more } = await handle.write(rest, done, rest.length - done, position);
      done += more;
      position += more;
    }
  };
}

/** From the running hash where there is one of the algorithm, else read again. */
async function digestOfFile(
  handle: FileHandle,
  known: { readonly size: number; readonly algorithm: DigestAlgorithm; readonly running: RunningHash | undefined },
): Promise<ContentDigest> {
  const { size, algorithm, running } = known;
  if (running?.algorithm === algorithm) return settleHash(running.hash, algorithm);
  const hash = createHash(algorithm);
  for await (const piece of readFilePieces(handle, { first: 0, last: size - 1 })) hash.update(piece);
  return settleHash(hash, algorithm);
}

function otherDigest(found: ContentDigest, wanted: ContentDigest): RegistryFault {
  return new RegistryFault(
    { status: 400, code: 'DIGEST_INVALID' },
    `The content has the digest ${found}, ${wanted} is wanted`,
  );
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
