import type { TarHeader } from './tar-header.ts';
import { decodeTarHeader, decodeText, invalid, isZeroBlock, readText, tarBlockBytes } from './tar-header.ts';

/** An entry of a tar archive, with everything extended headers say about it applied. */
export interface TarEntry {
  /** As written: may be absolute, may contain `..`. */
  readonly path: string;
  readonly kind: TarEntryKind;
  /** Permission bits, setuid, setgid and sticky included. */
  readonly mode: number;
  /** Bytes of the body; zero for everything but files. */
  readonly size: number;
  /** The target of a link, as written. */
  readonly target: string;
  /** The bytes, to be read before the next entry is asked for; what is left of them is passed over. */
  readonly body: AsyncIterable<Uint8Array>;
}

export type TarEntryKind = 'file' | 'directory' | 'symlink' | 'hardlink' | 'sparse' | 'other';

/**
 * Reads the entries of an uncompressed tar archive as they come, in bounded memory, and to the very end, bytes after the
 * end marker included. Names come out as Go's archive/tar has them: pax records over ustar fields, global headers
 * ignored. Throws IMAGE_INVALID for a damaged or truncated archive.
 */
export async function* tarEntries(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry, void, undefined> {
  const source = byteSource(chunks);
  try {
    for (;;) {
      const entry = await readEntry(source);
      if (entry === undefined) break;
      const body = { left: entry.size };
      yield { ...entry, body: readBody(source, body) };
      await source.skip(body.left + paddingOf(entry.size));
      body.left = 0;
    }
    await source.drain();
  } finally {
    await source.close();
  }
}

/** The next entry with the extended headers before it; undefined at the end. */
async function readEntry(source: ByteSource): Promise<Omit<TarEntry, 'body'> | undefined> {
  let extended: Extended = {};
  for (;;) {
    const header = await readHeader(source);
    if (header === undefined) return undefined;
    const applied = await readExtension(source, header, extended);
    if (applied === undefined) return toEntry(header, extended);
    extended = applied;
  }
}

async function* readBody(source: ByteSource, body: { left: number }): AsyncGenerator<Uint8Array, void, undefined> {
  while (body.left > 0) {
    const chunk = await source.take(body.left);
    body.left -= chunk.length;
    yield chunk;
  }
}

/** What pax and GNU headers say about the entry that follows them. */
interface Extended {
  readonly path?: string;
  readonly target?: string;
  readonly size?: number;
  readonly sparse?: boolean;
}

/** The extension this header is, merged into the ones before it; undefined for the header of an entry. */
async function readExtension(source: ByteSource, header: TarHeader, before: Extended): Promise<Extended | undefined> {
  if (!extensions.has(header.type)) return undefined;
  if (header.size > maximumExtensionBytes) throw invalid(`an extended header is above ${maximumExtensionBytes} bytes`);
  const bytes = await source.exactly(header.size);
  await source.skip(paddingOf(header.size));
  if (header.type === 'g') return before;
  if (header.type === 'L') return { ...before, path: readText(bytes, 0, bytes.length) };
  if (header.type === 'K') return { ...before, target: readText(bytes, 0, bytes.length) };
  return fromPax(readPaxRecords(bytes));
}

function fromPax(records: ReadonlyMap<string, string>): Extended {
  const path = records.get('GNU.sparse.name') ?? records.get('path') ?? '';
  const target = records.get('linkpath') ?? '';
  const size = records.get('size') ?? '';
  if (size !== '' && !/^\d{1,15}$/.test(size)) throw invalid('the size in an extended header is not a number');
  return {
    ...(path === '' ? {} : { path }),
    ...(target === '' ? {} : { target }),
    ...(size === '' ? {} : { size: Number(size) }),
    ...([...records.keys()].some((key) => key.startsWith('GNU.sparse.')) ? { sparse: true } : {}),
  };
}

// "LENGTH KEY=VALUE\n", where LENGTH counts the whole record (POSIX.1-2017, pax, "pax Extended Header").
function readPaxRecords(bytes: Uint8Array): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  for (let start = 0; start < bytes.length;) {
    const space = bytes.indexOf(0x20, start);
    const length = Number(/^\d{1,7}$/.exec(space < 0 ? '' : decodeText(bytes.subarray(start, space)))?.[0] ?? 0);
    const end = start + length;
    if (length === 0 || end > bytes.length || end <= space + 1 || bytes[end - 1] !== 0x0a)
      throw invalid('an extended header has a malformed record');
    const record = decodeText(bytes.subarray(space + 1, end - 1));
    const equals = record.indexOf('=');
    if (equals <= 0 || record.includes('\0')) throw invalid('an extended header has a malformed record');
    records.set(record.slice(0, equals), record.slice(equals + 1));
    start = end;
  }
  return records;
}

function toEntry(header: TarHeader, extended: Extended): Omit<TarEntry, 'body'> {
  const path = extended.path ?? header.name;
  const kind = header.historical && path.endsWith('/') ? 'directory' : (kinds[header.type] ?? 'other');
  return {
    path,
    kind: extended.sparse === true && kind === 'file' ? 'sparse' : kind,
    mode: header.mode,
    size: bodyless.has(header.type) ? 0 : (extended.size ?? header.size),
    target: extended.target ?? header.linkName,
  };
}

async function readHeader(source: ByteSource): Promise<TarHeader | undefined> {
  const block = await source.block();
  if (block === undefined) return undefined;
  if (!isZeroBlock(block)) return decodeTarHeader(block);
  const second = await source.block();
  if (second !== undefined && !isZeroBlock(second)) throw invalid('one empty block stands between two entries');
  return undefined;
}

function paddingOf(size: number): number {
  return (tarBlockBytes - (size % tarBlockBytes)) % tarBlockBytes;
}

/** Pulls wanted numbers of bytes out of chunks of any size. */
interface ByteSource {
  /** A whole block, or undefined where the archive ends cleanly before it. */
  block(): Promise<Uint8Array | undefined>;
  /** At least one byte and at most `limit`. */
  take(limit: number): Promise<Uint8Array>;
  exactly(size: number): Promise<Uint8Array>;
  skip(size: number): Promise<void>;
  drain(): Promise<void>;
  /** Lets go of the chunks, read to the end or not. */
  close(): Promise<void>;
}

function byteSource(chunks: AsyncIterable<Uint8Array>): ByteSource {
  const iterator = chunks[Symbol.asyncIterator]();
  let current: Uint8Array = new Uint8Array(0);
  const more = async (): Promise<boolean> => {
    while (current.length === 0) {
      const next = await iterator.next();
      if (next.done === true) return false;
      current = next.value;
    }
    return true;
  };
  const take = async (limit: number): Promise<Uint8Array> => {
    if (!(await more())) throw invalid('it ends in the middle');
    const taken = current.subarray(0, limit);
    current = current.subarray(taken.length);
    return taken;
  };
  const exactly = async (size: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(size);
    for (let filled = 0; filled < size;) {
      const chunk = await take(size - filled);
      bytes.set(chunk, filled);
      filled += chunk.length;
    }
    return bytes;
  };
  return {
    take,
    exactly,
    block: async () => ((await more()) ? exactly(tarBlockBytes) : undefined),
    async skip(size) {
      for (let left = size; left > 0;) left -= (await take(left)).length;
    },
    async drain() {
      while (await more()) current = new Uint8Array(0);
    },
    async close() {
      await iterator.return?.();
    },
  };
}

const maximumExtensionBytes = 1024 * 1024;

const extensions: ReadonlySet<string> = new Set(['x', 'g', 'L', 'K']);

/** Links, devices, directories and pipes have no body, whatever their size field says. */
const bodyless: ReadonlySet<string> = new Set(['1', '2', '3', '4', '5', '6']);

const kinds: Readonly<Record<string, TarEntryKind>> = {
  '0': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '5': 'directory',
  S: 'sparse',
};
