import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { quote } from '../../domain/quote.ts';
import type { CiSigner, Maintainer, Trust } from '../../domain/trust.ts';
import { parseSshPublicKey } from '../ssh-signature/ssh-public-key.ts';
import type { SshSignatures } from '../ssh-signature/ssh-signature.ts';
import type { JudgedSignature, SignatureJudgement } from './signature-judgement.ts';
import { reject } from './signature-judgement.ts';

/** Judges SSH signatures. The signature brings its key along; what counts is whether that key is pinned. */
export function sshJudge(signatures: SshSignatures): (signed: JudgedSignature) => Promise<SignatureJudgement> {
  return async ({ payload, armor, trust }) => {
    const verdict = signatures.verify(payload, armor);
    if (verdict.is === 'bad') return reject('bad-signature', `its signature ${verdict.reason}`);
    if (verdict.is === 'unverifiable') return reject('unverifiable', `its signature ${verdict.reason}`);
    const { fingerprint } = verdict.key;
    const maintainer = chooseMaintainer(trust, fingerprint);
    if (maintainer !== undefined) return { is: 'good', maintainer, fingerprint, isExpired: false, isRevoked: false };
    return explainStranger(verdict.key.key, fingerprint, trust);
  };
}

/** Where one key is listed twice and one entry is revoked, the revoked entry counts. */
function chooseMaintainer(trust: Trust, fingerprint: string): Maintainer | undefined {
  const entries = trust.maintainers.filter(
    ({ key }) => key.kind === 'ssh' && fingerprintOf(key.publicKey) === fingerprint,
  );
  return entries.find(({ revoked }) => revoked) ?? entries[0];
}

function fingerprintOf(publicKey: string): string | undefined {
  const parsed = parseSshPublicKey(publicKey);
  return parsed.is === 'ok' ? parsed.value.fingerprint : undefined;
}

function explainStranger(key: KeyObject, fingerprint: string, trust: Trust): SignatureJudgement {
  const origin = quote(trust.origin);
  const ci = trust.ci.find((candidate) => isSameKey(candidate, key));
  if (ci !== undefined)
    return reject(
      'not-a-maintainer',
      `it is signed by the CI key ${quote(ci.name)}; CI signs what it built, never a tag`,
    );
  const unreadable = trust.maintainers.find(
    (entry) => entry.key.kind === 'ssh' && fingerprintOf(entry.key.publicKey) === undefined,
  );
  if (unreadable !== undefined)
    return reject(
      'unverifiable',
      `it cannot be judged: the SSH key of ${quote(unreadable.name)} in ${origin} cannot be read`,
    );
  return reject('not-a-maintainer', `it is signed by the key ${fingerprint}, which is not pinned in ${origin}`);
}

function isSameKey(ci: CiSigner, key: KeyObject): boolean {
  if (ci.kind !== 'key') return false;
  try {
    return createPublicKey(ci.publicKeyPem).equals(key);
  } catch {
    return false;
  }
}
