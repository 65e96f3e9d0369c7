export interface GatheringTarget {
  readonly write: (chunks: readonly Uint8Array[]) => Promise<void>;
  /** Runs where writing failed, before the failure is thrown. */
  readonly onDiskFailure: () => Promise<void>;
}

const mostGathered = 1024 * 1024;

/**
 * Writes chunks in the order they come: the first at once, and what comes while a write is under way together in the next
 * one, at most about 1 MiB. What came before the source broke is written before its failure is thrown.
 */
export async function appendGathered(chunks: AsyncIterable<Uint8Array>, target: GatheringTarget): Promise<void> {
  let gathered: Uint8Array[] = [];
  let bytes = 0;
  let writing: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;
  const writeOn = async (): Promise<void> => {
    while (bytes > 0) {
      const batch = gathered;
      gathered = [];
      bytes = 0;
      try {
        await target.write(batch);
      } catch (error) {
        failure = { error };
        break;
      }
    }
    writing = undefined;
  };
  const isSound = (): boolean => failure === undefined;
  const settle = async (): Promise<void> => {
    await writing;
    if (failure === undefined) return;
    await target.onDiskFailure();
    throw failure.error;
  };
  try {
    for await (const chunk of chunks) {
      if (chunk.length === 0) continue;
      gathered.push(chunk);
      bytes += chunk.length;
      if (isSound()) writing ??= writeOn();
      if (!isSound() || bytes >= mostGathered) await settle();
    }
  } finally {
    await settle();
  }
}
