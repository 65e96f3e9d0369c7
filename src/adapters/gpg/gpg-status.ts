/** What gpg says about one detached signature, read from its status lines and from nothing else. */
export type GpgVerdict =
  | {
      readonly is: 'good' | 'expired-key' | 'revoked-key' | 'expired-signature';
      /** The primary key's full fingerprint, upper-case hex. */
      readonly fingerprint: string;
    }
  | { readonly is: 'bad'; readonly reason: string }
  /** `issuer`: the fingerprint or key id that the signature claims. */
  | { readonly is: 'no-key'; readonly issuer: string }
  | { readonly is: 'unverifiable'; readonly reason: string };

/** Reads the output of `--status-fd` (GnuPG: doc/DETAILS, "General status codes"). Anything unexpected is unverifiable. */
export function parseGpgStatus(output: string): GpgVerdict {
  const lines = output
    .split('\n')
    .filter((line) => line.startsWith(prefix))
    .map((line) => line.slice(prefix.length).split(' '));
  const all = (keyword: string) => lines.filter(([word]) => word === keyword).map(([, ...values]) => values);
  const count = all('NEWSIG').length;
  if (count > 1) return { is: 'bad', reason: `holds ${count} signatures, one is wanted` };
  if (all('BADSIG').length > 0) return { is: 'bad', reason: 'does not belong to this tag' };
  const [noVerdict] = all('ERRSIG');
  if (noVerdict !== undefined) return explainErrsig(noVerdict);
  const outcomes = lines.flatMap(([word = '']) => (outcomeOf.has(word) ? [outcomeOf.get(word)] : []));
  const [outcome] = outcomes;
  const [valid, ...moreValid] = all('VALIDSIG');
  if (count !== 1 || outcome === undefined || outcomes.length !== 1 || valid === undefined || moreValid.length > 0)
    return { is: 'unverifiable', reason: 'is nothing that gpg can judge' };
  return explainValidsig(outcome, valid);
}

type Outcome = 'good' | 'expired-key' | 'revoked-key' | 'expired-signature';

const prefix = '[GNUPG:] ';

const outcomeOf: ReadonlyMap<string, Outcome> = new Map([
  ['GOODSIG', 'good'],
  ['EXPKEYSIG', 'expired-key'],
  ['REVKEYSIG', 'revoked-key'],
  ['EXPSIG', 'expired-signature'],
]);

/** ERRSIG: key id, key algorithm, hash algorithm, class, time, reason, and since 2.2.7 the issuer's fingerprint or "-". */
function explainErrsig(values: readonly string[]): GpgVerdict {
  const [keyId = '', , , , , reason, fingerprint = '-'] = values;
  if (reason === '9')
    return { is: 'no-key', issuer: isFingerprint(fingerprint) ? fingerprint : keyId.replaceAll(/[^0-9A-F]/g, '') };
  if (reason === '4') return { is: 'unverifiable', reason: 'uses an algorithm that gpg does not know' };
  return { is: 'unverifiable', reason: 'is nothing that gpg can judge' };
}

/** VALIDSIG: fingerprint, date, time, expiry, version, reserved, key algorithm, hash algorithm, class, primary fingerprint. */
function explainValidsig(outcome: Outcome, values: readonly string[]): GpgVerdict {
  const [, , , , , , , hash = '', signatureClass, primary = ''] = values;
  const weak = weakHashes.get(hash);
  if (weak !== undefined) return { is: 'bad', reason: `uses ${weak}, SHA-256 or better is wanted` };
  // Class 01 signs a text whose line ends may change; git signs bytes, class 00.
  if (signatureClass !== '00') return { is: 'bad', reason: 'is not made over bytes' };
  if (!isFingerprint(primary)) return { is: 'unverifiable', reason: 'has no primary key that gpg names' };
  return { is: outcome, fingerprint: primary };
}

/** Hash algorithm numbers of RFC 9580 section 9.5. */
const weakHashes: ReadonlyMap<string, string> = new Map([
  ['1', 'MD5'],
  ['2', 'SHA-1'],
  ['3', 'RIPEMD-160'],
]);

function isFingerprint(text: string): boolean {
  return /^(?:[0-9A-F]{40}|[0-9A-F]{64})$/.test(text);
}
