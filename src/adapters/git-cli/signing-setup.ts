import { readFile } from 'node:fs/promises';
import { isCutwaterError } from '../../domain/error.ts';
import type { SigningKey, SigningSetup } from '../../ports/signing-setup.ts';
import { parseKeyListing } from '../gpg/key-listing.ts';
import { readPublicKeys } from '../gpg/read-public-keys.ts';
import { runTool } from '../process/run-tool.ts';
import type { ToolResult } from '../process/run-tool.ts';
import type { GitCliOptions } from './git-cli.ts';
import type { GitCommands } from './git-commands.ts';
import { gitCommands } from './git-commands.ts';

type Environment = Readonly<Record<string, string>>;

/** The signing key as git, gpg and ssh show it here. */
export function gitSigningSetup({ folder, environment = process.env }: GitCliOptions): SigningSetup {
  const commands = gitCommands({ folder, environment });
  const own = Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  const env: Environment = { ...Object.fromEntries(own), LC_ALL: 'C' };
  return {
    readSigningKey: () => readSigningKey(commands, env),
    readPublicKeys,
    readUserName: () => setting(commands, 'user.name'),
    exportPublicKey: (fingerprint) => exportPublicKey(commands, env, fingerprint),
  };
}

async function readSigningKey(commands: GitCommands, env: Environment): Promise<SigningKey> {
  const format = (await setting(commands, 'gpg.format')) ?? 'openpgp';
  const key = await setting(commands, 'user.signingKey');
  if (key === undefined) return { is: 'none', format };
  if (format === 'openpgp') return readOpenpgp(commands, env, key);
  if (format === 'ssh') return readSsh(commands, env, key);
  return {
    is: 'unusable',
    format,
    reason: 'is of a kind that cannot be judged',
    mend: 'git config gpg.format openpgp',
  };
}

async function setting(commands: GitCommands, name: string, type?: 'path'): Promise<string | undefined> {
  const typed = type === undefined ? [] : [`--type=${type}`];
  const result = await commands.asUser(['config', ...typed, '--get', name]);
  const value = textOf(result).trim();
  return result.exitCode === 0 && value !== '' ? value : undefined;
}

async function readOpenpgp(commands: GitCommands, env: Environment, key: string): Promise<SigningKey> {
  const program = await gpgProgram(commands);
  const listing = await tryTool(
    program,
    ['--batch', '--no-tty', '--with-colons', '--list-secret-keys', '--', key],
    env,
  );
  const unusable = { is: 'unusable', format: 'openpgp' } as const;
  if (listing === undefined)
    return { ...unusable, reason: `cannot be looked for: ${program} is not installed`, mend: 'install GnuPG' };
  const [found, ...more] = parseKeyListing(textOf(listing));
  if (found === undefined)
    return {
      ...unusable,
      reason: `${key} is not among the secret keys of gpg here`,
      mend: 'gpg --import SECRET-KEY-FILE',
    };
  if (more.length > 0)
    return {
      ...unusable,
      reason: `${key} names ${more.length + 1} secret keys`,
      mend: `git config user.signingkey ${found.fingerprint}`,
    };
  return { is: 'openpgp', ...found };
}

async function gpgProgram(commands: GitCommands): Promise<string> {
  return (await setting(commands, 'gpg.openpgp.program')) ?? (await setting(commands, 'gpg.program')) ?? 'gpg';
}

async function exportPublicKey(
  commands: GitCommands,
  env: Environment,
  fingerprint: string,
): Promise<string | undefined> {
  const args = ['--batch', '--no-tty', '--armor', '--export', '--', fingerprint];
  const result = await tryTool(await gpgProgram(commands), args, env);
  const text = result === undefined ? '' : textOf(result);
  return text.startsWith('-----BEGIN PGP PUBLIC KEY BLOCK-----') ? text : undefined;
}

const keyLine = /^(?:key::)?((?:ssh|ecdsa|sk)-\S+ [A-Za-z0-9+/=]+)/;

async function readSsh(commands: GitCommands, env: Environment, key: string): Promise<SigningKey> {
  const unusable = { is: 'unusable', format: 'ssh' } as const;
  const literal = keyLine.exec(key)?.[1];
  if (literal !== undefined)
    return (await isInAgent(literal, env)) ? { is: 'ssh', publicKey: literal } : notInAgent(literal);
  // Git expands "~/" here.
  const path = (await setting(commands, 'user.signingKey', 'path')) ?? key;
  const file = path.replace(/\.pub$/, '');
  const isPrivateThere = (await tryRead(file)) !== undefined;
  const beside = keyLine.exec((await tryRead(`${file}.pub`)) ?? '')?.[1];
  const publicKey = beside ?? (isPrivateThere ? await deriveSsh(file, env) : undefined);
  if (publicKey === undefined)
    return isPrivateThere
      ? { ...unusable, reason: 'has no public half beside it', mend: `ssh-keygen -y -f ${file} > ${file}.pub` }
      : { ...unusable, reason: 'is not there', mend: `ssh-keygen -t ed25519 -f ${file}` };
  return isPrivateThere || (await isInAgent(publicKey, env)) ? { is: 'ssh', publicKey } : notInAgent(file);
}

function notInAgent(key: string): SigningKey {
  const reason = 'has no secret half here: no file has it, and the SSH agent does not hold it';
  return {
    is: 'unusable',
    format: 'ssh',
    reason,
    mend: key.includes(' ') ? 'ssh-add SECRET-KEY-FILE' : `ssh-add ${key}`,
  };
}

/** Of a key without a passphrase; with one nothing is asked, and the answer is nothing. */
async function deriveSsh(file: string, env: Environment): Promise<string | undefined> {
  const result = await tryTool('ssh-keygen', ['-y', '-P', '', '-f', file], env);
  return result?.exitCode === 0 ? keyLine.exec(textOf(result))?.[1] : undefined;
}

async function isInAgent(publicKey: string, env: Environment): Promise<boolean> {
  const result = await tryTool('ssh-add', ['-L'], env);
  return (
    result !== undefined &&
    textOf(result)
      .split('\n')
      .some((line) => line.startsWith(publicKey))
  );
}

async function tryTool(command: string, args: readonly string[], env: Environment): Promise<ToolResult | undefined> {
  try {
    return await runTool({ command, args, env, timeoutSeconds: 30 });
  } catch (error) {
    if (isCutwaterError(error, 'TOOL_MISSING')) return undefined;
    throw error;
  }
}

async function tryRead(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

function textOf({ stdout }: ToolResult): string {
  return Buffer.from(stdout).toString('utf8');
}
