import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyEnvironment, runTool } from '../process/run-tool.ts';
import type { ListedKey } from './key-listing.ts';
import { parseKeyListing } from './key-listing.ts';

/** The primary keys in armored or binary key material, as gpg shows them; no keyring of the user is touched. */
export async function readPublicKeys(material: Uint8Array): Promise<readonly ListedKey[]> {
  const home = await mkdtemp(join(tmpdir(), 'cutwater-gpg-'));
  try {
    const options = ['--no-options', '--batch', '--no-tty', '--no-autostart', '--no-default-keyring', '--with-colons'];
    const env = { ...emptyEnvironment(), HOME: home, GNUPGHOME: home };
    const result = await runTool({
      command: 'gpg',
      args: [...options, '--homedir', home, '--show-keys'],
      env,
      input: material,
      timeoutSeconds: 30,
    });
    return parseKeyListing(Buffer.from(result.stdout).toString('utf8'));
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
