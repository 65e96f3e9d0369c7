import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { emptyEnvironment, runTool } from '../../adapters/process/run-tool.ts';
import { CutwaterError, isCutwaterError } from '../../domain/error.ts';

/** A maintainer's signing key, made for this rehearsal, and what git needs to sign with it. */
export type SigningKey = {
  readonly gitConfig: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
} & (
  | { readonly kind: 'openpgp'; readonly fingerprint: string; readonly publicKey: string }
  | { readonly kind: 'ssh'; readonly publicKey: string }
);

/** OpenPGP where gpg is installed, as the default policy wants it; else SSH. */
export async function makeSigningKey(home: string): Promise<SigningKey> {
  try {
    return await makeOpenpgpKey(home);
  } catch (error) {
    if (!isCutwaterError(error, 'TOOL_MISSING')) throw error;
  }
  try {
    return await makeSshKey(home);
  } catch (error) {
    if (!isCutwaterError(error, 'TOOL_MISSING')) throw error;
    throw new CutwaterError('TOOL_MISSING', 'Cannot make a signing key: neither gpg nor ssh-keygen is installed', {
      hint: 'Install gnupg or openssh-client, then run it again',
      cause: error,
    });
  }
}

async function makeOpenpgpKey(home: string): Promise<SigningKey> {
  const environment = { GNUPGHOME: home };
  const gpg = (...args: readonly string[]): Promise<string> =>
    run('gpg', ['--batch', '--no-tty', ...args], environment);
  await gpg('--passphrase', '', '--quick-gen-key', 'Mara <mara@example.org>', 'ed25519', 'sign,cert', 'never');
  const listing = await gpg('--with-colons', '--list-keys');
  const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(listing)?.[1];
  if (fingerprint === undefined)
    throw new CutwaterError('KEY_UNUSABLE', 'Cannot read the new OpenPGP key: gpg lists no fingerprint');
  return {
    kind: 'openpgp',
    fingerprint,
    publicKey: await gpg('--armor', '--export', fingerprint),
    gitConfig: { 'user.signingKey': fingerprint },
    environment,
    stop: async () => {
      // The agent that gpg started would outlive the rehearsal.
      await runTool({ command: 'gpgconf', args: ['--kill', 'all'], env: { ...emptyEnvironment(), ...environment } });
    },
  };
}

async function makeSshKey(home: string): Promise<SigningKey> {
  const file = join(home, 'signing-key');
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file], {});
  const [type = '', key = ''] = (await readFile(`${file}.pub`, 'utf8')).trim().split(' ');
  return {
    kind: 'ssh',
    publicKey: `${type} ${key}`,
    gitConfig: { 'gpg.format': 'ssh', 'user.signingKey': file },
    environment: {},
    stop: async () => undefined,
  };
}

async function run(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const result = await runTool({ command, args, env: { ...emptyEnvironment(), ...environment } });
  if (result.exitCode === 0) return new TextDecoder().decode(result.stdout);
  throw new CutwaterError(
    'KEY_UNUSABLE',
    `Cannot make a signing key: ${command} ended with exit code ${result.exitCode}`,
    {
      details: result.stderr.split('\n').slice(0, 10),
    },
  );
}
