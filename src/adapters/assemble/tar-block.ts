/** An entry of a layer without its body. `path` is relative, without a "/" at the end, folders too. */
export interface TarHead {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  readonly mode: number;
  /** Bytes of the body; zero for folders and links. */
  readonly size: number;
  readonly target: string;
}

/**
 * The header blocks of an entry: ustar, with a pax header before it only for what ustar cannot say. Owner is 0:0 without
 * names, so that the bytes depend on nothing but the arguments. `mtime` is in Unix seconds, 0 to 8^11-1.
 */
export function encodeTarHead(head: TarHead, mtime: number): Uint8Array {
  const path = head.kind === 'directory' ? `${head.path}/` : head.path;
  const split = splitPath(path);
  const records = [
    ...(fits(head.target, 100) ? [] : [paxRecord('linkpath', head.target)]),
    ...(split === undefined ? [paxRecord('path', path)] : []),
    ...(head.size < octalLimit ? [] : [paxRecord('size', String(head.size))]),
  ];
  const own = encodeBlock({
    ...(split ?? { name: inAscii(path), prefix: '' }),
    mode: head.mode,
    size: head.size < octalLimit ? head.size : 0,
    type: types[head.kind],
    target: fits(head.target, 100) ? head.target : '',
    mtime,
  });
  if (records.length === 0) return own;
  const body = Buffer.from(records.join(''), 'utf8');
  const pax = { name: 'PaxHeader', prefix: '', mode: 0o644, size: body.length, type: 'x', target: '', mtime };
  return Buffer.concat([encodeBlock(pax), body, padding(body.length), own]);
}

/** The zeros that fill the last block of a body of this many bytes. */
export function padding(size: number): Uint8Array {
  return new Uint8Array((512 - (size % 512)) % 512);
}

/** The end of an archive: two empty blocks. */
export function tarEnd(): Uint8Array {
  return new Uint8Array(1024);
}

interface Block {
  readonly name: string;
  readonly prefix: string;
  readonly mode: number;
  readonly size: number;
  readonly type: string;
  readonly target: string;
  readonly mtime: number;
}

// POSIX.1-2017, pax, "ustar Interchange Format".
function encodeBlock(block: Block): Uint8Array {
  const bytes = Buffer.alloc(512);
  const text = (value: string, at: number): void => void bytes.write(value, at, 'latin1');
  const octal = (value: number, at: number, digits: number): void => text(value.toString(8).padStart(digits, '0'), at);
  text(block.name, 0);
  octal(block.mode & 0o7777, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(block.size, 124, 11);
  octal(block.mtime, 136, 11);
  bytes.fill(' ', 148, 156);
  text(block.type, 156);
  text(block.target, 157);
  text('ustar\u000000', 257);
  octal(0, 329, 7);
  octal(0, 337, 7);
  text(block.prefix, 345);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  text(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return bytes;
}

/** The path in ustar's two fields, cut at the first "/" that makes both fit; undefined where none does. */
function splitPath(path: string): { readonly name: string; readonly prefix: string } | undefined {
  if (fits(path, 100)) return { name: path, prefix: '' };
  if (!fits(path, 256)) return undefined;
  const cut = path.indexOf('/', path.length - 101);
  if (cut <= 0 || cut > 155 || cut === path.length - 1) return undefined;
  return { name: path.slice(cut + 1), prefix: path.slice(0, cut) };
}

function fits(text: string, bytes: number): boolean {
  return text.length <= bytes && /^[\x20-\x7e]*$/.test(text);
}

// What a reader without pax would show; all readers of images know pax.
function inAscii(path: string): string {
  return path.replaceAll(/[^\x20-\x7e]/g, '_').slice(0, 100);
}

/** "LENGTH KEY=VALUE\n", where LENGTH counts its own digits too. */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  const guess = rest + String(rest).length;
  const length = rest + String(guess).length;
  return `${length} ${key}=${value}\n`;
}

// Eleven octal digits: 8 GiB.
const octalLimit = 8 ** 11;

const types = { file: '0', symlink: '2', directory: '5' } as const;
