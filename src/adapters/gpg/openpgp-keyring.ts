import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';

/**
 * Public keys, armored or binary, as the bytes of a keyring file. Everything but well-framed packets of public keys is
 * refused, so that keyrings can be joined end to end. The reason completes "the key material ...".
 */
export function readPublicKeys(material: Uint8Array): Parsed<Uint8Array> {
  const first = material[0];
  if (first === undefined) return refuse('is empty');
  const isBinary = first >= 0x80;
  const bytes = isBinary ? accept(material) : dearmor(Buffer.from(material).toString('latin1'));
  if (bytes.is === 'refused') return bytes;
  const tags = packetTags(bytes.value);
  if (tags === undefined) return refuse('is damaged');
  if (tags.some((tag) => tag === secretKey || tag === secretSubkey))
    return refuse('holds a secret key, a public key is wanted');
  if (tags[0] !== publicKey || !tags.every((tag) => keyringTags.has(tag))) return refuse('is no OpenPGP public key');
  return bytes;
}

/** One or more armored blocks (RFC 9580 section 6.2). The checksum is optional there and not read. */
function dearmor(text: string): Parsed<Uint8Array> {
  const blocks = [...text.matchAll(/^-----BEGIN (PGP [A-Z ]+)-----\r?\n([^]*?)\n-----END \1-----/gm)];
  if (blocks.length === 0) return refuse('is neither armored nor binary OpenPGP');
  const parts: Uint8Array[] = [];
  for (const [, label = '', inside = ''] of blocks) {
    if (label.includes('PRIVATE')) return refuse('holds a secret key, a public key is wanted');
    if (label !== 'PGP PUBLIC KEY BLOCK') return refuse(`is a ${label}, a PGP PUBLIC KEY BLOCK is wanted`);
    const lines = inside.split(/\r?\n/).map((line) => line.trim());
    const body = lines.slice(lines.indexOf('') + 1);
    const base64 = body.filter((line) => !/^=[A-Za-z0-9+/]{4}$/.test(line)).join('');
    const bytes = Buffer.from(base64, 'base64');
    if (bytes.length === 0 || bytes.toString('base64').replace(/=+$/, '') !== base64.replace(/=+$/, ''))
      return refuse('is damaged: its armor is no base64');
    parts.push(bytes);
  }
  return accept(Buffer.concat(parts));
}

/** The tag of every packet (RFC 9580 section 4.2); undefined where the framing does not fill the bytes exactly. */
function packetTags(bytes: Uint8Array): readonly number[] | undefined {
  const tags: number[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const header = readPacketHeader(bytes, offset);
    if (header === undefined || header.end > bytes.length) return undefined;
    tags.push(header.tag);
    offset = header.end;
  }
  return tags;
}

function readPacketHeader(
  bytes: Uint8Array,
  offset: number,
): { readonly tag: number; readonly end: number } | undefined {
  const first = bytes[offset] ?? 0;
  if (first < 0x80) return undefined;
  if (first >= 0xc0) return readNewLength(bytes, offset + 1, first & 0x3f);
  const lengthBytes = [1, 2, 4][first & 3];
  if (lengthBytes === undefined) return undefined;
  const length = bigEndian(bytes.subarray(offset + 1, offset + 1 + lengthBytes));
  return { tag: (first >> 2) & 0x0f, end: offset + 1 + lengthBytes + length };
}

/** Partial lengths are for data packets only, so they are refused. */
function readNewLength(bytes: Uint8Array, at: number, tag: number): { tag: number; end: number } | undefined {
  const first = bytes[at] ?? 0xe0;
  if (first < 192) return { tag, end: at + 1 + first };
  if (first < 224) return { tag, end: at + 2 + ((first - 192) << 8) + (bytes[at + 1] ?? 0) + 192 };
  if (first === 255) return { tag, end: at + 5 + bigEndian(bytes.subarray(at + 1, at + 5)) };
  return undefined;
}

function bigEndian(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

const [signature, secretKey, publicKey, secretSubkey, trust, userId, publicSubkey, userAttribute] = [
  2, 5, 6, 7, 12, 13, 14, 17,
] as const;
const keyringTags: ReadonlySet<number> = new Set([signature, publicKey, trust, userId, publicSubkey, userAttribute]);
