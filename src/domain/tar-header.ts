import { CutwaterError } from './error.ts';

/** Tar is made of blocks of 512 bytes (POSIX.1-2017, pax, "ustar Interchange Format"). */
export const tarBlockBytes = 512;

/** One header block as it stands, before extended headers are applied to it. */
export interface TarHeader {
  /** With the ustar prefix in front. */
  readonly name: string;
  readonly mode: number;
  readonly size: number;
  /** One character; `0` also for the historical NUL. */
  readonly type: string;
  readonly linkName: string;
  /** A NUL type: a trailing "/" in the name then makes it a directory. */
  readonly historical: boolean;
}

/** Whether a block is all zeros: two of them end an archive. */
export function isZeroBlock(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/**
 * Reads a header block the way Go's archive/tar does, because that is what container runtimes unpack with. Throws
 * IMAGE_INVALID for a wrong checksum, a field that is no number, and text that is no UTF-8.
 */
export function decodeTarHeader(block: Uint8Array): TarHeader {
  const sum = readNumber(block, 148, 8);
  if (sum !== checksum(block, (byte) => byte) && sum !== checksum(block, signed))
    throw invalid('a header checksum is wrong');
  const type = block[156] ?? 0;
  return {
    name: readPrefix(block) + readText(block, 0, 100),
    mode: readNumber(block, 100, 8) & 0o7777,
    size: readNumber(block, 124, 12),
    type: type === 0 ? '0' : String.fromCharCode(type),
    linkName: readText(block, 157, 100),
    historical: type === 0,
  };
}

/** Text of a header: UTF-8 up to the first NUL. */
export function readText(bytes: Uint8Array, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return decodeText(end < 0 ? field : field.subarray(0, end));
}

/** Strict UTF-8; runtimes keep other bytes as they are, which no text of ours could name. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw invalid('a name is not UTF-8', error);
  }
}

/** How every fault of an archive is said: one sentence, one code. */
export function invalid(found: string, cause?: unknown): CutwaterError {
  return new CutwaterError('IMAGE_INVALID', `Cannot read a layer: ${found}`, { cause });
}

function readPrefix(block: Uint8Array): string {
  const magic = readBytes(block, 257, 6);
  // GNU tar and the oldest format have other things where ustar has its prefix; star has a shorter one.
  if (magic !== 'ustar\0') return '';
  const prefix = readText(block, 345, readBytes(block, 508, 4) === 'tar\0' ? 131 : 155);
  return prefix === '' ? '' : `${prefix}/`;
}

function readNumber(block: Uint8Array, start: number, length: number): number {
  const field = block.subarray(start, start + length);
  if (((field[0] ?? 0) & 0x80) !== 0) return readBase256(field);
  const text = readBytes(block, start, length).replaceAll(/^[ \0]+|[ \0]+$/g, '');
  if (text === '') return 0;
  if (!/^[0-7]+$/.test(text)) throw invalid('a number in a header is not octal');
  return Number.parseInt(text, 8);
}

// GNU's form for numbers that octal cannot hold: the top bit set, then big-endian. Negative ones mean nothing here.
function readBase256(field: Uint8Array): number {
  if (((field[0] ?? 0) & 0x40) !== 0) throw invalid('a number in a header is negative');
  const value = field.reduce((sum, byte, at) => sum * 256 + (at === 0 ? byte & 0x7f : byte), 0);
  if (!Number.isSafeInteger(value)) throw invalid('a number in a header is too large');
  return value;
}

function readBytes(block: Uint8Array, start: number, length: number): string {
  return String.fromCharCode(...block.subarray(start, start + length));
}

function checksum(block: Uint8Array, value: (byte: number) => number): number {
  return block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : value(byte)), 0);
}

function signed(byte: number): number {
  return byte > 127 ? byte - 256 : byte;
}
