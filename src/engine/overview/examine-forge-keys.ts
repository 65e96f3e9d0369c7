import { isCutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import type { Policy } from '../../policy/policy.ts';
import type { ForgeKeyReader, ForgeKeys } from '../../ports/forge-keys.ts';
import type { SigningKey } from '../../ports/signing-setup.ts';
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
    const known = await reader.readOwnKeys();
    return known === undefined ? [] : [judgeForgeKeys(known, key, policy)];
  } catch (error) {
    if (!isCutwaterError(error) || error.code === 'INTERRUPTED') throw error;
    return [{ name, is: 'warning', says: `${error.message}; ${error.hint}` }];
  }
}

/** Whose keys count, and where the forge is. */
type KeyPolicy = Pick<Policy, 'trust'> & { readonly forge: Pick<HostedForgePolicy, 'address'> };

export function judgeForgeKeys(
  known: ForgeKeys,
  key: Extract<SigningKey, { is: 'openpgp' | 'ssh' }>,
  { trust, forge }: KeyPolicy,
): Check {
  const isKnown =
    key.is === 'ssh' ? known.ssh.includes(key.publicKey) : known.openpgp.includes(key.fingerprint.slice(-16));
  if (isKnown) return passed(name, `GitHub knows it as one of ${quote(known.login)}`);
  return {
    name,
    is: 'warning',
    says: `GitHub does not know the key as one of ${quote(known.login)} and shows the tags as unverified; run ${uploadCommand(key, { trust, forge })}`,
  };
}

function uploadCommand(
  key: Extract<SigningKey, { is: 'openpgp' | 'ssh' }>,
  { trust: { maintainers }, forge: { address } }: KeyPolicy,
): string {
  const { host } = new URL(address);
  const gh = host === 'github.com' ? 'gh' : `GH_HOST=${shellWord(host)} gh`;
  if (key.is === 'ssh') return `echo ${shellWord(key.publicKey)} | ${gh} ssh-key add --type signing -`;
  const own = maintainers.find((one) => one.key.kind === 'openpgp' && one.key.fingerprint === key.fingerprint)?.key;
  return own?.kind === 'openpgp'
    ? `${gh} gpg-key add ${shellWord(own.keyFile)}`
    : `gpg --armor --export ${key.fingerprint} | ${gh} gpg-key add -`;
}
