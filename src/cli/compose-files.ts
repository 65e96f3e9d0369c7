import { createReadStream } from 'node:fs';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createDurably, writeDurably } from '../adapters/files/durable-write.ts';
import { CutwaterError } from '../domain/error.ts';
import { quote } from '../domain/quote.ts';
import type { Trust } from '../domain/trust.ts';
import { readTrust } from '../engine/facts/load-policy.ts';
import { parsePolicy } from '../policy/parse-policy.ts';
import type { Policy } from '../policy/policy.ts';

/** Writes a file that must be new; false, and nothing changed, where there is one. */
export function createFile(file: string, text: string): Promise<boolean> {
  return createDurably(file, text);
}

/** Writes a file, new or in place of what it holds; a symbolic link stays, and what it points at is written. */
export async function replaceFile(file: string, text: string): Promise<void> {
  await writeDurably(await realpath(file).catch(() => file), text);
}

/** The names of the files in a folder, sorted; none where there is no such folder. */
export async function listFolder(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .toSorted();
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

/** A key or a list of authorities is a small part of it; more is another file, or a device without an end. Bytes. */
const givenLimit = 4 * 1024 ** 2;

/** A file that the command line names, in bytes. Throws KEY_UNUSABLE naming it, with the given next step. */
export async function readGivenFile(file: string, hint: string): Promise<Uint8Array> {
  const unusable = (found: string, cause?: unknown): CutwaterError =>
    new CutwaterError('KEY_UNUSABLE', `Cannot read ${quote(file)}: ${found}`, { cause, hint });
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of createReadStream(file, { end: givenLimit })) chunks.push(Buffer.from(chunk));
  } catch (error) {
    throw unusable('the file is not there or not readable', error);
  }
  const bytes = Buffer.concat(chunks);
  if (bytes.length > givenLimit) throw unusable(`it is above ${givenLimit} bytes`);
  return bytes;
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
