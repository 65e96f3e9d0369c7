import type { BigIntStats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../adapters/files/durable-write.ts';
import { CutwaterError } from '../domain/error.ts';
import { quote } from '../domain/quote.ts';
import { isMissing } from './file-error.ts';
import type { LayoutIndex } from './layout-index.ts';
import { formatLayoutIndex, parseLayoutIndex } from './layout-index.ts';

/** The `index.json` of layouts, parsed only where they changed. Other processes write them too. */
export interface IndexFiles {
  /** Undefined where there is none. Throws STORE_CORRUPT where the file is damaged. */
  read(layout: string): Promise<LayoutIndex | undefined>;
  /** The same, for a writer under the lock: the bytes are compared, whatever the file's times say. */
  readSurely(layout: string): Promise<LayoutIndex | undefined>;
  write(layout: string, index: LayoutIndex): Promise<void>;
}

interface Remembered {
  readonly bytes: Buffer;
  readonly index: LayoutIndex;
  /** Of the file these bytes were read from; undefined where a change could be missed by it. */
  readonly stamp: string | undefined;
}

const rememberedLayouts = 32;
/**
 * A file replaced twice within one tick of the file system's clock may look the same. So a file counts as known by its
 * stamp only where it was this old when it was read, as in git's index.
 */
const settledMilliseconds = 2000;

export function createIndexFiles(): IndexFiles {
  const remembered = new Map<string, Remembered>();
  const remember = (layout: string, entry: Remembered): LayoutIndex => {
    remembered.delete(layout);
    remembered.set(layout, entry);
    const [oldest] = remembered.keys();
    if (remembered.size > rememberedLayouts && oldest !== undefined) remembered.delete(oldest);
    return entry.index;
  };
  const readSurely = async (layout: string): Promise<LayoutIndex | undefined> => {
    const found = await readIndexFile(layout);
    if (found === undefined) return undefined;
    const { bytes, stamp } = found;
    const last = remembered.get(layout);
    const index = last?.bytes.equals(bytes) === true ? last.index : parseIndex(layout, bytes);
    return remember(layout, { bytes, index, stamp });
  };
  return {
    readSurely,
    async read(layout) {
      const last = remembered.get(layout);
      if (last?.stamp !== undefined && last.stamp === (await stampNow(layout))) return last.index;
      return readSurely(layout);
    },
    async write(layout, index) {
      const bytes = Buffer.from(formatLayoutIndex(index));
      await writeDurably(join(layout, 'index.json'), bytes);
      remember(layout, { bytes, index, stamp: undefined });
    },
  };
}

async function stampNow(layout: string): Promise<string | undefined> {
  try {
    return stampOf(await stat(join(layout, 'index.json'), { bigint: true }));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function readIndexFile(
  layout: string,
): Promise<{ readonly bytes: Buffer; readonly stamp: string | undefined } | undefined> {
  try {
    const handle = await open(join(layout, 'index.json'), 'r');
    try {
      // Before the bytes: a program that changes the file in place meanwhile changes the stamp, too.
      const found = await handle.stat({ bigint: true });
      const settled = Date.now() - Number(found.ctimeMs) > settledMilliseconds;
      return { bytes: await handle.readFile(), stamp: settled ? stampOf(found) : undefined };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function stampOf(found: BigIntStats): string {
  return `${found.dev} ${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`;
}

function parseIndex(layout: string, bytes: Buffer): LayoutIndex {
  const index = parseLayoutIndex(bytes);
  if (index !== undefined) return index;
  throw new CutwaterError('STORE_CORRUPT', `Cannot read ${quote(join(layout, 'index.json'))}: it is no image index`);
}
