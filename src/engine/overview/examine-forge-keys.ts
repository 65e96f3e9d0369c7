import { isCutwaterError } from '../../domain/error.ts';
import { forgeCapabilities } from '../../domain/forge-capabilities.ts';
import { quote } from '../../domain/quote.ts';
import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import type { Policy } from '../../policy/policy.ts';
import type { ForgeKeyReader, ForgeKeys } from '../../ports/forge-keys.ts';
import type { SigningKey } from '../../ports/signing-setup.ts';
import type { KeySource } from '../../report/forge-advice/forge-advice.ts';
import { adviceFor } from '../../report/forge-advice/advice-for.ts';
import { shellWord } from '../../report/process-document/shell.ts';
import type { Check } from '../../report/verification.ts';
import { passed } from '../../report/verification.ts';

const name = 'signing key on the forge';

/** Whether the forge shows what is signed here as verified. People look there; Cutwater does not. */
export async function examineForgeKeys(
  reader: ForgeKeyReader,
  key: SigningKey,
  policy: KeyPolicy,
): Promise<readonly Check[]> {
  if (key.is !== 'openpgp' && key.is !== 'ssh') return [];
  try {
    const own = await reader.readOwnKeys();
    switch (own.is) {
      case 'nobody':
        return [];
      case 'withheld':
        return [note(`could not look whether the forge knows it: that takes ${own.takes}`)];
      case 'known':
        return [judgeForgeKeys(own, key, policy)];
    }
  } catch (error) {
    if (!isCutwaterError(error) || error.code === 'INTERRUPTED') throw error;
    return [note(`${error.message}; ${error.hint}`)];
  }
}

/** Whose keys count, and where the forge is. */
type KeyPolicy = Pick<Policy, 'trust'> & { readonly forge: HostedForgePolicy };

type PublicKey = Extract<SigningKey, { is: 'openpgp' | 'ssh' }>;

export function judgeForgeKeys(known: ForgeKeys, key: PublicKey, { trust, forge }: KeyPolicy): Check {
  const forgeName = forgeCapabilities[forge.kind].name;
  const advice = adviceFor(forge);
  const id = key.is === 'ssh' ? key.publicKey : key.fingerprint.slice(-16);
  if (known[key.is].includes(id)) {
    const isUntold = key.is === 'ssh' && advice.proveKey !== undefined;
    const says = `${forgeName} knows it as one of ${quote(known.login)}`;
    return passed(name, isUntold ? `${says}, and whether it is proven there no API tells` : says);
  }
  if (known.unproven.includes(id))
    return note(
      `${forgeName} has the key, and shows the tags as unverified until ${quote(known.login)} has proven to own it; ${advice.proveKey ?? ''}`,
    );
  const add = advice.addKey(key.is, sourceOf(key, trust));
  return note(
    `${forgeName} does not know the key as one of ${quote(known.login)} and shows the tags as unverified; ${add}`,
  );
}

function sourceOf(key: PublicKey, { maintainers }: Policy['trust']): KeySource {
  if (key.is === 'ssh') return { is: 'command', line: `echo ${shellWord(key.publicKey)}` };
  const own = maintainers.find((one) => one.key.kind === 'openpgp' && one.key.fingerprint === key.fingerprint)?.key;
  return own?.kind === 'openpgp'
    ? { is: 'file', path: own.keyFile }
    : { is: 'command', line: `gpg --armor --export ${key.fingerprint}` };
}

function note(says: string): Check {
  return { name, is: 'warning', says };
}
