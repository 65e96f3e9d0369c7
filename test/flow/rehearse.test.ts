import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyEnvironment } from '../../src/adapters/process/run-tool.ts';
import { makeFolder } from '../make/folder.ts';
import { cutwater } from '../make/project.ts';

void test('rehearse plays the whole process from nothing but the checkout and verifies after each act', async (t) => {
  const folder = await makeFolder(t);
  const env = { ...emptyEnvironment(), HOME: folder, TMPDIR: folder };
  const told: { acts: readonly { act: string; verdict?: string; facts: readonly string[] }[] } = JSON.parse(
    await cutwater(['rehearse', '--json'], { folder, env }),
  );
  assert.deepEqual(
    told.acts.map(({ act }) => act),
    ['main', 'candidate', 'failure', 'promotion', 'killed', 'hotfix', 'withdrawal', 'restore', 'record'],
  );
  for (const { act, verdict } of told.acts)
    if (act !== 'main' && act !== 'record') assert.match(verdict ?? '', /is what was released: \d+ checks passed/, act);
  const factsOf = (act: string): string => told.acts.find((one) => one.act === act)?.facts.join('\n') ?? '';
  assert.match(factsOf('failure'), /refused: .*did not pass/);
  assert.match(factsOf('record'), /0\.5\.0 was withdrawn: answers too slowly[\s\S]*0\.5\.0 was restored/);
});
