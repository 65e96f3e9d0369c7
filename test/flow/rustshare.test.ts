import assert from 'node:assert/strict';
import { test } from 'node:test';
import { succeed } from '../make/program.ts';
import { aliases, readPublished } from '../make/published.ts';
import { adopt, makeRustshareProject } from '../make/rustshare-project.ts';

const repository = 'rustshare-backend';

void test('a repository shaped like RustShare adopts Cutwater, and its candidate passes all gates and moves no alias', async (t) => {
  const project = await makeRustshareProject(t, { next: '0.4.0' });
  await adopt(project);
  const byHand = { latest: '0.3.1', '0': '0.3.1', '0.3': '0.3.1' };
  assert.deepEqual(await aliases(project.data, repository), byHand);

  await project.git('tag', '-s', 'v0.4.0-rc.1', '-m', 'Release candidate 0.4.0-rc.1');
  await project.git('push', '-q', 'origin', 'v0.4.0-rc.1');
  await succeed(['release', '0.4.0-rc.1'], await project.runner());
  const verdict = await succeed(['verify', '0.4.0-rc.1'], await project.runner());
  assert.match(verdict, /rustshare-backend-aarch64-linux +the same bytes as \/usr\/local\/bin\/rustshare-backend/);
  assert.match(verdict, /v0\.4\.0-rc\.1 signed by senolcolak/);
  assert.deepEqual(await aliases(project.data, repository), byHand);
  const { tags } = await readPublished(project.data, repository);
  assert.equal(tags['0.4.0-rc.1'], tags[`sha-${await project.git('rev-parse', 'HEAD')}`]);
});
