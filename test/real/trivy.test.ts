import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeFolder } from '../make/folder.ts';
import { obtainGoProgram } from './go-peer.ts';
import { notRun } from './peers.ts';
import { checkScannedRelease } from './scanned-release.ts';
import { makeTrivyDatabase } from './trivy-database.ts';

const cache = join(fileURLToPath(new URL('../..', import.meta.url)), 'node_modules/.cache/test-real');
const trivy = await obtainGoProgram(
  {
    name: 'trivy',
    target: 'github.com/aquasecurity/trivy/cmd/trivy',
    version: 'v0.74.0',
    env: { GOEXPERIMENT: 'jsonv2' },
  },
  cache,
);

const claim =
  'trivy stops a release at a known vulnerability, not at one that is excused, and not with an old database';
if (trivy.is === 'missing') notRun(claim, `trivy: ${trivy.why}`);
else
  void test(claim, { timeout: 600_000 }, async (t) => {
    await checkScannedRelease(t, {
      tool: 'trivy',
      path: trivy.path,
      environment: (folder) => ({
        TRIVY_CACHE_DIR: folder,
        TRIVY_SKIP_DB_UPDATE: 'true',
        TRIVY_OFFLINE_SCAN: 'true',
      }),
      writeDatabase: async (folder, of) => makeTrivyDatabase(folder, { ...of, work: await makeFolder(t) }),
    });
  });
