import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import type { Git } from '../../ports/git.ts';

/** A text file of a commit, byte order mark included; undefined where the commit has no such file. */
export async function readTextFile(git: Git, commit: ObjectId, path: string): Promise<string | undefined> {
  const bytes = await git.readFile(commit, path);
  return bytes && decodeText(bytes, path);
}

/** Bytes as text, so that the same bytes come out of it again. Throws INPUT_INVALID where they are no UTF-8. */
export function decodeText(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new CutwaterError('INPUT_INVALID', `Cannot read ${quote(path)}: it is not UTF-8`, {
      hint: 'Save the file as UTF-8 and commit it',
      cause: error,
    });
  }
}
