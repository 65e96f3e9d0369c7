import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { ToolResult } from '../process/run-tool.ts';
import { emptyEnvironment, runTool } from '../process/run-tool.ts';
import type { GpgVerdict } from './gpg-status.ts';
import { parseGpgStatus } from './gpg-status.ts';
import { inTurn } from './in-turn.ts';

export interface DetachedSignature {
  readonly payload: Uint8Array;
  /** One armored block. */
  readonly armor: string;
  /** Public keys, binary, joined end to end (`readPublicKeys`). */
  readonly keyring: Uint8Array;
}

/** What tagVerifier() needs of this folder. */
export interface OpenpgpSignatures {
  /** Throws TOOL_MISSING where there is neither gpgv nor gpg. */
  verify(signature: DetachedSignature): Promise<GpgVerdict>;
}

export interface OpenpgpOptions {
  /** Tried in this order; default `gpgv`, then `gpg`. */
  readonly programs?: readonly ('gpgv' | 'gpg')[];
}

/**
 * Judges OpenPGP signatures with gpgv or gpg in a temporary folder that holds the given keys and nothing else: no
 * keyring, configuration or agent of the user is touched, and the folder is removed before the answer is given.
 */
export function openpgpSignatures(options: OpenpgpOptions = {}): OpenpgpSignatures {
  const programs = options.programs ?? ['gpgv', 'gpg'];
  const enqueue = inTurn(2);
  return {
    verify: (signature) => enqueue(() => verifyInFolder(signature, programs)),
  };
}

async function verifyInFolder(
  signature: DetachedSignature,
  programs: readonly ('gpgv' | 'gpg')[],
): Promise<GpgVerdict> {
  const folder = await makePrivateFolder();
  try {
    await writeFile(join(folder, 'keyring'), signature.keyring);
    await writeFile(join(folder, 'signature.asc'), signature.armor);
    const result = await runFirst(programs, folder, signature.payload);
    if (result.timedOut)
      throw new CutwaterError('TOOL_FAILED', 'Cannot judge an OpenPGP signature: gpg did not end in time');
    return parseGpgStatus(Buffer.from(result.stdout).toString('utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runFirst(
  programs: readonly ('gpgv' | 'gpg')[],
  folder: string,
  payload: Uint8Array,
): Promise<ToolResult> {
  for (const command of programs)
    try {
      const args = [...fixedArguments[command], '--homedir', folder, '--keyring', join(folder, 'keyring')];
      const env = { ...emptyEnvironment(), HOME: folder, GNUPGHOME: folder };
      const files = ['--', join(folder, 'signature.asc'), '-'];
      return await runTool({
        command,
        args: [...args, ...verifyArguments[command], ...files],
        env,
        input: payload,
        timeoutSeconds: 60,
      });
    } catch (error) {
      if (!isCutwaterError(error, 'TOOL_MISSING')) throw error;
    }
  throw new CutwaterError(
    'TOOL_MISSING',
    `Cannot judge OpenPGP signatures: ${programs.join(' and ')} are not installed`,
    {
      hint: 'Install GnuPG and run the command again',
    },
  );
}

// Trust is the caller's: it compares full fingerprints. Nothing is fetched from key servers.
const fixedArguments = {
  gpgv: ['--status-fd', '1'],
  gpg: words(`
    --no-options --batch --no-tty --no-autostart --no-default-keyring --status-fd 1
    --trust-model always --no-auto-check-trustdb --no-auto-key-retrieve --no-auto-key-locate`),
} as const;

const verifyArguments = { gpgv: [], gpg: ['--verify'] } as const;

async function makePrivateFolder(): Promise<string> {
  const parent = tmpdir();
  try {
    return await mkdtemp(join(parent, 'cutwater-gpg-'));
  } catch (error) {
    throw new CutwaterError('DISK', `Cannot make a folder in ${quote(parent)}: ${String(error)}`, { cause: error });
  }
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
