import { createHash, randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { copyFile, link, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { syncFolder } from '../adapters/files/durable-write.ts';
import { CutwaterError } from '../domain/error.ts';
import { quote } from '../domain/quote.ts';
import type { ByteRange } from './byte-range.ts';
import type { ContentDigest } from './content-digest.ts';
import { algorithmOf, contentDigestOf, settleHash } from './content-digest.ts';
import { isFileError, isMissing } from './file-error.ts';
import { readFilePieces } from './file-pieces.ts';
import { blobFolder, blobPath } from './repository-name.ts';

export interface OpenBlob {
  readonly handle: FileHandle;
  readonly size: number;
  /** Unchanged for an hour. */
  readonly isStale: boolean;
}

const hour = 60 * 60 * 1000;

/** The size in bytes of a blob of a layout, or undefined where it is not there. */
export async function blobSize(layout: string, digest: ContentDigest): Promise<number | undefined> {
  try {
    const found = await stat(blobPath(layout, digest));
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The caller closes the handle. */
export async function openBlob(layout: string, digest: ContentDigest): Promise<OpenBlob | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(blobPath(layout, digest), 'r');
    const found = await handle.stat();
    if (found.isFile()) return { handle, size: found.size, isStale: Date.now() - found.mtimeMs > hour };
    await handle.close();
    return undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    await handle?.close();
    throw error;
  }
}

/** A blob of at most `limit` bytes, hashed. Throws STORE_CORRUPT where it is longer or its bytes are not its own. */
export async function readSmallBlob(
  layout: string,
  digest: ContentDigest,
  limit: number,
): Promise<Uint8Array | undefined> {
  const blob = await openBlob(layout, digest);
  if (blob === undefined) return undefined;
  try {
    if (blob.size > limit) throw damaged(layout, digest, `it has ${blob.size} bytes, at most ${limit} are wanted`);
    const bytes = await blob.handle.readFile();
    if (contentDigestOf(bytes, algorithmOf(digest)) !== digest)
      throw damaged(layout, digest, 'its bytes have another digest');
    return bytes;
  } finally {
    await blob.handle.close();
  }
}

/**
 * The bytes of a blob, hashed on the way. The last piece is held back until the digest is known to be right, so that a
 * reader of a damaged blob never gets all the bytes it was promised. Pieces live as `readFilePieces` says.
 */
export async function* streamWhole(
  layout: string,
  digest: ContentDigest,
  blob: OpenBlob,
): AsyncGenerator<Uint8Array, void, undefined> {
  const algorithm = algorithmOf(digest);
  const hash = createHash(algorithm);
  let held: Uint8Array | undefined;
  for await (const piece of readPieces(blob, { first: 0, last: blob.size - 1 })) {
    hash.update(piece);
    if (held !== undefined) yield held;
    held = piece;
  }
  if (settleHash(hash, algorithm) !== digest) throw damaged(layout, digest, 'its bytes have another digest');
  if (held !== undefined) yield held;
}

/** A part of a blob, which cannot be hashed: who asks for parts hashes the whole. */
export function readPieces(blob: OpenBlob, range: ByteRange): AsyncGenerator<Uint8Array, void, undefined> {
  return readFilePieces(blob.handle, range);
}

/** Moves a whole, synced file into the layout, not yet durably. It replaces what is there, which may be damaged. */
export async function placeBlob(layout: string, digest: ContentDigest, file: string): Promise<void> {
  await rename(file, blobPath(layout, digest));
}

/**
 * Makes a blob of one layout a blob of another one, not yet durably; false where it is not in the first one. The blob
 * counts as new, so that it is not collected before a manifest names it.
 */
export async function linkBlob(from: string, layout: string, digest: ContentDigest): Promise<boolean> {
  const [source, target] = [blobPath(from, digest), blobPath(layout, digest)];
  try {
    await link(source, target);
  } catch (error) {
    if (isMissing(error)) return false;
    if (!isFileError(error, 'EEXIST')) await copyDurably(source, target);
  }
  await touchBlob(layout, digest);
  return true;
}

/** Makes a blob young again: garbage collection leaves it for another grace time. */
export async function touchBlob(layout: string, digest: ContentDigest): Promise<void> {
  const now = new Date();
  try {
    await utimes(blobPath(layout, digest), now, now);
  } catch (error) {
    // A file of somebody else cannot be touched; it may then be collected earlier, which a push notices.
    if (!isFileError(error, 'ENOENT', 'EPERM', 'EACCES', 'EROFS')) throw error;
  }
}

export async function removeBlob(layout: string, digest: ContentDigest): Promise<void> {
  await rm(blobPath(layout, digest), { force: true });
  await syncFolder(blobFolder(layout, algorithmOf(digest)));
}

/** Where the file system has no links. The copy gets its name when it is whole. */
async function copyDurably(source: string, target: string): Promise<void> {
  const draft = `${target}.tmp-${randomBytes(8).toString('hex')}`;
  try {
    await copyFile(source, draft);
    const handle = await open(draft, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, target);
  } finally {
    await rm(draft, { force: true });
  }
}

function damaged(layout: string, digest: ContentDigest, found: string): CutwaterError {
  return new CutwaterError('STORE_CORRUPT', `Cannot read ${quote(blobPath(layout, digest))}: ${found}`);
}
