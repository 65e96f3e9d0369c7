import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { emptyEnvironment } from '../../src/adapters/process/run-tool.ts';
import type { Maintainer } from '../../src/domain/trust.ts';
import type { Scope } from './folder.ts';
import { makeFolder } from './folder.ts';
import { run } from './run.ts';

export interface OpenpgpKey {
  readonly kind: 'openpgp';
  /** 40 upper-case hex digits of the primary key. */
  readonly fingerprint: string;
  readonly publicKeyArmored: string;
  /** A GNUPGHOME that holds the secret key, without a passphrase. */
  readonly home: string;
}

export interface OpenpgpKeyOptions {
  /** Made in 2020 and expired since 2021; its home lives in 2020, so that it still signs. */
  readonly expired?: boolean;
  /** When it ends, as gpg reads it: `10d`. Default: never. */
  readonly expires?: string;
  /** Signatures are made by a subkey; the primary key only certifies. */
  readonly signingSubkey?: boolean;
}

export interface SshKey {
  readonly kind: 'ssh';
  /** `ssh-ed25519 AAAA...`, without comment. */
  readonly publicKey: string;
  /** `SHA256:` and unpadded base64, as ssh-keygen prints it. */
  readonly fingerprint: string;
  readonly privateKeyFile: string;
}

export type SshKeyType = 'ed25519' | 'rsa' | 'ecdsa-256' | 'ecdsa-384' | 'ecdsa-521';

/** A fresh Ed25519 key in a GNUPGHOME of its own; folder and agent end with the scope. */
export async function makeOpenpgpKey(scope: Scope, name: string, options: OpenpgpKeyOptions = {}): Promise<OpenpgpKey> {
  const home = await makeGnupgHome(scope);
  if (options.expired === true) await writeFile(join(home, 'gpg.conf'), 'faked-system-time 20200601T000000\n');
  const usage = options.signingSubkey === true ? 'cert' : 'sign,cert';
  const expires = options.expires ?? (options.expired === true ? '1y' : 'never');
  const identity = `${name} <${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '.')}@example.org>`;
  await gpg(home, ['--quick-gen-key', identity, 'ed25519', usage, expires]);
  const listing = await gpg(home, ['--with-colons', '--list-keys']);
  const fingerprint = /^fpr:+([0-9A-F]{40,64}):/m.exec(listing)?.[1];
  if (fingerprint === undefined) throw new Error(`gpg made no key: ${listing}`);
  if (options.signingSubkey === true) await gpg(home, ['--quick-add-key', fingerprint, 'ed25519', 'sign', expires]);
  return { kind: 'openpgp', fingerprint, home, publicKeyArmored: await exportPublicKey(home) };
}

/** The public key with its own revocation applied. The key itself stays able to sign. */
export async function revokedPublicKey(scope: Scope, key: OpenpgpKey): Promise<string> {
  const home = await makeGnupgHome(scope);
  const certificate = await readFile(join(key.home, 'openpgp-revocs.d', `${key.fingerprint}.rev`), 'utf8');
  // gpg puts a colon before the armor, so that nobody imports the file by accident.
  const armor = certificate.slice(certificate.indexOf(':-----BEGIN') + 1);
  await gpg(home, ['--import'], key.publicKeyArmored);
  await gpg(home, ['--import'], armor);
  return exportPublicKey(home);
}

/** A detached, armored OpenPGP signature. */
export async function signOpenpgp(key: OpenpgpKey, payload: Uint8Array | string): Promise<string> {
  return `${await gpg(key.home, ['--armor', '--detach-sign'], payload)}\n`;
}

/** A fresh SSH key without a passphrase. */
export async function makeSshKey(scope: Scope, type: SshKeyType = 'ed25519'): Promise<SshKey> {
  const privateKeyFile = join(await makeFolder(scope), 'id');
  const [algorithm = type, bits] = type.split('-');
  const size = algorithm === 'rsa' ? '2048' : bits;
  const sizeArguments = size === undefined ? [] : ['-b', size];
  await run({
    command: 'ssh-keygen',
    args: ['-q', '-t', algorithm, ...sizeArguments, '-N', '', '-C', 'test', '-f', privateKeyFile],
  });
  const [kind = '', blob = ''] = (await readFile(`${privateKeyFile}.pub`, 'utf8')).split(' ');
  const fingerprint = (await run({ command: 'ssh-keygen', args: ['-l', '-f', privateKeyFile] })).split(' ')[1] ?? '';
  return { kind: 'ssh', publicKey: `${kind} ${blob}`, fingerprint, privateKeyFile };
}

/** An armored SSHSIG, made by ssh-keygen. */
export async function signSsh(
  key: SshKey,
  payload: Uint8Array | string,
  options: { readonly namespace?: string; readonly hash?: 'sha256' | 'sha512' } = {},
): Promise<string> {
  const { namespace = 'git', hash = 'sha512' } = options;
  const args = ['-Y', 'sign', '-n', namespace, '-O', `hashalg=${hash}`, '-f', key.privateKeyFile];
  return `${await run({ command: 'ssh-keygen', args, input: payload })}\n`;
}

/** The key as an entry of a trust policy. */
export function maintainerOf(name: string, key: OpenpgpKey | SshKey, change: Partial<Maintainer> = {}): Maintainer {
  const trusted: Maintainer['key'] =
    key.kind === 'ssh'
      ? { kind: 'ssh', publicKey: key.publicKey }
      : { kind: 'openpgp', fingerprint: key.fingerprint, material: new TextEncoder().encode(key.publicKeyArmored) };
  return { name, key: trusted, revoked: false, ...change };
}

function makeGnupgHome(scope: Scope): Promise<string> {
  return makeFolder(scope, async (home) => {
    await run({ command: 'gpgconf', args: ['--homedir', home, '--kill', 'all'] });
  });
}

async function exportPublicKey(home: string): Promise<string> {
  return `${await gpg(home, ['--armor', '--export'])}\n`;
}

function gpg(home: string, args: readonly string[], input?: Uint8Array | string): Promise<string> {
  const fixed = ['--homedir', home, '--batch', '--no-tty', '--pinentry-mode', 'loopback', '--passphrase', ''];
  const env = { ...emptyEnvironment(), HOME: home, GNUPGHOME: home };
  return run({ command: 'gpg', args: [...fixed, ...args], env, ...(input === undefined ? {} : { input }) });
}
