import { readFile, realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createDurably, writeDurably } from '../adapters/files/durable-write.ts';
import { CutwaterError } from '../domain/error.ts';
import { quote } from '../domain/quote.ts';
import { Secret } from '../domain/secret.ts';
import type { Trust } from '../domain/trust.ts';
import { readTrust } from '../engine/load-policy.ts';
import { parsePolicy } from '../policy/parse-policy.ts';
import type { Policy } from '../policy/policy.ts';
import type { Attestor } from '../ports/attestor.ts';
import type { CliContext } from './command.ts';

/** Writes a file that must be new; false, and nothing changed, where there is one. */
export function createFile(file: string, text: string): Promise<boolean> {
  return createDurably(file, text);
}

/** Writes a file, new or in place of what it holds; a symbolic link stays, and what it points at is written. */
export async function replaceFile(file: string, text: string): Promise<void> {
  await writeDurably(await realpath(file).catch(() => file), text);
}

/** A whole text file; undefined where there is none. */
export async function readTextWhereThere(file: string): Promise<string | undefined> {
  try {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await readFile(file));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new CutwaterError('INPUT_INVALID', `Cannot read ${quote(file)}: it is not a readable file`, { cause: error });
  }
}

/** A consumer's own rules: a policy file whose key files lie beside it. Its trust and its signature rules count. */
export async function readTrustFile(
  file: string,
): Promise<{ readonly trust: Trust; readonly signatures: Policy['signatures'] }> {
  const text = await readText(file, 'CONFIG_MISSING');
  const policy = parsePolicy(text, { file });
  // Keys may be binary, so they are never read as text.
  const near = (path: string): Promise<Uint8Array> => readBytes(resolve(dirname(file), path), 'KEY_UNUSABLE');
  const trust = await readTrust(policy.trust, file, near);
  return { trust, signatures: policy.signatures };
}

/** The CI key of this machine as it was read. */
export interface CiKey {
  readonly privateKeyPem: Secret;
  readonly passphrase?: Secret;
}

/** Signs as CI. */
export async function readAttestor(key: CiKey): Promise<Attestor> {
  // Most commands read files and sign nothing; its packages take long to load.
  const { keyAttestor } = await import('../adapters/sigstore-bundle/key-attestor.ts');
  return keyAttestor({ name: 'ci', ...key });
}

/**
 * Reads the CI key of this machine. Programs that a build or a gate starts run as the same user, and could read the environment
 * or a file; from a descriptor (`CUTWATER_CI_KEY_FD=3 cutwater release 1.2.3 3< <(print-key)`) it is read once and gone.
 */
export async function readCiKey({ env }: CliContext): Promise<CiKey> {
  const privateKeyPem = new Secret(await readCiKeyText(env));
  const passphrase = env['CUTWATER_CI_KEY_PASSWORD'];
  return { privateKeyPem, ...(passphrase === undefined ? {} : { passphrase: new Secret(passphrase) }) };
}

async function readCiKeyText(env: CliContext['env']): Promise<string> {
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
  const pem = env['CUTWATER_CI_KEY'] || (file && (await readText(file, 'KEY_UNUSABLE')));
  if (pem !== undefined) return pem;
  throw new CutwaterError('KEY_UNUSABLE', 'Cannot sign the release documents: there is no CI key', {
    hint: 'Set CUTWATER_CI_KEY_FD to a descriptor, CUTWATER_CI_KEY_FILE to a PEM file, or CUTWATER_CI_KEY to its text',
  });
}

/** A whole text file; a missing one is an error of the given kind. */
export async function readText(file: string, code: 'CONFIG_MISSING' | 'KEY_UNUSABLE'): Promise<string> {
  return new TextDecoder().decode(await readBytes(file, code));
}

async function readBytes(file: string, code: 'CONFIG_MISSING' | 'KEY_UNUSABLE'): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new CutwaterError(code, `Cannot read ${quote(file)}: the file is not there or not readable`, {
      cause: error,
    });
  }
}
