import { isCutwaterError } from '../../domain/error.ts';
import type { KeyReader } from '../../ports/key-reader.ts';
import { readPublicKeys } from '../gpg/read-public-keys.ts';
import { parseSshPublicKey } from '../ssh-signature/ssh-public-key.ts';

/** Reads maintainers' keys of every kind. An SSH key has neither an end nor a revocation of its own. */
export function keyReader(): KeyReader {
  return {
    async read(key) {
      if (key.kind === 'openpgp') return readOpenpgpKey(key);
      const parsed = parseSshPublicKey(key.publicKey);
      if (parsed.is === 'refused') return undefined;
      return { fingerprint: parsed.value.fingerprint, isGone: false, expiresAt: undefined };
    },
  };
}

async function readOpenpgpKey({
  fingerprint,
  material,
}: {
  readonly fingerprint: string;
  readonly material: Uint8Array;
}): ReturnType<KeyReader['read']> {
  try {
    const listed = (await readPublicKeys(material)).find((one) => one.fingerprint === fingerprint);
    return listed && { fingerprint, isGone: listed.fault !== undefined, expiresAt: listed.expiresAt };
  } catch (error) {
    if (isCutwaterError(error, 'TOOL_MISSING')) return undefined;
    throw error;
  }
}
