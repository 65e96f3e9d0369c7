import { parseAssetName } from '../../domain/asset-name.ts';
import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import type { Digest } from '../../domain/digest.ts';
import { digestFromHex, hexOf } from '../../domain/digest.ts';
import { quote } from '../../domain/quote.ts';

export interface FileChecksum {
  /** An asset name. */
  readonly name: string;
  readonly digest: Digest;
}

/** The text of `SHA256SUMS` as `sha256sum` writes and checks it, sorted by name. Names must be asset names, each once. */
export function checksums(files: readonly FileChecksum[]): string {
  const sorted = files.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  const written = sorted.map(({ name, digest }) => `${hexOf(digest)}  ${name}\n`).join('');
  const read = parseChecksums(written);
  if (read.is === 'refused') throw new Error(`Not a list of checksums: it ${read.reason}`);
  return written;
}

/**
 * Reads `SHA256SUMS` strictly: 64 lower-case hex digits, two spaces, an asset name, a line feed; each name once, at least
 * one line. The reason names the line.
 */
export function parseChecksums(text: string): Parsed<readonly FileChecksum[]> {
  if (text === '') return refuse('is empty');
  if (!text.endsWith('\n')) return refuse(`ends in the middle of line ${text.split('\n').length}`);
  const files = new Map<string, FileChecksum>();
  for (const [index, line] of text.slice(0, -1).split('\n').entries()) {
    const [, hex, written = ''] = /^([0-9a-f]{64}) {2}(.*)$/.exec(line) ?? [];
    if (hex === undefined)
      return refuse(`is malformed in line ${index + 1}: 64 lower-case hex digits, two spaces and a name are wanted`);
    const name = parseAssetName(written);
    if (name.is === 'refused')
      return refuse(`is malformed in line ${index + 1}: the name ${quote(written)} ${name.reason}`);
    if (files.has(name.value)) return refuse(`names ${quote(name.value)} a second time in line ${index + 1}`);
    files.set(name.value, { name: name.value, digest: digestFromHex(hex) });
  }
  return accept([...files.values()]);
}
