import type { Trust } from '../domain/trust.ts';

/** A key that two roles have, although a CI key must never be able to sign a tag. */
export interface KeyOfBothRoles {
  readonly maintainer: string;
  readonly ci: string;
}

/**
 * CI keys that are a maintainer's SSH key in another file format. Ed25519 and P-256 are compared; an OpenPGP key is made
 * for its own format and cannot be told from its fingerprint.
 */
export function keysOfBothRoles(trust: Trust): readonly KeyOfBothRoles[] {
  return trust.ci.flatMap((signer) => {
    if (signer.kind !== 'key') return [];
    const { name, publicKeyPem } = signer;
    const ciKey = bytesOf(publicKeyPem.replaceAll(/-----[^-]*-----|\s/g, ''));
    return trust.maintainers
      .filter(({ key }) => key.kind === 'ssh' && isSameKey(key.publicKey, ciKey))
      .map((maintainer) => ({ maintainer: maintainer.name, ci: name }));
  });
}

// Both formats end with the key itself: 32 bytes for Ed25519 (RFC 8410, RFC 8709), the uncompressed point for P-256 (RFC 5480, RFC 5656).
const keyLengths: ReadonlyMap<string, number> = new Map([
  ['ssh-ed25519', 32],
  ['ecdsa-sha2-nistp256', 65],
]);

function isSameKey(sshKey: string, spki: string): boolean {
  const [type = '', body = ''] = sshKey.split(' ');
  const length = keyLengths.get(type);
  if (length === undefined || spki.length < length) return false;
  return bytesOf(body).slice(-length) === spki.slice(-length);
}

/** One character per byte; empty for what is no base64. */
function bytesOf(base64: string): string {
  try {
    return atob(base64);
  } catch {
    return '';
  }
}
