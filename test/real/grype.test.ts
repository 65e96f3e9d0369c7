import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeFolder } from '../make/folder.ts';
import { obtainGoProgram } from './go-peer.ts';
import { makeGrypeDatabase } from './grype-database.ts';
import { notRun } from './peers.ts';
import { checkScannedRelease } from './scanned-release.ts';

const cache = join(fileURLToPath(new URL('../..', import.meta.url)), 'node_modules/.cache/test-real');
const version = 'v0.121.3';
const grype = await obtainGoProgram({ name: 'grype', target: 'github.com/anchore/grype/cmd/grype', version }, cache);

const claim =
  'grype stops a release at a known vulnerability, not at one that is excused, and not with an old database';
if (grype.is === 'missing') notRun(claim, `grype: ${grype.why}`);
else
  void test(claim, { timeout: 900_000 }, async (t) => {
    const work = await makeFolder(t);
    await checkScannedRelease(t, {
      tool: 'grype',
      path: grype.path,
      environment: (folder) => ({ GRYPE_DB_CACHE_DIR: folder, GRYPE_DB_AUTO_UPDATE: 'false' }),
      writeDatabase: (folder, of) => makeGrypeDatabase(folder, { ...of, work, version }),
    });
  });
