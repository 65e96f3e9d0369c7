import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import type { CiSigner, Trust } from '../../domain/trust.ts';
import { keysOfBothRoles } from '../../policy/key-roles.ts';
import { parsePolicy } from '../../policy/parse-policy.ts';
import type { Policy, TrustPolicy } from '../../policy/policy.ts';
import type { Git } from '../../ports/git.ts';
import { shellWord } from '../../report/process-document/shell.ts';

export const policyFile = 'cutwater.yaml';

/** A policy with the commit it was read from and the trust it names, key material included. */
export interface LoadedPolicy {
  readonly policy: Policy;
  readonly trust: Trust;
  readonly commit: ObjectId;
}

/**
 * Alias, trust and path policy: from the head of the protected branch, never from the tag's tree. The branch itself is
 * named by the caller (`--branch`, or what the working copy's policy says), so a tag cannot choose who judges it.
 */
export async function loadProtectedPolicy(git: Git, branch: string): Promise<LoadedPolicy> {
  const commit = await git.branchHead(branch);
  if (commit === undefined)
    throw new CutwaterError(
      'CONFIG_INVALID',
      `Cannot read the policy: the protected branch ${quote(branch)} does not exist`,
      {
        hint: 'Name the branch as git.branch in cutwater.yaml, or fetch it',
      },
    );
  const policy = await readPolicyAt(git, commit, `${branch}:${policyFile}`);
  if (policy.git.branch !== branch)
    throw new CutwaterError(
      'CONFIG_INVALID',
      `Cannot use ${quote(`${branch}:${policyFile}`)}: it names ${quote(policy.git.branch)} as the protected branch`,
    );
  const trust = await loadTrust(git, { policy, commit, origin: `${branch}:${policyFile}` });
  return { policy, commit, trust };
}

/** A key that signs tags and documents alike would make one stolen secret enough for a whole release. */
function requireSeparateRoles(trust: Trust): Trust {
  const both = keysOfBothRoles(trust);
  if (both.length === 0) return trust;
  throw new CutwaterError(
    'CONFIG_INVALID',
    `Cannot use the trust of ${quote(trust.origin)}: a key is both a maintainer's and CI's`,
    {
      details: both.map(({ maintainer, ci }) => `maintainer ${quote(maintainer)} and CI key ${quote(ci)} are one key`),
      hint: 'Give CI a key of its own',
    },
  );
}

/** The policy as a commit's tree holds it: what a build follows. */
export async function readPolicyAt(git: Git, commit: ObjectId, name: string): Promise<Policy> {
  const bytes = await git.readFile(commit, policyFile);
  if (bytes === undefined)
    throw new CutwaterError('CONFIG_MISSING', `Cannot read the policy: ${quote(name)} is not there`, {
      hint: `Run 'cutwater init', then commit ${policyFile}`,
    });
  return parsePolicy(new TextDecoder().decode(bytes), { file: name });
}

/** Reads the key files a policy names; one that is missing is an error, never a key less. */
export async function loadTrust(
  git: Git,
  from: { readonly policy: Policy; readonly commit: ObjectId; readonly origin: string },
): Promise<Trust> {
  const read = async (path: string): Promise<Uint8Array> => {
    const bytes = await git.readFile(from.commit, path);
    if (bytes === undefined)
      throw new CutwaterError(
        'KEY_UNUSABLE',
        `Cannot read key file ${quote(path)}: ${quote(from.origin)} names it, but it is not committed there`,
        {
          hint: `${howToWrite(from.policy, path)} and push ${quote(from.policy.git.branch)}, or take it out of trust`,
        },
      );
    return bytes;
  };
  return readTrust(from.policy.trust, from.origin, read);
}

/** A maintainer's key is in a keyring; CI's comes with its secret half. */
function howToWrite({ trust }: Policy, path: string): string {
  const key = trust.maintainers.find((one) => one.key.kind === 'openpgp' && one.key.keyFile === path)?.key;
  if (key?.kind !== 'openpgp') return 'Commit the public key';
  if (/^0+$/.test(key.fingerprint))
    return `Put your own fingerprint in the place of the example under trust.maintainers ('gpg --fingerprint' shows it), run 'gpg --armor --export FINGERPRINT > ${shellWord(path)}', commit both`;
  return `Run 'gpg --armor --export ${key.fingerprint} > ${shellWord(path)}', commit the file`;
}

/** The trust a policy names, with the bytes of its key files; `read` throws for one that is missing. */
export async function readTrust(
  { maintainers, ci }: TrustPolicy,
  origin: string,
  read: (path: string) => Promise<Uint8Array>,
): Promise<Trust> {
  return requireSeparateRoles({
    origin,
    maintainers: await Promise.all(
      maintainers.map(async ({ name, key, revoked, notAfter }) => ({
        name,
        revoked,
        ...(notAfter === undefined ? {} : { notAfter }),
        key:
          key.kind === 'ssh'
            ? key
            : { kind: key.kind, fingerprint: key.fingerprint, material: await read(key.keyFile) },
      })),
    ),
    ci: await Promise.all(
      ci.map(async (signer): Promise<CiSigner> => {
        if (signer.kind === 'keyless') return { ...signer, trustedRoot: await read(signer.trustedRoot) };
        const publicKeyPem = new TextDecoder().decode(await read(signer.keyFile));
        return { kind: 'key', name: signer.name, publicKeyPem };
      }),
    ),
  });
}
