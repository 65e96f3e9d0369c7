import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import { decisionMessage, forceTag } from '../make/git-attacks.ts';
import { makeSshKey } from '../make/keys.ts';
import { succeed } from '../make/program.ts';
import { aliases } from '../make/published.ts';
import { makeTwoReleases } from '../make/two-releases.ts';

void test('a withdrawal outlives the key that signed it, and only a key that counts today lifts it', async (t) => {
  const project = await makeTwoReleases(t);
  const ada = await maintainer(project);
  const bob = await makeSshKey(t);
  const entry = `    - name: Bob\n      ssh: ${bob.publicKey}\n`;
  await changePolicy(project, (text) => text.replace('  ci:\n', `${entry}  ci:\n`));
  // An old withdrawal that was lifted, both by Ada; then one by Bob.
  for (const decision of ['withdrawn', 'restored'] as const)
    await forceTag(project, `${decision}/v1.1.0/1`, {
      by: project.key,
      message: await decisionMessage(project, '1.1.0', { decision }),
    });
  await forceTag(project, 'withdrawn/v1.1.0/2', { by: bob, message: await decisionMessage(project, '1.1.0') });
  await succeed(['reconcile'], await runner(t, project));
  const back = { latest: '1.0.0', '1': '1.0.0', '1.1': '1.1.0', '1.0': '1.0.0' };
  assert.deepEqual(await aliases(project.data), back);
  const stillWithdrawn = async (when: string): Promise<void> => {
    const status = await succeed(['status'], await runner(t, project));
    assert.match(status, /1\.1\.0 +withdrawn: /, when);
    assert.doesNotMatch(status, /Drift/, when);
  };

  await changePolicy(project, (text) => text.replace(entry, `${entry}      notAfter: 2020-12-31\n`));
  await stillWithdrawn('the key expired');
  await changePolicy(project, (text) => text.replace('notAfter: 2020-12-31', 'revoked: true'));
  await stillWithdrawn('the key is revoked');
  const restored = await decisionMessage(project, '1.1.0', { decision: 'restored' });
  await forceTag(project, 'restored/v1.1.0/2', { by: bob, message: restored });
  await stillWithdrawn('what a revoked key restores');
  assert.match(await succeed(['status'], ada), /restored\/v1\.1\.0\/2: it .*marked as revoked/);
  for (const { git } of [project.origin, project.clone]) await git('tag', '-d', 'restored/v1.1.0/2');

  await succeed(['import', '--yes', '--push'], ada);
  assert.match(await project.origin.git('cat-file', 'tag', 'checkpoint/1'), /^v1\.1\.0 .* withdrawn 2$/m);
  await changePolicy(project, (text) => text.replace(entry, '').replace('      revoked: true\n', ''));
  await project.origin.git('tag', '-d', 'withdrawn/v1.1.0/2');
  await stillWithdrawn('the key is gone, and the older withdrawal is lifted');
  assert.deepEqual(await aliases(project.data), back);
  await succeed(['restore', '1.1.0', '--reason', 'mended', '--push'], ada);
  assert.deepEqual(await aliases(project.data), { ...back, latest: '1.1.0', '1': '1.1.0' });
});

void test('a key that counts no more moves no alias back, however it withdraws and whatever number it takes', async (t) => {
  const project = await makeTwoReleases(t);
  const ada = await maintainer(project);
  const bob = await makeSshKey(t);
  const entry = `    - name: Bob\n      ssh: ${bob.publicKey}\n      revoked: true\n`;
  await changePolicy(project, (text) => text.replace('  ci:\n', `${entry}  ci:\n`));
  const message = await decisionMessage(project, '1.1.0');
  await forceTag(project, 'withdrawn/v1.1.0/1', { by: bob, message });
  await succeed(['reconcile'], await runner(t, project));
  const forward = { latest: '1.1.0', '1': '1.1.0', '1.1': '1.1.0', '1.0': '1.0.0' };
  assert.deepEqual(await aliases(project.data), forward);
  assert.match(await succeed(['status'], ada), /1\.1\.0 +withdrawn: /, 'nor is it forgotten');

  // A maintainer who withdraws it too does so with a key that counts, and no later number of the other one undoes that.
  await forceTag(project, 'withdrawn/v1.1.0/3', {
    by: bob,
    message: await decisionMessage(project, '1.1.0', { aliases: 'hold' }),
  });
  await succeed(['withdraw', '1.1.0', '--reason', 'loses uploads', '--aliases', 'move', '--push'], ada);
  const back = { ...forward, latest: '1.0.0', '1': '1.0.0' };
  assert.deepEqual(await aliases(project.data), back);
  await forceTag(project, 'withdrawn/v1.1.0/9', {
    by: bob,
    message: await decisionMessage(project, '1.1.0', { aliases: 'hold' }),
  });
  assert.match(await succeed(['status'], ada), /1\.1\.0 +withdrawn: loses uploads/);
  assert.doesNotMatch(await succeed(['status'], ada), /held there/);
});
