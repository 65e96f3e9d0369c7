/** A primary key as `gpg --with-colons` lists it (GnuPG: doc/DETAILS). */
export interface ListedKey {
  readonly fingerprint: string;
  /** Unix seconds after which no part of it may sign; undefined: never. */
  readonly expiresAt: number | undefined;
  /** Completes "the key ...": why it makes no signature that counts; undefined where it does. */
  readonly fault: string | undefined;
}

/** Reads the primary keys, secret or public, of a listing. */
export function parseKeyListing(output: string): readonly ListedKey[] {
  const records = output.split('\n').map((line) => line.split(':'));
  return records.flatMap((record, index): readonly ListedKey[] => {
    const [type, validity = '', , , , , , , , , , capabilities = ''] = record;
    if (type !== 'pub' && type !== 'sec') return [];
    const next = records.slice(index + 1).findIndex(([kind]) => kind === 'pub' || kind === 'sec');
    const own = records.slice(index + 1, next < 0 ? undefined : index + 1 + next);
    const fingerprint = own.find(([kind]) => kind === 'fpr')?.[9];
    if (fingerprint === undefined) return [];
    const expiresAt = endOfSigning(record, own);
    return [{ fingerprint, expiresAt, fault: faultOf(validity, capabilities) }];
  });
}

/** A key signs until it expires itself, and as long as one of its parts that may sign has not expired and is not revoked. */
function endOfSigning(primary: readonly string[], own: readonly (readonly string[])[]): number | undefined {
  const subkeys = own.filter(([kind]) => kind === 'sub' || kind === 'ssb');
  const signers = [primary, ...subkeys].filter(([, validity, ...rest]) => validity !== 'r' && rest[9]?.includes('s'));
  const ends = signers.map(expiryOf);
  const last = ends.length === 0 || ends.includes(undefined) ? Infinity : Math.max(...ends.map((at) => at ?? Infinity));
  const end = Math.min(expiryOf(primary) ?? Infinity, last);
  return end === Infinity ? undefined : end;
}

function expiryOf(record: readonly string[]): number | undefined {
  const at = record[6];
  return at !== undefined && /^\d+$/.test(at) ? Number(at) : undefined;
}

/** In capitals stands what the key can do now with all of its subkeys. */
function faultOf(validity: string, capabilities: string): string | undefined {
  if (validity === 'r') return 'is revoked';
  if (validity === 'e') return 'has expired';
  if (capabilities.includes('D')) return 'is disabled';
  return capabilities.includes('S') ? undefined : 'has no part that may sign now';
}
