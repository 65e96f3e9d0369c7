import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whoever cleans up: a test's context `t`, or `{ after }` from node:test for a whole file. */
export interface Scope {
  after(cleanup: () => Promise<void>): void;
}

/** A new folder, removed when the scope ends. The path is short: the socket of a gpg agent must fit into 100 bytes. */
export async function makeFolder(
  scope: Scope,
  beforeRemoval: (folder: string) => Promise<void> = async () => undefined,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cw-'));
  scope.after(async () => {
    await beforeRemoval(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  });
  return folder;
}
