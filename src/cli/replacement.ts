import type { Digest } from '../domain/digest.ts';
import { isDigest } from '../domain/digest.ts';
import { CutwaterError } from '../domain/error.ts';
import { quote } from '../domain/quote.ts';

/** Reads `NAME@sha256:...`: a name that moves, and the image there that a person wants replaced. */
export function readReplacement(text: string, what: 'ALIAS' | 'CHANNEL'): readonly [string, Digest] {
  const [name = '', digest, ...more] = text.split('@');
  if (name !== '' && isDigest(digest) && more.length === 0) return [name, digest];
  throw new CutwaterError('USAGE', `Cannot read --replace ${quote(text)}: ${what}@sha256:... is wanted`);
}
