import type { FileHandle } from 'node:fs/promises';
import type { ByteRange } from './byte-range.ts';

/** Large enough that the cost of a call does not count, small enough for hundreds of readers at once. */
const pieceBytes = 512 * 1024;
/** One being read ahead, one held by the caller, one given out, one to spare. */
const ringSize = 4;

/**
 * The bytes of a part of an open file, the next piece being read while the last one is used. Memory is used again: a
 * piece may be kept until the next two were asked for, not longer. Ends early where the file does.
 */
export async function* readFilePieces(
  handle: FileHandle,
  range: ByteRange,
): AsyncGenerator<Uint8Array, void, undefined> {
  const length = range.last - range.first + 1;
  if (length <= 0) return;
  const ring = Array.from({ length: ringSize }, () => Buffer.allocUnsafeSlow(Math.min(pieceBytes, length)));
  let turn = 0;
  let position = range.first;
  const readNext = async (): Promise<Uint8Array> => {
    const buffer = ring[turn % ringSize] ?? Buffer.alloc(0);
    turn += 1;
    const wanted = Math.min(buffer.length, range.last + 1 - position);
    if (wanted <= 0) return buffer.subarray(0, 0);
    const { bytesRead } = await handle.read(buffer, 0, wanted, position);
    position += bytesRead;
    return buffer.subarray(0, bytesRead);
  };
  let ahead = readNext();
  try {
    for (let piece = await ahead; piece.length > 0; piece = await ahead) {
      ahead = readNext();
      // Its failure is met at the await above; without this, one that comes while the piece is used would end the process.
      ahead.catch(() => undefined);
      yield piece;
    }
  } finally {
    // The handle must not be closed under a read.
    await ahead.catch(() => undefined);
  }
}
