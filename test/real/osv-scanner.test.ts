import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { obtainGoProgram } from './go-peer.ts';
import { makeOsvDatabase } from './osv-database.ts';
import { notRun } from './peers.ts';
import { checkScannedRelease } from './scanned-release.ts';

const cache = join(fileURLToPath(new URL('../..', import.meta.url)), 'node_modules/.cache/test-real');
const osv = await obtainGoProgram(
  {
    name: 'osv-scanner',
    target: 'github.com/google/osv-scanner/v2/cmd/osv-scanner',
    // The newest that Go 1.26 builds.
    version: 'v2.5.0',
    env: { CGO_ENABLED: '0' },
  },
  cache,
);

const claim =
  'osv-scanner stops a release at a known vulnerability, not at one that is excused, and not with an old database';
if (osv.is === 'missing') notRun(claim, `osv-scanner: ${osv.why}`);
else
  void test(claim, { timeout: 900_000 }, (t) =>
    checkScannedRelease(t, {
      tool: 'osv-scanner',
      path: osv.path,
      environment: (folder) => ({ OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY: folder }),
      writeDatabase: makeOsvDatabase,
    }),
  );
