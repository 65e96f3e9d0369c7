import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';

/**
 * The path of a program, found as the system would find it; with a pin, only if its bytes are the pinned ones. Throws
 * TOOL_MISSING, and VERIFICATION_FAILED with both digests.
 */
export async function requireProgram(
  name: string,
  given: { readonly environment: Readonly<Record<string, string | undefined>>; readonly sha256: string | undefined },
): Promise<string> {
  const path = await findProgram(name, given.environment['PATH'] ?? process.env['PATH'] ?? '');
  if (path === undefined) throw new CutwaterError('TOOL_MISSING', `Cannot run ${quote(name)}: it is not installed`);
  if (given.sha256 === undefined) return path;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  const found = hash.digest('hex');
  if (found === given.sha256) return path;
  throw new CutwaterError(
    'VERIFICATION_FAILED',
    `Cannot run ${quote(path)}: its SHA-256 is ${found}, the policy wants ${given.sha256}`,
    { hint: 'Install the pinned version, or change the pin in cutwater.yaml after you have checked the new one' },
  );
}

async function findProgram(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, name);
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder !== '' && isThere) return file;
  }
  return undefined;
}
