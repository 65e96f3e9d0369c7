import { createHash, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { escapeText } from '../../domain/quote.ts';
import { positiveInteger, sshReader } from './ssh-wire.ts';
import type { SshReader } from './ssh-wire.ts';

export interface SshPublicKey {
  /** `ssh-ed25519`, `ssh-rsa`, `ecdsa-sha2-nistp256`, ... */
  readonly type: string;
  readonly key: KeyObject;
  /** `SHA256:` and unpadded base64 over the key blob, as ssh-keygen prints it. */
  readonly fingerprint: string;
}

/** Reads `ssh-ed25519 AAAA...` (one line, no options); a comment is ignored. The reason completes "the key ...". */
export function parseSshPublicKey(line: string): Parsed<SshPublicKey> {
  const [type = '', base64 = ''] = line.trim().split(/[ \t]+/);
  if (/[\r\n]/.test(line.trim())) return refuse('has more than one line');
  const blob = decodeBase64(base64);
  if (blob === undefined) return refuse('is not "TYPE BASE64"');
  const parsed = readSshPublicKey(blob);
  if (parsed.is === 'ok' && parsed.value.type !== type) return refuse('is of another type than it says');
  return parsed;
}

/** Reads a key blob (RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4). */
export function readSshPublicKey(blob: Uint8Array): Parsed<SshPublicKey> {
  const reader = sshReader(blob);
  const type = reader.text();
  if (type === undefined) return refuse('is damaged');
  const jwk = keyReaders.get(type)?.(reader);
  if (jwk === undefined)
    return refuse(
      keyReaders.has(type) ? 'is damaged' : `is of the type ${escapeText(type, 60)}, which cannot be judged`,
    );
  if (!reader.isAtEnd()) return refuse('has bytes after its end');
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const bits = key.asymmetricKeyDetails?.modulusLength;
    if (bits !== undefined && (bits < 2048 || bits > 16384))
      return refuse(`has ${bits} bits, 2048 to 16384 are wanted`);
    return accept({ type, key, fingerprint: fingerprintOf(blob) });
  } catch {
    return refuse('is not a valid key');
  }
}

/** Strict base64 with padding; undefined for anything else. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  return text !== '' && bytes.toString('base64') === text ? bytes : undefined;
}

type Jwk = Record<string, string>;

const keyReaders: ReadonlyMap<string, (reader: SshReader) => Jwk | undefined> = new Map([
  ['ssh-ed25519', readEd25519],
  ['ssh-rsa', readRsa],
  ['ecdsa-sha2-nistp256', (reader: SshReader) => readEcdsa(reader, { name: 'nistp256', crv: 'P-256', size: 32 })],
  ['ecdsa-sha2-nistp384', (reader: SshReader) => readEcdsa(reader, { name: 'nistp384', crv: 'P-384', size: 48 })],
  ['ecdsa-sha2-nistp521', (reader: SshReader) => readEcdsa(reader, { name: 'nistp521', crv: 'P-521', size: 66 })],
]);

function readEd25519(reader: SshReader): Jwk | undefined {
  const point = reader.string();
  return point?.length === 32 ? { kty: 'OKP', crv: 'Ed25519', x: base64url(point) } : undefined;
}

function readRsa(reader: SshReader): Jwk | undefined {
  const exponent = positiveInteger(reader.string() ?? new Uint8Array());
  const modulus = positiveInteger(reader.string() ?? new Uint8Array());
  if (exponent === undefined || modulus === undefined) return undefined;
  return { kty: 'RSA', e: base64url(exponent), n: base64url(modulus) };
}

function readEcdsa(reader: SshReader, curve: { name: string; crv: string; size: number }): Jwk | undefined {
  const name = reader.text();
  const point = reader.string();
  // 0x04: an uncompressed point (SEC 1 section 2.3.3), the only form RFC 5656 clients write.
  if (name !== curve.name || point?.length !== 1 + 2 * curve.size || point[0] !== 4) return undefined;
  const x = base64url(point.subarray(1, 1 + curve.size));
  return { kty: 'EC', crv: curve.crv, x, y: base64url(point.subarray(1 + curve.size)) };
}

function fingerprintOf(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
