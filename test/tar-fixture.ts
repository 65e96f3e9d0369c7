/** An entry of a test archive; a well-behaved writer could not make most of the interesting ones. */
export interface TestEntry {
  readonly name: string;
  readonly content?: string | Uint8Array;
  readonly mode?: number;
  /** The type flag; `0`, a file, where it is missing. */
  readonly type?: string;
  readonly target?: string;
  /** Records of an extended header before the entry (with type `g`: of a global header instead of an entry). */
  readonly pax?: Readonly<Record<string, string>>;
}

/** A tar archive for tests, every field written as it is given. */
export function makeTar(entries: readonly TestEntry[]): Uint8Array {
  const blocks = entries.flatMap((entry) => {
    const records = Buffer.from(
      Object.entries(entry.pax ?? {})
        .map(record)
        .join(''),
    );
    const extended =
      entry.pax === undefined
        ? []
        : [header({ name: 'pax', type: entry.type === 'g' ? 'g' : 'x' }, records.length), padded(records)];
    if (entry.type === 'g') return extended;
    const body = Buffer.from(entry.content ?? new Uint8Array());
    return [...extended, header(entry, body.length), padded(body)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function header(entry: TestEntry, size: number): Buffer {
  const block = Buffer.alloc(512);
  const name = entry.name.length > 100 ? entry.name.slice(-100) : entry.name;
  const prefix = entry.name.length > 100 ? entry.name.slice(0, -101) : '';
  block.write(name, 0);
  block.write((entry.mode ?? 0o644).toString(8).padStart(7, '0'), 100);
  block.write(size.toString(8).padStart(11, '0'), 124);
  block.write('00000000000', 136);
  block.fill(' ', 148, 156);
  block.write(entry.type ?? '0', 156);
  block.write(entry.target ?? '', 157);
  block.write('ustar\u000000', 257);
  block.write(prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function padded(body: Buffer): Buffer {
  return Buffer.concat([body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

function record([key, value]: readonly [string, string]): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  const length = rest + String(rest + String(rest).length).length;
  return `${length} ${key}=${value}\n`;
}
