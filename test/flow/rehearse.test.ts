import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyEnvironment } from '../../src/adapters/process/run-tool.ts';
import { makeFolder } from '../make/folder.ts';
import { cutwater } from '../make/project.ts';

void test('rehearse plays the whole process from nothing but the checkout and verifies after each act', async (t) => {
  const folder = await makeFolder(t);
  const env = { ...emptyEnvironment(), HOME: folder, TMPDIR: folder };
  const told: { acts: readonly { act: string; verdict: string }[] } = JSON.parse(
    await cutwater(['rehearse', '--json'], { folder, env }),
  );
  assert.deepEqual(
    told.acts.map(({ act }) => act),
    ['candidate', 'promotion', 'minor', 'hotfix', 'killed', 'withdrawal'],
  );
  for (const { act, verdict } of told.acts) assert.match(verdict, /is what was released: \d+ checks passed/, act);
});
