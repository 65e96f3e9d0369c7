import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { makeFolder } from '../../test/make/folder.ts';
import { filesOf, workflowPolicy } from '../../test/make/workflow-policy.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

void test('the token that the action which installs trivy keeps in a file is gone before anything else runs', async (t) => {
  const policy = workflowPolicy({ scan: { tool: 'trivy' }, ci: { setup: [['make', 'ready']] } });
  const release: { readonly jobs: { readonly release: { readonly steps: readonly Step[] } } } = parse(
    filesOf(policy, 'github')['release.yml'] ?? '',
  );
  const { steps } = release.jobs.release;
  const scanner = steps.findIndex(({ uses = '' }) => uses.startsWith('aquasecurity/setup-trivy@'));
  const [{ run = '' } = {}, next] = steps.slice(scanner + 1);
  assert.equal(next?.run, 'make ready');
  const temporary = await makeFolder(t);
  await writeFile(
    join(temporary, 'git-credentials-5f0c.config'),
    '[http]\n\textraheader = AUTHORIZATION: basic eA==\n',
  );
  await writeFile(join(temporary, 'other.config'), '');
  // Twice: where there is no such file the step ends well too.
  for (const _ of [1, 2])
    assert.equal(spawnSync('bash', ['-e', '-c', run], { env: { ...process.env, RUNNER_TEMP: temporary } }).status, 0);
  assert.deepEqual(await readdir(temporary), ['other.config']);
});
