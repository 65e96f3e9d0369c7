import { quote } from '../../domain/quote.ts';
import type { Maintainer, Trust } from '../../domain/trust.ts';
import { readPublicKeys } from '../gpg/openpgp-keyring.ts';
import type { OpenpgpSignatures } from '../gpg/openpgp-signatures.ts';
import type { JudgedSignature, SignatureJudgement } from './signature-judgement.ts';
import { reject } from './signature-judgement.ts';

type OpenpgpMaintainer = Maintainer & { readonly key: Extract<Maintainer['key'], { readonly kind: 'openpgp' }> };

interface PreparedTrust {
  readonly maintainers: readonly OpenpgpMaintainer[];
  /** All readable keys, joined. */
  readonly keyring: Uint8Array;
  readonly unreadable: readonly { readonly name: string; readonly reason: string }[];
}

/** Judges OpenPGP signatures by the maintainers' own key material. Keys are read once for each Trust. */
export function openpgpJudge(signatures: OpenpgpSignatures): (signed: JudgedSignature) => Promise<SignatureJudgement> {
  const prepared = new WeakMap<Trust, PreparedTrust>();
  return async ({ payload, armor, trust }) => {
    const keys = prepared.get(trust) ?? prepare(trust);
    prepared.set(trust, keys);
    const verdict = await signatures.verify({ payload, armor, keyring: keys.keyring });
    switch (verdict.is) {
      case 'bad':
        return reject('bad-signature', `its signature ${verdict.reason}`);
      case 'unverifiable':
        return reject('unverifiable', `its signature ${verdict.reason}`);
      case 'no-key':
        return explainMissingKey(verdict.issuer, keys, trust);
      case 'expired-signature':
        return reject('bad-signature', 'its signature has expired by its own date');
      case 'good':
      case 'expired-key':
      case 'revoked-key': {
        const { fingerprint } = verdict;
        const maintainer = chooseMaintainer(keys.maintainers, fingerprint);
        if (maintainer === undefined)
          return reject(
            'not-a-maintainer',
            `it is signed by the key ${fingerprint}, which is not pinned in ${quote(trust.origin)}`,
          );
        const isExpired = verdict.is === 'expired-key';
        return { is: 'good', maintainer, fingerprint, isExpired, isRevoked: verdict.is === 'revoked-key' };
      }
    }
  };
}

function prepare(trust: Trust): PreparedTrust {
  const maintainers = trust.maintainers.filter(isOpenpgp);
  const keyrings: Uint8Array[] = [];
  const unreadable: { name: string; reason: string }[] = [];
  for (const { name, key } of maintainers) {
    const parsed = readPublicKeys(key.material);
    if (parsed.is === 'ok') keyrings.push(parsed.value);
    else unreadable.push({ name, reason: parsed.reason });
  }
  return { maintainers, keyring: Buffer.concat(keyrings), unreadable };
}

/** Where one key is listed twice and one entry is revoked, the revoked entry counts. */
function chooseMaintainer(
  maintainers: readonly OpenpgpMaintainer[],
  fingerprint: string,
): OpenpgpMaintainer | undefined {
  const entries = maintainers.filter(({ key }) => key.fingerprint === fingerprint);
  return entries.find(({ revoked }) => revoked) ?? entries[0];
}

/** A key that is pinned but not at hand must not look like a stranger's: nobody could then tell a lost file from a forgery. */
function explainMissingKey(issuer: string, keys: PreparedTrust, trust: Trust): SignatureJudgement {
  const pinned = keys.maintainers.find(({ key }) => issuer !== '' && key.fingerprint.endsWith(issuer));
  const broken = keys.unreadable.find(({ name }) => pinned === undefined || name === pinned.name);
  if (broken !== undefined)
    return reject(
      'unverifiable',
      `it cannot be judged: the key material of ${quote(broken.name)} in ${quote(trust.origin)} ${broken.reason}`,
    );
  if (pinned !== undefined)
    return reject(
      'unverifiable',
      `it cannot be judged: the key material of ${quote(pinned.name)} does not hold the key ${issuer}`,
    );
  return reject('unknown-key', `it is signed by the key ${issuer}, which is not in ${quote(trust.origin)}`);
}

function isOpenpgp(maintainer: Maintainer): maintainer is OpenpgpMaintainer {
  return maintainer.key.kind === 'openpgp';
}
