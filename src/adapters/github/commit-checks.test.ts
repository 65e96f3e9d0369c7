import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { failing, fails, openGithub } from '../../../test/make/github-client.ts';
import { objectId } from '../../domain/object-id.ts';

const commit = objectId('c'.repeat(40));

test('check runs and statuses of a commit are read to the last page, and only success passes', async (t) => {
  const { github, forge } = await openGithub(t);
  const many = Array.from({ length: 230 }, (_, index) => ({
    name: `job ${index}`,
    status: 'completed',
    conclusion: 'success',
  }));
  const runs = [
    ...many,
    { name: 'slow', status: 'in_progress', conclusion: null },
    { name: 'web', status: 'completed', conclusion: 'skipped' },
    { name: 'scan', status: 'completed', conclusion: 'neutral' },
    { name: 'flaky', status: 'completed', conclusion: 'timed_out' },
  ];
  const statuses = [
    { context: 'ci/outside', state: 'success' },
    { context: 'ci/waiting', state: 'pending' },
    { context: 'ci/broken', state: 'error' },
  ];
  github.checks.set(commit, { runs, statuses });
  const found = await forge.checks.read(commit);
  equal(found.length, 237);
  deepEqual(
    found.slice(229).map(({ name, state }) => [name, state]),
    [
      ['job 229', 'passed'],
      ['slow', 'running'],
      ['web', 'not-run'],
      ['scan', 'failed'],
      ['flaky', 'failed'],
      ['ci/outside', 'passed'],
      ['ci/waiting', 'running'],
      ['ci/broken', 'failed'],
    ],
  );
  deepEqual(await forge.checks.read(objectId('d'.repeat(40))), []);
});

test('a token that may not read checks is told which right it lacks', async (t) => {
  const { github, forge } = await openGithub(t);
  github.interfere = failing(
    403,
    { message: 'Resource not accessible by integration' },
    { 'x-accepted-github-permissions': 'checks=read' },
  );
  await fails(forge.checks.read(commit), 'FORBIDDEN', [/lacks the right "checks=read"/]);
});
