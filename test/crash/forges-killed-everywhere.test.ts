import { suite, test } from 'node:test';
import { walkJourneys } from './journeys.ts';

// `CUTWATER_EVERY_EFFECT=1 node --test test/crash/forges-killed-everywhere.test.ts` kills before every effect there is. A
// plain run leaves out those on the registry that neither follow nor precede one on the forge: kill-everywhere.test.ts has
// them, with releases in a folder.
const moments = process.env['CUTWATER_EVERY_EFFECT'] === '1' ? 'every' : 'around-the-forge';

void suite(
  'killed by SIGKILL and resumed in a fresh clone, each journey ends as if never killed',
  { concurrency: 2 },
  () => {
    for (const kind of ['github', 'forgejo', 'gitlab'] as const)
      void test(`on the test server for ${kind}`, (t) => walkJourneys(t, kind, moments));
  },
);
