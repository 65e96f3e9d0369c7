import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import { makeSshKey } from '../make/keys.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
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
  for (const row of [
    /1\.1\.0 +published .*sha256:[0-9a-f]{12} .*no statement/,
    /1\.0\.1 +cancelled .*never published/,
    /1\.0\.0 +published .*sha256:/,
    /revoked/,
    /one version cancelled/,
  ])
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

  // What was cancelled once and is published since is published for the next checkpoint too.
  const next = await readJson(['import'], ada);
  const entries = Array.isArray(next['entries']) ? next['entries'] : [];
  assert.equal(entries.find(({ version }) => version === '1.0.1')?.state, 'published');
});

void test('import lists what each version lacks, leaves out what it is told, and cancels only what was never published', async (t) => {
  const project = await makeProject(t);
  await project.commit({
    'CHANGELOG.md': '# Changelog\n\n## [Unreleased]\n\n## [1.1.0] - 2026-01-01\n\n- Something.\n',
  });
  const folder = join(project.data, 'registry');
  for (const [version, kind] of [
    ['0.9.0', 'lightweight'],
    ['1.0.0', 'annotated'],
    ['1.1.0', 'annotated'],
  ] as const) {
    await project.clone.tag(`v${version}`, { kind, taggedAt: Date.parse('2099-01-01T00:00:00Z') / 1000 });
    const platforms = version === '1.0.0' ? ['amd64'] : ['amd64', 'arm64'];
    await pushImage(folder, { repository: 'tiny', text: version, tags: [version], platforms });
  }
  await project.tag('2.0.0');
  await project.clone.git('push', '-q', 'origin', '--tags');
  const ada = await maintainer(project);
  const listed = (await runProgram(['import'], ada)).stdout.replaceAll(/ +/g, ' ');
  for (const row of [
    /0\.9\.0 published .* tag: it is a lightweight tag.*no changelog section/,
    /1\.0\.0 published 2099-01-01 00:00Z \(in the future\) .* no changelog section; no linux\/arm64/,
    /1\.1\.0 published .* no statement; tag: it is annotated but not signed; a signature of a maintainer is wanted$/m,
    /under way: 2\.0\.0; if it will never be, add --cancel 2\.0\.0/,
  ])
    assert.match(listed, row);

  const refused = await runProgram(['import', '--cancel', '1.1.0'], ada);
  assert.equal(refused.exitCode, 3, refused.stdout);
  assert.match(refused.stderr, /Cannot cancel 1\.1\.0: it is published/);
  assert.equal((await runProgram(['import', '--cancel', '3.0.0'], ada)).exitCode, 3);
  assert.equal((await runProgram(['import', '--only', '>=1'], ada)).exitCode, 2);

  const chosen = await runProgram(['import', '--only', '1', '--only', '2', '--cancel', '2.0.0'], ada);
  assert.match(chosen.stdout, /Left out by --only: 0\.9\.0/);
  assert.match(chosen.stdout, /next: run 'cutwater import --cancel 2\.0\.0 --only 1 --only 2 --yes'/);
  await succeed(['import', '--only', '1', '--only', '2', '--cancel', '2.0.0', '--yes', '--push'], ada);
  assert.deepEqual(await aliases(project.data), { latest: '1.1.0', '1': '1.1.0', '1.1': '1.1.0', '1.0': '1.0.0' });
  const cancelled = await runProgram(['release', '2.0.0'], await runner(t, project));
  assert.match(cancelled.stderr, /cancelled before the checkpoint/);
  assert.match(await succeed(['import', '--only', '1'], ada), /Nothing to import.*\n.*Left out by --only: 0\.9\.0/);
});
