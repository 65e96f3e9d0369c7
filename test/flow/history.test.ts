import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maintainer, runner } from '../make/actors.ts';
import { runEdge } from '../make/edge-run.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import { makeProject } from '../make/project.ts';
import { digestAt, pointImageTags } from '../make/registry-writer.ts';

void test('history tells every move of an alias with its reason and signer, and whether the registry agrees', async (t) => {
  const project = await makeProject(t);
  const release = async (version: string, taggedAt: string): Promise<void> => {
    const claimed = { by: project.key, taggedAt: Date.parse(taggedAt) / 1000 };
    await project.clone.tag(`v${version}`, claimed);
    await project.clone.git('push', '-q', 'origin', `refs/tags/v${version}`);
    await succeed(['release', version], await runner(t, project));
    await project.commit({ 'app.txt': `after ${version}\n` });
  };
  await release('1.0.0', '2025-03-01T10:00:00Z');
  await release('1.1.0', '2025-04-01T10:00:00Z');
  await release('1.0.1', '2025-05-01T10:00:00Z');
  const ada = await maintainer(project);
  await succeed(['withdraw', '1.1.0', '--reason', 'loses \u001b[31muploads', '--aliases', 'move', '--push'], ada);
  await succeed(['restore', '1.1.0', '--reason', 'the proxy did', '--push'], ada);
  // The tagger's clock was wrong by decades.
  await release('1.1.1', '2099-01-01T00:00:00Z');

  const told = await succeed(['history', 'latest'], ada);
  for (const row of [
    /2025-03-01 10:00Z +1\.0\.0 +sha256:[0-9a-f]{12} +Ada +1\.0\.0 was released/,
    /2025-04-01 10:00Z +1\.1\.0 .*1\.1\.0 was released/,
    /1\.0\.1 +sha256:[0-9a-f]{12} +Ada +1\.1\.0 was withdrawn: loses .*uploads/,
    /1\.1\.0 +sha256:[0-9a-f]{12} +Ada +1\.1\.0 was restored: the proxy did/,
    /2099-01-01 00:00Z \(in the future\) +1\.1\.1 /,
    /^observed now: sha256:[0-9a-f]{12}, as computed$/m,
  ])
    assert.match(told, row);
  assert.doesNotMatch(told, /1\.0\.1 was released/, 'a backport did not move latest');
  assert.match(await succeed(['history', '1.0'], ada), /1\.0\.1 was released/);

  await pointImageTags(project.data, await digestAt(project.data, '1.0.0'), 'latest');
  const differs = await readJson(['history', 'latest'], ada);
  assert.deepEqual(differs['computed'], { version: '1.1.1', digest: await digestAt(project.data, '1.1.1') });
  assert.deepEqual([differs['agrees'], differs['observed']], [false, await digestAt(project.data, '1.0.0')]);
  assert.match(await succeed(['history', 'latest'], ada), /which differs: 1\.1\.1 .* is computed/);

  await runEdge(project);
  const head = await project.clone.git('rev-parse', 'HEAD');
  assert.match(await succeed(['history', 'edge'], ada), new RegExp(`built from commit ${head}\\n.*carry no time`));
  for (const name of ['1.0.0', 'main', 'nightly'])
    assert.equal((await runProgram(['history', name], ada)).exitCode, 2, name);
});
