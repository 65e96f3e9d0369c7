import type { Trust } from '../../domain/trust.ts';
import type { EndingKey } from '../../estate/key-cover.ts';
import type { KeyReader } from '../../ports/key-reader.ts';

/** So many days before its end a key is spoken of. */
export const noticeDays = 30;

/**
 * The maintainers' keys that count no more or have their end in sight, by fingerprint: by the policy's word (`revoked`,
 * `notAfter`) and by the key's own. Where a key is listed twice, the entry that ends first counts.
 */
export async function endingKeys(
  trust: Trust,
  reader: KeyReader,
  now: number,
): Promise<ReadonlyMap<string, EndingKey>> {
  const ending = new Map<string, EndingKey>();
  for (const { name, key, revoked, notAfter } of trust.maintainers) {
    const facts = await reader.read(key);
    const fingerprint = facts?.fingerprint ?? (key.kind === 'openpgp' ? key.fingerprint : undefined);
    if (fingerprint === undefined) continue;
    const end = Math.min(notAfter ?? Infinity, facts?.expiresAt ?? Infinity);
    const isGone = revoked || facts?.isGone === true || end < now;
    if (!isGone && end > now + noticeDays * 86_400) continue;
    const known = ending.get(fingerprint);
    if (known !== undefined && (known.at === undefined || (!isGone && known.at <= end))) continue;
    ending.set(fingerprint, { fingerprint, name, at: isGone ? undefined : end });
  }
  return ending;
}
