import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../adapters/files/durable-write.ts';
import { linkBlob, placeBlob } from './blob-files.ts';
import type { ContentDigest } from './content-digest.ts';
import { algorithmOf } from './content-digest.ts';
import type { LayoutIndex } from './layout-index.ts';
import { blobFolder } from './repository-name.ts';

export type IndexChange<Result> = (
  index: LayoutIndex,
  blobs: BlobPlacer,
) => Promise<{ readonly index: LayoutIndex; readonly result: Result }>;

/** Brings blobs into the layout; they are durable when the change is. */
export interface BlobPlacer {
  place(digest: ContentDigest, file: string): Promise<void>;
  /** From another layout; false where it is not there. */
  link(digest: ContentDigest, from: string): Promise<boolean>;
}

/** A change that waits for the lock. */
export interface PendingChange {
  readonly kind: 'change' | 'removal';
  fail(error: unknown): void;
  apply(index: LayoutIndex, blobs: BlobPlacer): Promise<{ readonly index: LayoutIndex; readonly tell: () => void }>;
}

export interface Batch {
  readonly before: LayoutIndex;
  readonly layout: string;
  readonly write: (index: LayoutIndex) => Promise<void>;
  readonly take: () => PendingChange | undefined;
}

/** The lock may be held for 30 seconds, and others want it too. */
const batchMilliseconds = 1000;

/** One change after the other, each on what the last one made; all are told when all is durable. Runs under the lock. */
export async function applyChanges({ before, layout, write, take }: Batch): Promise<void> {
  const placer = createPlacer(layout);
  const began = performance.now();
  let outcomes: (() => void)[] = [];
  let [durable, index] = [before, before];
  const commit = async (): Promise<void> => {
    await placer.sync();
    if (index !== durable) await write(index);
    durable = index;
    for (const tell of outcomes) tell();
    outcomes = [];
  };
  for (
    let item = take();
    item !== undefined;
    item = performance.now() - began < batchMilliseconds ? take() : undefined
  ) {
    const { kind, fail } = item;
    // A file may go only when no index on disk names it any more.
    if (kind === 'removal') await commit();
    try {
      const applied = await item.apply(index, placer);
      index = applied.index;
      outcomes.push(applied.tell);
    } catch (error) {
      outcomes.push(() => fail(error));
    }
    if (kind === 'removal') await commit();
  }
  await commit();
}

function createPlacer(layout: string): BlobPlacer & { sync(): Promise<void> } {
  const changed = new Set<string>();
  const prepare = async (digest: ContentDigest): Promise<void> => {
    const folder = blobFolder(layout, algorithmOf(digest));
    if ((await mkdir(folder, { recursive: true })) !== undefined) changed.add(dirname(folder));
    changed.add(folder);
  };
  return {
    async place(digest, file) {
      await prepare(digest);
      await placeBlob(layout, digest, file);
    },
    async link(digest, from) {
      await prepare(digest);
      return linkBlob(from, layout, digest);
    },
    async sync() {
      for (const folder of changed) await syncFolder(folder);
      changed.clear();
    },
  };
}
