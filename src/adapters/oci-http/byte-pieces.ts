/** Bytes of known total size, taken in pieces of sizes chosen by the taker, without ever holding more than a chunk. */
export interface BytePieces {
  /** Reads so many bytes and throws them away. */
  skip(size: number): Promise<void>;
  /** The next bytes; must be read to the end before anything else is taken. */
  take(size: number): AsyncGenerator<Uint8Array>;
  /** What is left, whatever that is: an error that waits at the very end of the source comes out here. */
  rest(): AsyncGenerator<Uint8Array>;
  /** Leaves the source, which may still be waiting for its next chunk. */
  close(): void;
}

export function cutIntoPieces(source: AsyncIterable<Uint8Array>): BytePieces {
  const iterator = source[Symbol.asyncIterator]();
  let left: Uint8Array = new Uint8Array();
  const next = async (limit: number): Promise<Uint8Array | undefined> => {
    while (left.length === 0) {
      const result = await iterator.next();
      if (result.done === true) return undefined;
      left = result.value;
    }
    const piece = left.subarray(0, limit);
    left = left.subarray(piece.length);
    return piece;
  };
  const take = async function* (size: number): AsyncGenerator<Uint8Array> {
    for (let wanted = size; wanted > 0;) {
      const piece = await next(wanted);
      if (piece === undefined) return;
      wanted -= piece.length;
      yield piece;
    }
  };
  return {
    take,
    rest: () => take(Number.POSITIVE_INFINITY),
    skip: async (size) => {
      for await (const _ of take(size));
    },
    close: () => {
      iterator.return?.().catch(() => undefined);
    },
  };
}

/** What comes after so many bytes. */
export async function* bytesAfter(offset: number, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const pieces = cutIntoPieces(source);
  try {
    await pieces.skip(offset);
    yield* pieces.rest();
  } finally {
    pieces.close();
  }
}
