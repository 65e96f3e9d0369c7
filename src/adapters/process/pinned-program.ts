import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';

export interface Program {
  readonly path: string;
  /** Of its bytes, hexadecimal; undefined where nobody asked. */
  readonly sha256: string | undefined;
}

export interface ProgramWish {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The only program that may run, hexadecimal. */
  readonly sha256: string | undefined;
  /** Whether the SHA-256 is wanted without a pin too. */
  readonly hashed: boolean;
}

/**
 * A program, found as the system would find it; with a pin, only if its bytes are the pinned ones. Throws TOOL_MISSING, and
 * VERIFICATION_FAILED with both digests.
 */
export async function requireProgram(name: string, wish: ProgramWish): Promise<Program> {
  const path = await findProgram(name, wish.environment);
  if (path === undefined) throw new CutwaterError('TOOL_MISSING', `Cannot run ${quote(name)}: it is not installed`);
  if (wish.sha256 === undefined && !wish.hashed) return { path, sha256: undefined };
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  const found = hash.digest('hex');
  if (wish.sha256 === undefined || found === wish.sha256) return { path, sha256: found };
  throw new CutwaterError(
    'VERIFICATION_FAILED',
    `Cannot run ${quote(path)}: its SHA-256 is ${found}, the policy wants ${wish.sha256}`,
    { hint: 'Install the pinned version, or change the pin in cutwater.yaml after you have checked the new one' },
  );
}

/** Whether the system would find it. That says nothing of what it does. */
export async function isProgramThere(name: string, environment: ProgramWish['environment']): Promise<boolean> {
  return (await findProgram(name, environment)) !== undefined;
}

async function findProgram(name: string, environment: ProgramWish['environment']): Promise<string | undefined> {
  for (const folder of (environment['PATH'] ?? process.env['PATH'] ?? '').split(delimiter)) {
    const file = join(folder, name);
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder !== '' && isThere) return file;
  }
  return undefined;
}
