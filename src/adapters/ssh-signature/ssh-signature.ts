import { createHash, verify } from 'node:crypto';
import { escapeText } from '../../domain/quote.ts';
import type { SshPublicKey } from './ssh-public-key.ts';
import { decodeBase64, readSshPublicKey } from './ssh-public-key.ts';
import { positiveInteger, sshReader, sshString } from './ssh-wire.ts';

/** What a signature is worth. `good` says only that the key inside made it; whose key that is, the caller decides. */
export type SshSignatureVerdict =
  | { readonly is: 'good'; readonly key: SshPublicKey }
  | { readonly is: 'bad'; readonly reason: string }
  | { readonly is: 'unverifiable'; readonly reason: string };

/** What tagVerifier() needs of this folder. */
export interface SshSignatures {
  verify(payload: Uint8Array, armor: string): SshSignatureVerdict;
}

export function sshSignatures(): SshSignatures {
  return { verify: verifySshSignature };
}

/**
 * Judges an armored SSHSIG (OpenSSH: PROTOCOL.sshsig) over the payload, in process. The namespace must be `git`; SHA-1
 * signatures (`ssh-rsa`) are bad; security keys (`sk-`) and certificates are unverifiable.
 */
export function verifySshSignature(payload: Uint8Array, armor: string): SshSignatureVerdict {
  const envelope = readEnvelope(armor);
  if ('is' in envelope) return envelope;
  const { namespace, reserved, hash } = envelope;
  if (namespace !== 'git') return bad(`is made for "${escapeText(namespace, 60)}", "git" is wanted`);
  if (hash !== 'sha256' && hash !== 'sha512')
    return bad(`uses the hash "${escapeText(hash, 60)}", sha256 or sha512 is wanted`);
  const key = readSshPublicKey(envelope.publicKey);
  if (key.is === 'refused') return { is: 'unverifiable', reason: `names a key that ${key.reason}` };
  const digest = createHash(hash).update(payload).digest();
  const fields = [namespace, reserved, hash, digest].map(sshString);
  const signed = Buffer.concat([Buffer.from(magic), ...fields]);
  return judge(key.value, signed, envelope.signature);
}

interface Envelope {
  readonly publicKey: Uint8Array;
  readonly namespace: string;
  readonly reserved: Uint8Array;
  readonly hash: string;
  readonly signature: Uint8Array;
}

type Failure = Extract<SshSignatureVerdict, { is: 'bad' | 'unverifiable' }>;

const magic = 'SSHSIG';

function readEnvelope(armor: string): Envelope | Failure {
  const match = /^-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\n]+)\n-----END SSH SIGNATURE-----\n?$/.exec(armor);
  const bytes = decodeBase64(match?.[1]?.replaceAll('\n', '') ?? '');
  if (bytes === undefined) return bad('is damaged: it is no base64');
  if (Buffer.from(bytes.subarray(0, magic.length)).toString('latin1') !== magic)
    return bad('is damaged: it is no SSHSIG');
  const reader = sshReader(bytes.subarray(magic.length));
  const version = reader.uint32();
  if (version !== 1) return { is: 'unverifiable', reason: 'has another format version than 1' };
  const publicKey = reader.string();
  const namespace = reader.text();
  const reserved = reader.string();
  const hash = reader.text();
  const signature = reader.string();
  if (!publicKey || namespace === undefined || !reserved || hash === undefined || !signature || !reader.isAtEnd())
    return bad('is damaged: its fields do not fit');
  return { publicKey, namespace, reserved, hash, signature };
}

function judge(key: SshPublicKey, signed: Uint8Array, signature: Uint8Array): SshSignatureVerdict {
  const reader = sshReader(signature);
  const algorithm = reader.text();
  const value = reader.string();
  if (algorithm === undefined || value === undefined || !reader.isAtEnd())
    return bad('is damaged: its last field does not fit');
  const scheme = schemes.get(algorithm);
  if (scheme === undefined || scheme.keyType !== key.type) {
    if (algorithm === 'ssh-rsa') return bad('uses SHA-1 (ssh-rsa), rsa-sha2-256 or rsa-sha2-512 is wanted');
    return bad(`uses "${escapeText(algorithm, 60)}" with a key of the type ${key.type}`);
  }
  const plain = scheme.curveBytes === undefined ? value : fixedLengthEcdsa(value, scheme.curveBytes);
  if (plain === undefined) return bad('is damaged: its numbers do not fit the curve');
  const isGood = verify(scheme.hash, signed, { key: key.key, dsaEncoding: 'ieee-p1363' }, plain);
  return isGood ? { is: 'good', key } : bad('does not belong to this tag');
}

interface Scheme {
  readonly keyType: string;
  /** As node:crypto names it; null where the algorithm has its own. */
  readonly hash: string | null;
  readonly curveBytes?: number;
}

const schemes: ReadonlyMap<string, Scheme> = new Map<string, Scheme>([
  ['ssh-ed25519', { keyType: 'ssh-ed25519', hash: null }],
  ['rsa-sha2-256', { keyType: 'ssh-rsa', hash: 'sha256' }],
  ['rsa-sha2-512', { keyType: 'ssh-rsa', hash: 'sha512' }],
  ['ecdsa-sha2-nistp256', { keyType: 'ecdsa-sha2-nistp256', hash: 'sha256', curveBytes: 32 }],
  ['ecdsa-sha2-nistp384', { keyType: 'ecdsa-sha2-nistp384', hash: 'sha384', curveBytes: 48 }],
  ['ecdsa-sha2-nistp521', { keyType: 'ecdsa-sha2-nistp521', hash: 'sha512', curveBytes: 66 }],
]);

/** From two mpints (RFC 5656 section 3.1.2) to r and s side by side (IEEE P1363). */
function fixedLengthEcdsa(value: Uint8Array, size: number): Uint8Array | undefined {
  const reader = sshReader(value);
  const r = positiveInteger(reader.string() ?? new Uint8Array());
  const s = positiveInteger(reader.string() ?? new Uint8Array());
  if (r === undefined || s === undefined || r.length > size || s.length > size || !reader.isAtEnd()) return undefined;
  const plain = Buffer.alloc(2 * size);
  plain.set(r, size - r.length);
  plain.set(s, 2 * size - s.length);
  return plain;
}

function bad(reason: string): Failure {
  return { is: 'bad', reason };
}
