/** A primary key as `gpg --with-colons` lists it (GnuPG: doc/DETAILS). */
export interface ListedKey {
  readonly fingerprint: string;
  /** Unix seconds; undefined: never. */
  readonly expiresAt: number | undefined;
  /** Completes "the key ...": why it makes no signature that counts; undefined where it does. */
  readonly fault: string | undefined;
}

/** Reads the primary keys, secret or public, of a listing. */
export function parseKeyListing(output: string): readonly ListedKey[] {
  const records = output.split('\n').map((line) => line.split(':'));
  return records.flatMap((record, index): readonly ListedKey[] => {
    const [type, validity = '', , , , , expires = '', , , , , capabilities = ''] = record;
    if (type !== 'pub' && type !== 'sec') return [];
    const next = records.slice(index + 1).findIndex(([kind]) => kind === 'pub' || kind === 'sec');
    const own = records.slice(index + 1, next < 0 ? undefined : index + 1 + next);
    const fingerprint = own.find(([kind]) => kind === 'fpr')?.[9];
    if (fingerprint === undefined) return [];
    const expiresAt = /^\d+$/.test(expires) ? Number(expires) : undefined;
    return [{ fingerprint, expiresAt, fault: faultOf(validity, capabilities) }];
  });
}

/** In capitals stands what the key can do now with all of its subkeys. */
function faultOf(validity: string, capabilities: string): string | undefined {
  if (validity === 'r') return 'is revoked';
  if (validity === 'e') return 'has expired';
  if (capabilities.includes('D')) return 'is disabled';
  return capabilities.includes('S') ? undefined : 'has no part that may sign now';
}
