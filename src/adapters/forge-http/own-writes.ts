import type { ForgeRelease, ListedRelease } from '../../ports/forge.ts';
import type { Retry } from '../oci-http/retry.ts';
import { TransientError } from '../oci-http/transient-error.ts';

/** What was done to a release; `before` are the notes that were there. */
export type OwnWrite =
  | { readonly is: 'drafted' }
  | { readonly is: 'file-added'; readonly name: string }
  | { readonly is: 'notes-changed'; readonly before: string }
  | { readonly is: 'published' };

/** Reads that show what this run wrote, of a forge that may go on showing what was before for some seconds. */
export interface OwnWrites {
  add(tag: string, write: OwnWrite): void;
  /** One release with its files. */
  readOne<Found extends { readonly release: ForgeRelease }>(
    tag: string,
    look: () => Promise<Found | undefined>,
  ): Promise<Found | undefined>;
  /** All that are listed. */
  readList<Listed extends ListedRelease>(look: () => Promise<readonly Listed[]>): Promise<readonly Listed[]>;
}

/**
 * A write that was seen once is not looked for again, and one that is not seen after all tries is given up: someone else may
 * have undone it, and whoever asked judges what is there.
 */
export function createOwnWrites(retry: Retry): OwnWrites {
  const unseen = new Map<string, readonly OwnWrite[]>();
  const unlisted = new Map<string, readonly OwnWrite[]>();
  const read = async <Value>(look: () => Promise<Value>, misses: (value: Value) => boolean): Promise<Value> => {
    const looks: Promise<Value>[] = [];
    try {
      await retry(async () => {
        const found = look();
        looks.push(found);
        // Whoever looks has tried often enough: what fails is not tried again here.
        const isOld = await found.then(misses, () => false);
        if (isOld) throw new NotShownYet();
      });
    } catch (error) {
      if (!(error instanceof NotShownYet)) throw error;
    }
    return looks.at(-1) ?? look();
  };
  return {
    add: (tag, write) => {
      for (const waiting of [unseen, unlisted]) {
        const others = (waiting.get(tag) ?? []).filter(({ is }) => is !== 'notes-changed' || is !== write.is);
        waiting.set(tag, [...others, write]);
      }
    },
    readOne: async (tag, look) => {
      const wanted = unseen.get(tag) ?? [];
      const found = await read(look, (one) => wanted.some((write) => !isShown(write, one?.release)));
      settle(unseen, tag, wanted);
      return found;
    },
    readList: async (look) => {
      const wanted = [...unlisted];
      const list = await read(look, (found) =>
        wanted.some(([tag, writes]) => {
          const release = found.find((one) => one.tag === tag);
          return writes.some((write) => !isListed(write, release));
        }),
      );
      for (const [tag, writes] of wanted) settle(unlisted, tag, writes);
      return list;
    },
  };
}

/** What was written meanwhile is still to be seen. */
function settle(waiting: Map<string, readonly OwnWrite[]>, tag: string, done: readonly OwnWrite[]): void {
  const left = (waiting.get(tag) ?? []).filter((write) => !done.includes(write));
  if (left.length === 0) waiting.delete(tag);
  else waiting.set(tag, left);
}

class NotShownYet extends TransientError {
  constructor() {
    super('SERVER_ERROR', 'Cannot read the release: what this run wrote is not shown yet');
  }
}

function isShown(write: OwnWrite, release: ForgeRelease | undefined): boolean {
  if (release === undefined) return false;
  switch (write.is) {
    case 'drafted':
      return true;
    case 'file-added':
      return release.assets.some(({ name }) => name === write.name);
    case 'notes-changed':
      return release.notes !== write.before;
    case 'published':
      return release.state === 'published';
  }
}

/** Drafts need not be listed, and files are not. */
function isListed(write: OwnWrite, release: ListedRelease | undefined): boolean {
  switch (write.is) {
    case 'drafted':
    case 'file-added':
      return true;
    case 'notes-changed':
      return release?.notes !== write.before;
    case 'published':
      return release?.state === 'published';
  }
}
