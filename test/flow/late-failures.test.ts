import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { objectId } from '../../src/domain/object-id.ts';
import { maintainer, runner } from '../make/actors.ts';
import { pushEvidence } from '../make/evidence-tag.ts';
import { cloneRepository } from '../make/git-repository.ts';
import { makeMeddlingProxy } from '../make/meddling-proxy.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import { makeProject } from '../make/project.ts';
import { followed, readPublished } from '../make/published.ts';

void test('what a maintainer calls failed after the statement is pinned stops the release all the same, until it passes', async (t) => {
  const proxy = await makeMeddlingProxy(t);
  const project = await makeProject(t, { image: `${proxy.host}/tiny` });
  const registry = join(project.data, 'registry');
  await proxy.serve(registry);
  await project.tag('1.0.0');
  const ada = await maintainer(project);
  await succeed(['evidence', 'add', 'staging', '1.0.0', '--result', 'fail'], ada);
  let isPinned = false;
  let isSaid = false;
  await proxy.serve(registry, async ({ method, path }) => {
    if (isPinned && !isSaid) {
      isSaid = true;
      await project.clone.git('push', '-q', 'origin', 'refs/tags/evidence/staging/v1.0.0/1');
    }
    isPinned ||= method === 'PUT' && path.endsWith('.statement');
  });
  const before = followed(await readPublished(project.data));
  const overtaken = await runProgram(['release', '1.0.0'], await runner(t, project));
  assert.ok(isSaid);
  assert.equal(overtaken.exitCode, 3, overtaken.stderr);
  assert.match(overtaken.stderr, /Cannot release v1\.0\.0: staging failed/);
  const left = await readPublished(project.data);
  assert.deepEqual([followed(left), left.tags['1.0.0']], [before, undefined]);

  const plan = await readJson(['plan', '1.0.0'], ada);
  assert.match(JSON.stringify(plan['problems']), /"EVIDENCE_FAILED"/);
  assert.match(await succeed(['status'], ada), /1\.0\.0: Cannot release v1\.0\.0: staging failed/);
  const again = await runProgram(['release', '1.0.0', '--verbose'], await runner(t, project));
  assert.equal(again.exitCode, 3, again.stderr);
  assert.match(again.stderr, /Cannot release v1\.0\.0: staging failed/);
  assert.doesNotMatch(again.stderr, /publish/, 'nothing is published before it is known');

  await succeed(['evidence', 'add', 'staging', '1.0.0', '--result', 'pass', '--push'], ada);
  await succeed(['release', '1.0.0'], await runner(t, project));
});

void test('a failure about a commit that a clone does not have counts, and a shallow clone is told to look', async (t) => {
  const project = await makeProject(t);
  await project.tag('1.0.0-rc.1');
  await succeed(['release', '1.0.0-rc.1'], await runner(t, project));
  const failure = { outcome: 'fail', note: 'loses uploads', commit: objectId('7'.repeat(40)) } as const;
  await pushEvidence(
    project,
    { name: 'staging', version: '1.0.0-rc.1' },
    { change: { ...failure, digest: undefined } },
  );
  await project.commit({ 'app.txt': 'mended\n' });
  await project.tag('1.0.0-rc.2');
  const at = await runner(t, project);
  const refused = await runProgram(['release', '1.0.0-rc.2'], at);
  assert.equal(refused.exitCode, 0, 'it is about another candidate, which is no candidate of this one');
  await project.tag('1.0.0');
  const stopped = await runProgram(['release', '1.0.0'], await runner(t, project));
  assert.equal(stopped.exitCode, 3, stopped.stderr);
  assert.match(stopped.stderr, /staging failed[^]*counts because this clone has no commit 777777777777 to compare/);
  const shallow = await cloneRepository(t, project.origin, '--depth=1', '--branch=main');
  const unsure = await runProgram(['release', '1.0.0'], { ...(await runner(t, project)), folder: shallow.folder });
  assert.equal(unsure.exitCode, 6, unsure.stderr);
  assert.match(unsure.stderr, /staging failed, and the clone is too shallow/);
});
