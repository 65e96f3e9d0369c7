import type { KeyObject } from 'node:crypto';
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { Secret } from '../../domain/secret.ts';
import { openCosignKey } from './cosign-key.ts';

const keyHint =
  "Make a key with 'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ci.pem' and its public half with 'openssl pkey -in ci.pem -pubout'";

/**
 * Reads a private key in PEM (PKCS8, also encrypted, or as cosign encrypts it), ECDSA P-256 or Ed25519. Throws KEY_UNUSABLE, never with any part
 * of the key in the message.
 */
export function readPrivateKey(key: {
  readonly name: string;
  readonly pem: Secret;
  readonly passphrase?: Secret;
}): KeyObject {
  const pem = key.pem.reveal().trim();
  const fault = faultInPrivatePem(pem, key.passphrase);
  if (fault !== undefined) throw unusable(`signing key ${quote(key.name)}`, fault);
  try {
    const subject = `signing key ${quote(key.name)}`;
    if (isCosignKey(pem) && key.passphrase !== undefined) {
      const opened = openCosignKey(pem, key.passphrase);
      if (opened.is === 'refused') throw unusable(subject, opened.reason);
      return accepted(createPrivateKey({ key: Buffer.from(opened.value), format: 'der', type: 'pkcs8' }), subject);
    }
    const passphrase = key.passphrase?.reveal();
    const given = { key: pem, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) } as const;
    return accepted(createPrivateKey(given), subject);
  } catch (error) {
    if (error instanceof CutwaterError) throw error;
    // The cause is left out: it can hold parts of the text that was given.
    const found = key.passphrase === undefined ? 'it is damaged' : 'it is damaged, or the passphrase is wrong';
    throw unusable(`signing key ${quote(key.name)}`, `${found}, a private key in PEM (PKCS8) is wanted`);
  }
}

/**
 * Reads a public key in PEM (SPKI), ECDSA P-256 or Ed25519. Certificates and private keys, from which a public key could
 * be derived, are refused: they do not belong in a list of trusted keys. Throws KEY_UNUSABLE.
 */
export function readPublicKey(key: {
  readonly name: string;
  readonly pem: string;
  readonly origin: string;
  /** The next step for whoever gave it. Default: how a key is made. */
  readonly hint?: string;
}): KeyObject {
  const subject = `public key ${quote(key.name)} of ${quote(key.origin)}`;
  if (!/^-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----$/.test(key.pem.trim()))
    throw unusable(subject, 'it is not one "PUBLIC KEY" block in PEM, ECDSA P-256 or Ed25519 is wanted', key.hint);
  try {
    return accepted(createPublicKey({ key: key.pem, format: 'pem', type: 'spki' }), subject, key.hint);
  } catch (error) {
    if (error instanceof CutwaterError) throw error;
    throw unusable(subject, 'it is damaged, ECDSA P-256 or Ed25519 in PEM is wanted', key.hint);
  }
}

/** Signs as cosign does: ECDSA over SHA-256 in DER, or plain Ed25519 over the bytes themselves. */
export function signBytes(bytes: Uint8Array, privateKey: KeyObject): Buffer {
  return sign(hashOf(privateKey), bytes, privateKey);
}

export function isSignedBy(bytes: Uint8Array, signature: Uint8Array, publicKey: KeyObject): boolean {
  return verify(hashOf(publicKey), bytes, publicKey, signature);
}

/** What a bundle names a key by: base64 of the SHA-256 of the SPKI in DER, as sigstore-go writes it. */
export function hintOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
}

function hashOf(key: KeyObject): 'sha256' | null {
  return key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
}

function accepted(key: KeyObject, subject: string, hint?: string): KeyObject {
  const type = key.asymmetricKeyType ?? 'unknown';
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (type === 'ed25519' || (type === 'ec' && curve === 'prime256v1')) return key;
  const found = curve === undefined ? type : `${type} on curve ${curve}`;
  throw unusable(subject, `it is of type ${found}, ECDSA P-256 or Ed25519 is wanted`, hint);
}

function faultInPrivatePem(pem: string, passphrase: Secret | undefined): string | undefined {
  const wanted = 'a private key in PEM (PKCS8) is wanted';
  if (pem === '') return `it is empty, ${wanted}`;
  const label = /^-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(pem)?.[1];
  if (label === undefined) return `it does not begin with "-----BEGIN", ${wanted}`;
  if (label === 'PUBLIC KEY' || label === 'CERTIFICATE') return `it is a public key or certificate, ${wanted}`;
  if (label === 'OPENSSH PRIVATE KEY') return `it is in the format of OpenSSH, ${wanted}`;
  if (label === 'ENCRYPTED PRIVATE KEY' || isCosignKey(pem) || pem.includes('Proc-Type: 4,ENCRYPTED'))
    return passphrase === undefined ? 'it is encrypted, its passphrase is wanted' : undefined;
  return label.endsWith('PRIVATE KEY') ? undefined : `it is a block named "${label}", ${wanted}`;
}

/** cosign 2 and 3, and cosign 1. */
function isCosignKey(pem: string): boolean {
  return /^-----BEGIN ENCRYPTED (?:SIGSTORE|COSIGN) PRIVATE KEY-----/.test(pem);
}

function unusable(subject: string, fault: string, hint = keyHint): CutwaterError {
  return new CutwaterError('KEY_UNUSABLE', `Cannot use ${subject}: ${fault}`, { hint });
}
