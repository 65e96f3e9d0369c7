import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import { scryptSync } from 'node:crypto';
import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import type { Secret } from '../../domain/secret.ts';

/**
 * Opens a private key as `cosign generate-key-pair` writes it: a PEM block of JSON (go-securesystemslib,
 * encrypted/encrypted.go) whose ciphertext is PKCS8 in DER, under NaCl's secretbox with a key made by scrypt. What it
 * refuses is said without any part of the key.
 */
export function openCosignKey(pem: string, passphrase: Secret): Parsed<Uint8Array> {
  const outline = readOutline(pem);
  if (outline === undefined) return refuse('it is damaged');
  const { N, r, p, salt, nonce, ciphertext } = outline;
  // What a file may ask for is bounded: memory is 128 * N * r bytes.
  if (N > 1 << 20 || N < 1 << 14 || (N & (N - 1)) !== 0 || r > 32 || r < 1 || p > 16 || p < 1)
    return refuse('it asks for a strange strength of its passphrase');
  if (nonce.length !== 24 || salt.length < 16) return refuse('it is damaged');
  const key = scryptSync(passphrase.reveal(), salt, 32, { N, r, p, maxmem: 256 * N * r });
  try {
    return accept(xsalsa20poly1305(key, nonce).decrypt(ciphertext));
  } catch {
    return refuse('it is damaged, or the passphrase is wrong');
  }
}

interface Outline {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Uint8Array;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
}

function readOutline(pem: string): Outline | undefined {
  const body = /^-----BEGIN ([A-Z ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----$/.exec(pem.trim())?.[2];
  if (body === undefined) return undefined;
  const json = parseJson(Buffer.from(body, 'base64').toString('utf8'));
  const kdf = memberOf(json, 'kdf');
  const cipher = memberOf(json, 'cipher');
  if (memberOf(kdf, 'name') !== 'scrypt' || memberOf(cipher, 'name') !== 'nacl/secretbox') return undefined;
  const params = memberOf(kdf, 'params');
  const [N, r, p] = ['N', 'r', 'p'].map((name) => memberOf(params, name));
  const [salt, nonce, ciphertext] = [memberOf(kdf, 'salt'), memberOf(cipher, 'nonce'), memberOf(json, 'ciphertext')];
  if (!Number.isSafeInteger(N) || !Number.isSafeInteger(r) || !Number.isSafeInteger(p)) return undefined;
  if (typeof salt !== 'string' || typeof nonce !== 'string' || typeof ciphertext !== 'string') return undefined;
  const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));
  const strength = { N: Number(N), r: Number(r), p: Number(p) };
  return { ...strength, salt: bytes(salt), nonce: bytes(nonce), ciphertext: bytes(ciphertext) };
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
