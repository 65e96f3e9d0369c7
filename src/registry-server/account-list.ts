import { CutwaterError } from '../domain/error.ts';
import { quote } from '../domain/quote.ts';
import type { PasswordHash } from './password-hash.ts';
import { parsePasswordHash } from './password-hash.ts';

/** Who may log in, by name. */
export type AccountList = ReadonlyMap<string, PasswordHash>;

export function isUserName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/.test(text);
}

/**
 * Reads lines `user:hash` as `cutwater registry password` prints them; empty lines and lines that begin with `#` are left
 * out. Throws INPUT_INVALID with the line, never with the hash, and where there is no account at all.
 */
export function parseAccountList(text: string, file: string): AccountList {
  const accounts = new Map<string, PasswordHash>();
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const place = `line ${at + 1} of ${quote(file)}`;
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon));
    const hash = parsePasswordHash(line.slice(colon + 1).trim());
    if (!isUserName(name) || hash === undefined)
      throw new CutwaterError('INPUT_INVALID', `Cannot read ${place}: it is not "user:$scrypt$..."`, {
        hint: "Make the line with 'cutwater registry password USER'",
      });
    if (accounts.has(name))
      throw new CutwaterError('INPUT_INVALID', `Cannot read ${place}: ${quote(name)} stands there twice`);
    accounts.set(name, hash);
  }
  if (accounts.size > 0) return accounts;
  throw new CutwaterError('INPUT_INVALID', `Cannot use ${quote(file)}: it holds no account`, {
    hint: "Make one with 'cutwater registry password USER'",
  });
}
