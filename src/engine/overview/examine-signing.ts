import { isCutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { Trust } from '../../domain/trust.ts';
import type { Policy } from '../../policy/policy.ts';
import type { CommittedKey, SigningKey, SigningSetup } from '../../ports/signing-setup.ts';
import type { TagWriter } from '../../ports/tag-writer.ts';
import type { Check } from '../../report/verification.ts';
import { shellWord } from '../../report/process-document/shell.ts';
import { failed, passed } from '../../report/verification.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { judgeReleaseTag } from '../facts/read-record.ts';
import type { ReadWorld } from '../world.ts';

/** Whether a release tag that is signed here would count, and whether the maintainers' committed keys still do. */
export async function examineSigning(
  setup: SigningSetup,
  { policy, trust }: LoadedPolicy,
  now: number,
): Promise<readonly Check[]> {
  const key = await setup.readSigningKey();
  return [judgeSigningKey(key, { policy, trust, now }), ...(await examineCommittedKeys(setup, { policy, trust, now }))];
}

interface Rules {
  readonly policy: Policy;
  readonly trust: Trust;
  /** Unix seconds. */
  readonly now: number;
}

/** It stops no release that others sign, so it is never more than a warning. Each says the command that mends it. */
export function judgeSigningKey(key: SigningKey, { policy, trust, now }: Rules): Check {
  const note = (says: string): Check => ({ name: 'signing key', is: 'warning', says });
  if (key.is === 'none') return note(`git has none to sign tags with; ${howToChoose(policy, trust)}`);
  if (key.is === 'unusable') return note(`the key of git ${key.reason}; run '${key.mend}'`);
  if (!policy.signatures.formats.includes(key.is))
    return note(
      `git signs with ${formatNames[key.is]}, signatures.formats allows ${policy.signatures.formats.join(', ')}; ${howToChoose(policy, trust)}`,
    );
  const name = key.is === 'ssh' ? key.publicKey : key.fingerprint;
  const maintainer = trust.maintainers.find((one) => one.key.kind === key.is && nameOf(one.key) === name);
  if (maintainer === undefined)
    return note(
      `git signs with ${name}, which is no maintainer's in ${quote(trust.origin)}; name it under trust.maintainers there, or ${howToChoose(policy, trust)}`,
    );
  if (maintainer.revoked)
    return note(
      `the key of ${quote(maintainer.name)} that git signs with is revoked in ${quote(trust.origin)}; take another`,
    );
  if (maintainer.notAfter !== undefined && maintainer.notAfter < now)
    return note(
      `the key of ${quote(maintainer.name)} counts only until ${day(maintainer.notAfter)}; name a new one under trust.maintainers`,
    );
  if (key.is === 'openpgp' && key.fault !== undefined)
    return note(
      `the key ${name} of ${quote(maintainer.name)} ${key.fault}; run 'gpg --quick-set-expire ${name} 1y', then commit its public half again`,
    );
  return passed('signing key', `git signs as ${quote(maintainer.name)}, a maintainer, with ${formatNames[key.is]}`);
}

const formatNames = { openpgp: 'OpenPGP', ssh: 'SSH' } as const;

function nameOf(key: Trust['maintainers'][number]['key']): string {
  return key.kind === 'ssh' ? key.publicKey : key.fingerprint;
}

/** The commands with which one of the maintainers would set up git. */
function howToChoose(policy: Policy, trust: Trust): string {
  const usable = trust.maintainers.filter(
    ({ key, revoked }) => !revoked && policy.signatures.formats.includes(key.kind),
  );
  const openpgp = usable.flatMap(({ name, key }) =>
    key.kind === 'openpgp'
      ? [`as ${quote(name)}: 'git config gpg.format openpgp', 'git config user.signingkey ${key.fingerprint}'`]
      : [],
  );
  const ssh = usable.some(({ key }) => key.kind === 'ssh')
    ? ["with an SSH key: 'git config gpg.format ssh', 'git config user.signingkey ~/.ssh/id_ed25519.pub'"]
    : [];
  return [...openpgp.slice(0, 3), ...ssh].join('; ');
}

/** Warned of that many seconds before a key expires: a month. */
const soon = 30 * 24 * 3600;

/** The public halves in the repository are what tags are judged by; one that has expired there stops its owner's releases. */
async function examineCommittedKeys(setup: SigningSetup, { policy, trust, now }: Rules): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const { name, key, revoked } of policy.trust.maintainers) {
    const material = trust.maintainers.find((one) => one.name === name)?.key;
    if (key.kind !== 'openpgp' || material?.kind !== 'openpgp' || revoked) continue;
    const subject = `public key of ${name}`;
    const found = await readCommitted(setup, material.material);
    if (found === undefined) {
      const next = 'Install GnuPG and run it again';
      checks.push({ name: subject, is: 'unchecked', because: 'no-answer', says: 'gpg is not installed', next });
      continue;
    }
    const write = `'gpg --armor --export ${key.fingerprint} > ${shellWord(key.keyFile)}', and commit it`;
    checks.push(
      judgeCommittedKey(
        found.find(({ fingerprint }) => fingerprint === key.fingerprint),
        { subject, now, keyFile: key.keyFile, write },
      ),
    );
  }
  return checks;
}

export function judgeCommittedKey(
  found: CommittedKey | undefined,
  about: { readonly subject: string; readonly now: number; readonly keyFile: string; readonly write: string },
): Check {
  const { subject, now, keyFile, write } = about;
  const file = quote(keyFile);
  if (found === undefined)
    return failed(subject, `${file} does not hold the key that is pinned; its owner runs ${write}`);
  const extend = `its owner runs 'gpg --quick-set-expire ${found.fingerprint} 1y', ${write}`;
  if (found.fault !== undefined)
    return {
      name: subject,
      is: 'warning',
      says: `the key in ${file} ${found.fault}: what it signed counts no more; ${extend}`,
    };
  if (found.expiresAt !== undefined && found.expiresAt < now + soon)
    return { name: subject, is: 'warning', says: `the key in ${file} expires on ${day(found.expiresAt)}; ${extend}` };
  const until = found.expiresAt === undefined ? '' : ` until ${day(found.expiresAt)}`;
  return passed(subject, `${file} holds it, and it counts${until}`);
}

async function readCommitted(setup: SigningSetup, material: Uint8Array): Promise<readonly CommittedKey[] | undefined> {
  try {
    return await setup.readPublicKeys(material);
  } catch (error) {
    if (isCutwaterError(error, 'TOOL_MISSING')) return undefined;
    throw error;
  }
}

function day(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

/** Signs a tag object that gets no name and goes nowhere, and has it judged as a release tag would be. */
export async function trySigning(
  world: ReadWorld & { readonly tagWriter: TagWriter },
  loaded: LoadedPolicy,
): Promise<Check> {
  const name = 'trial signature';
  try {
    const trial = {
      name: 'cutwater-trial',
      target: loaded.commit,
      message: 'Trial of the signing key\n',
      signed: true,
    };
    const verdict = await judgeReleaseTag(world, loaded, await world.tagWriter.writeObject(trial));
    if (verdict.is === 'valid') return passed(name, `it counts as one of ${quote(verdict.signer.name)}`);
    return failed(name, verdict.is === 'rejected' ? verdict.reason : 'git made no signature');
  } catch (error) {
    if (!isCutwaterError(error)) throw error;
    return failed(name, `${error.message}; ${error.hint}`);
  }
}
