import { CutwaterError } from '../domain/error.ts';
import { quote } from '../domain/quote.ts';
import { Secret } from '../domain/secret.ts';
import type { CiIdentity } from '../engine/overview/ci-identity.ts';
import type { Policy } from '../policy/policy.ts';
import type { Attestor } from '../ports/attestor.ts';
import type { CliContext } from './command.ts';
import { readText } from './compose-files.ts';

/** What this machine can sign as CI with: a key of its own, or a token that says which workflow it runs. */
export type CiCredential =
  { readonly kind: 'key'; readonly key: CiKey } | { readonly kind: 'token'; readonly ask: () => Promise<Secret> };

/** What there is, the key first; undefined where there is neither. Read before anything of the project runs. */
export async function findCiCredential(context: CliContext): Promise<CiCredential | undefined> {
  const key = await readCiKey(context);
  if (key !== undefined) return { kind: 'key', key };
  const ask = await findToken(context);
  return ask && { kind: 'token', ask };
}

async function findToken({ env, signal }: CliContext): Promise<(() => Promise<Secret>) | undefined> {
  const { oidcToken } = await import('../adapters/oidc-token/oidc-token.ts');
  return oidcToken({ environment: env, signal });
}

/** The same without reading a key, for people who ask what this machine has. */
export async function findCiIdentity(context: CliContext): Promise<CiIdentity> {
  const { CUTWATER_CI_KEY_FD: descriptor, CUTWATER_CI_KEY: key = '', CUTWATER_CI_KEY_FILE: file = '' } = context.env;
  if (descriptor !== undefined) return 'descriptor';
  if (key !== '' || file !== '') return 'exposed';
  return (await findToken(context)) === undefined ? 'none' : 'token';
}

/** The same where nothing can be done without. */
export async function readCiCredential(context: CliContext): Promise<CiCredential> {
  const found = await findCiCredential(context);
  if (found !== undefined) return found;
  throw new CutwaterError('KEY_UNUSABLE', 'Cannot sign the release documents: there is no CI key and no OIDC token', {
    hint: 'Set CUTWATER_CI_KEY_FD to a descriptor, CUTWATER_CI_KEY_FILE to a PEM file, or CUTWATER_CI_KEY to its text',
  });
}

/** Signs as CI. Its packages take long to load, so this is asked for only where something is signed. */
export async function openAttestor(credential: CiCredential, policy: Policy): Promise<Attestor> {
  if (credential.kind === 'key') {
    const { keyAttestor } = await import('../adapters/sigstore-bundle/key-attestor.ts');
    return keyAttestor({ name: 'ci', ...credential.key });
  }
  if (!namesWorkflow(policy))
    throw new CutwaterError(
      'KEY_UNUSABLE',
      'Cannot sign the release documents: there is no CI key, and trust.ci names no workflow that signs without one',
      { hint: 'Give the job the CI key, or add an entry with "keyless" to trust.ci on the protected branch' },
    );
  const { keylessAttestor } = await import('../adapters/sigstore-bundle/keyless-attestor.ts');
  return keylessAttestor({ identityToken: credential.ask, ...policy.signing });
}

/** Whether any workflow may sign without a key. */
export function namesWorkflow({ trust }: Policy): boolean {
  return trust.ci.some(({ kind }) => kind === 'keyless');
}

/** The CI key of this machine as it was read. */
export interface CiKey {
  readonly privateKeyPem: Secret;
  readonly passphrase?: Secret;
}

/**
 * Reads the CI key of this machine. Programs that a build or a gate starts run as the same user, and could read the environment
 * or a file; from a descriptor (`CUTWATER_CI_KEY_FD=3 cutwater release 1.2.3 3< <(print-key)`) it is read once and gone.
 */
async function readCiKey({ env }: CliContext): Promise<CiKey | undefined> {
  const pem = await readCiKeyText(env);
  if (pem === undefined) return undefined;
  const privateKeyPem = new Secret(pem);
  const passphrase = env['CUTWATER_CI_KEY_PASSWORD'];
  return { privateKeyPem, ...(passphrase === undefined ? {} : { passphrase: new Secret(passphrase) }) };
}

async function readCiKeyText(env: CliContext['env']): Promise<string | undefined> {
  const descriptor = env['CUTWATER_CI_KEY_FD'];
  if (descriptor !== undefined) {
    if (/^[3-9]$/.test(descriptor)) return readText(`/dev/fd/${descriptor}`, 'KEY_UNUSABLE');
    throw new CutwaterError(
      'KEY_UNUSABLE',
      `Cannot read the CI key: CUTWATER_CI_KEY_FD is ${quote(descriptor)}, a descriptor from 3 to 9 is wanted`,
    );
  }
  // CI systems set a secret that is not there to an empty text.
  const file = env['CUTWATER_CI_KEY_FILE'] || undefined;
  return env['CUTWATER_CI_KEY'] || (file && (await readText(file, 'KEY_UNUSABLE')));
}
