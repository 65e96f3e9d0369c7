import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import { makeSshKey } from '../make/keys.ts';
import { runProgram, succeed } from '../make/program.ts';
import { makeProject } from '../make/project.ts';
import { pushImage } from '../make/push-image.ts';
import { aliases, readPublished } from '../make/published.ts';

void test('a checkpoint makes versions candidates that were published before Cutwater, by a key that is revoked since', async (t) => {
  const project = await makeProject(t);
  const old = await makeSshKey(t);
  const push = (text: string, ...tags: readonly string[]) =>
    pushImage(join(project.data, 'registry'), { repository: 'tiny', text, tags });
  const sign = async (tag: string): Promise<void> => {
    await project.clone.tag(tag, { by: old });
    await project.clone.git('push', '-q', 'origin', `refs/tags/${tag}`);
  };
  await sign('v1.0.0');
  await push('image of 1.0.0', '1.0.0', '1.0');
  await project.commit({ 'app.txt': 'never published\n' });
  await sign('v1.0.1');
  await project.commit({ 'app.txt': 'two\n' });
  await sign('v1.1.0');
  await push('image of 1.1.0', '1.1.0', '1.1', '1', 'latest');
  // The key was trusted once; now it is known to be lost.
  const former = `    - name: Bob\n      ssh: ${old.publicKey}\n      revoked: true\n`;
  await changePolicy(project, (text) => text.replace('  ci:\n', `${former}  ci:\n`));
  const before = await readPublished(project.data);
  const ada = await maintainer(project);

  const unvouched = await runProgram(['reconcile'], ada);
  assert.equal(unvouched.exitCode, 3, 'nothing says yet that 1.1.0 was a release');
  assert.match(unvouched.stderr, /ALIAS|Cannot move latest/);
  assert.deepEqual(await readPublished(project.data), before);

  const listed = await runProgram(['import'], ada);
  assert.equal(listed.exitCode, 8, listed.stderr);
  for (const row of [/1\.1\.0 +published +sha256:/, /1\.0\.1 +cancelled/, /1\.0\.0 +published +sha256:/])
    assert.match(listed.stdout, row);
  assert.deepEqual(await readPublished(project.data), before, 'a look changes nothing');

  await succeed(['import', '--yes', '--push'], ada);
  const vouched = { latest: '1.1.0', '1': '1.1.0', '1.1': '1.1.0', '1.0': '1.0.0' };
  assert.deepEqual(await aliases(project.data), vouched);
  const names = Object.keys((await readPublished(project.data)).tags);
  assert.ok(
    names.some((name) => name.startsWith('checkpoint-1')),
    'the checkpoint is stored beside the images',
  );
  assert.match(await succeed(['import', '--yes', '--push'], ada), /Nothing to import/);
  assert.doesNotMatch(await succeed(['status'], ada), /Tagged, not finished/);

  // Of a version that the checkpoint calls cancelled not even a tag by a trusted key is released.
  await project.clone.tag('v1.0.1', { by: project.key, target: 'v1.0.1^{commit}' });
  await project.clone.git('push', '-q', '--force', 'origin', 'refs/tags/v1.0.1');
  const cancelled = await runProgram(['release', '1.0.1'], await runner(t, project));
  assert.match(cancelled.stderr, /Cannot release v1\.0\.1: .*cancelled before the checkpoint that lists it/);
  for (const version of ['1.0.0', '1.0.1', '1.1.0']) {
    const refused = await runProgram(['release', version], await runner(t, project));
    assert.equal(refused.exitCode, 3, `${version}: ${refused.stderr}`);
  }

  await succeed(['restore', '1.0.1', '--reason', 'still wanted', '--push'], ada);
  await succeed(['release', '1.0.1'], await runner(t, project));
  assert.deepEqual(await aliases(project.data), { ...vouched, '1.0': '1.0.1' });

  await project.commit({ 'app.txt': 'three\n' });
  await project.tag('1.1.1');
  await succeed(['release', '1.1.1'], await runner(t, project));
  assert.deepEqual(await aliases(project.data), { latest: '1.1.1', '1': '1.1.1', '1.1': '1.1.1', '1.0': '1.0.1' });
  for (const version of ['1.1.1', '1.1.0'])
    await succeed(['withdraw', version, '--reason', 'loses uploads', '--aliases', 'move', '--push'], ada);
  assert.deepEqual(await aliases(project.data), { latest: '1.0.1', '1': '1.0.1', '1.1': '1.1.0', '1.0': '1.0.1' });

  // A clone that never saw the checkpoint has it from the registry.
  await project.origin.git('tag', '-d', 'checkpoint/1');
  assert.match(await succeed(['reconcile'], await runner(t, project)), /Nothing to do/);
});
