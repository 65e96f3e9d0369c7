import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Scope } from '../make/folder.ts';
import { makeFolder } from '../make/folder.ts';
import { obtainGoProgram } from './go-peer.ts';
import { trivyProgram } from './sbom-programs.ts';
import type { RealScanner } from './scanned-release.ts';
import { makeTrivyDatabase } from './trivy-database.ts';

const cache = join(fileURLToPath(new URL('../..', import.meta.url)), 'node_modules/.cache/test-real');

/** The trivy that these tests run against, where it was built. */
export const trivyPeer = await obtainGoProgram(trivyProgram, cache);

/** Trivy at a path, with a database that the test writes and nothing from the network. */
export function trivyScanner(scope: Scope, path: string): RealScanner {
  return {
    tool: 'trivy',
    path,
    environment: (folder) => ({
      TRIVY_CACHE_DIR: folder,
      TRIVY_SKIP_DB_UPDATE: 'true',
      TRIVY_OFFLINE_SCAN: 'true',
    }),
    writeDatabase: async (folder, of) => makeTrivyDatabase(folder, { ...of, work: await makeFolder(scope) }),
  };
}
