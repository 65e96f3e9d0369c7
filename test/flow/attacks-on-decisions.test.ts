import assert from 'node:assert/strict';
import { cp, rm } from 'node:fs/promises';
import { test } from 'node:test';
import { maintainer, runner } from '../make/actors.ts';
import { checkpointMessage, decisionMessage, forceTag } from '../make/git-attacks.ts';
import { makeSshKey } from '../make/keys.ts';
import { runProgram, succeed } from '../make/program.ts';
import { copyData, copyProject } from '../make/project.ts';
import { aliases } from '../make/published.ts';
import { digestAt } from '../make/registry-writer.ts';
import { makeTwoReleases } from '../make/two-releases.ts';
import { objectId } from '../../src/domain/object-id.ts';
import { readVersion } from '../../src/domain/version.ts';

const forward = { latest: '1.1.0', '1': '1.1.0', '1.1': '1.1.0', '1.0': '1.0.0' };
const back = { latest: '1.0.0', '1': '1.0.0', '1.1': '1.1.0', '1.0': '1.0.0' };
const withdraw = (version: string, word: 'move' | 'hold') =>
  ['withdraw', version, '--reason', 'loses uploads', '--push', '--aliases', word] as const;

void test('somebody who may push tags', { concurrency: 2 }, async (outer) => {
  const template = await makeTwoReleases(outer);
  await Promise.all([
    outer.test('cannot un-withdraw a version by putting another object in the place of the withdrawal', async (t) => {
      const project = await copyProject(t, template);
      const beforeIt = await copyData(t, project);
      const ada = await maintainer(project);
      await succeed(withdraw('1.1.0', 'move'), ada);
      assert.deepEqual(await aliases(project.data), back);
      const name = 'withdrawn/v1.1.0/1';
      const real = await project.clone.git('rev-parse', `refs/tags/${name}`);
      const message = await decisionMessage(project, '1.1.0');
      const junk = [{ message }, { kind: 'lightweight' as const }, { by: await makeSshKey(t), message }];
      for (const options of junk) {
        await forceTag(project, name, options);
        const seen = await succeed(['reconcile'], await runner(t, project));
        assert.match(seen, /Nothing to do/, JSON.stringify(options));
      }
      assert.deepEqual(await aliases(project.data), back);
      // Nor where the registry never saw the withdrawal, and only the maintainer's clone has it.
      await rm(project.data, { recursive: true });
      await cp(beforeIt, project.data, { recursive: true });
      await project.clone.pointTag(name, objectId(real));
      assert.deepEqual(await aliases(project.data), forward);
      await succeed(['reconcile'], ada);
      assert.deepEqual(await aliases(project.data), back);
      assert.match(await succeed(['reconcile'], await runner(t, project)), /Nothing to do/);
      assert.match(await succeed(['status'], await runner(t, project)), /withdrawn\/v1\.1\.0\/1: it /);
    }),

    outer.test('cannot replay decisions of another project, or a restore of another release', async (t) => {
      const project = await copyProject(t, template);
      const { key: by } = project;
      const entry = {
        version: readVersion('1.1.0'),
        release: objectId(await project.clone.git('rev-parse', 'refs/tags/v1.1.0')),
        digest: await digestAt(project.data, '1.1.0'),
        statement: undefined,
        state: 'withdrawn',
        decisions: 0,
      } as const;
      const foreign = { project: 'other', entries: [entry] };
      await forceTag(project, 'withdrawn/v1.1.0/1', {
        by,
        message: await decisionMessage(project, '1.1.0', { project: 'other' }),
      });
      await forceTag(project, 'checkpoint/1', { by, message: checkpointMessage(1, foreign) });
      assert.match(await succeed(['reconcile'], await runner(t, project)), /Nothing to do/);
      assert.deepEqual(await aliases(project.data), forward);

      await succeed(withdraw('1.1.0', 'move'), await maintainer(project));
      assert.deepEqual(await aliases(project.data), back);
      const replays = [
        { project: 'other' },
        { release: objectId(await project.clone.git('rev-parse', 'refs/tags/v1.0.0')) },
        { digest: await digestAt(project.data, '1.0.0') },
        { digest: undefined },
      ];
      const reader = await runner(t, project);
      for (const replay of replays) {
        const message = await decisionMessage(project, '1.1.0', { decision: 'restored', ...replay });
        await forceTag(project, 'restored/v1.1.0/2', { by, message });
        const status = await succeed(['status'], reader);
        assert.match(status, /1\.1\.0 +withdrawn: loses uploads/, JSON.stringify(replay));
        assert.match(status, /latest +1\.0\.0 .*as it should be/, JSON.stringify(replay));
        assert.match(
          status,
          'project' in replay ? /restored\/v1\.1\.0\/2: it is about project "other"/ : restoresNothing,
        );
      }
      const status = await succeed(['status'], reader);
      assert.match(status, /withdrawn\/v1\.1\.0\/1: it is about project "other"/);
      assert.match(status, /checkpoint\/1: it is about project "other"/);
    }),

    outer.test('cannot keep maintainers from deciding by taking the highest numbers', async (t) => {
      const project = await copyProject(t, template);
      const ada = await maintainer(project);
      await forceTag(project, 'withdrawn/v1.1.0/999999999', { message: await decisionMessage(project, '1.1.0') });
      await forceTag(project, 'checkpoint/999999999', { kind: 'lightweight' });
      await succeed(withdraw('1.1.0', 'hold'), ada);
      assert.deepEqual(await aliases(project.data), forward, 'held');
      // Another word about the aliases is a further decision, and the newest speaks.
      await succeed(withdraw('1.1.0', 'move'), ada);
      assert.deepEqual(await aliases(project.data), back);
      const mine = await project.origin.git('tag', '--list', 'withdrawn/v1.1.0/?');
      assert.deepEqual(mine.split('\n'), ['withdrawn/v1.1.0/1', 'withdrawn/v1.1.0/2']);
      await succeed(['import', '--yes', '--push'], ada);
      assert.match(await project.origin.git('cat-file', 'tag', 'checkpoint/1'), /^v1\.1\.0 .* withdrawn 2$/m);
      assert.deepEqual(await aliases(project.data), back);

      // A restore lifts nothing until it is pushed, and goes on where it was interrupted.
      const restore = ['restore', '1.1.0', '--reason', 'the defect was elsewhere'];
      await succeed(restore, ada);
      assert.deepEqual(await aliases(project.data), back, 'nothing is pushed yet');
      assert.match(await succeed(['status'], ada), /restored\/v1\.1\.0\/2: it is not pushed yet/);
      assert.match(await succeed(['reconcile'], await runner(t, project)), /Nothing to do/);
      await project.origin.tag('restored/v1.1.0/2', { message: 'in the way' });
      const blocked = await runProgram([...restore, '--push'], ada);
      assert.equal(blocked.exitCode, 3, blocked.stderr);
      assert.match(blocked.stderr, /next: .*git push origin --delete refs\/tags\/restored\/v1\.1\.0\/2/);
      await project.origin.git('tag', '-d', 'restored/v1.1.0/2');
      await succeed([...restore, '--push'], ada);
      assert.deepEqual(await aliases(project.data), forward);
      assert.match(await succeed(['reconcile'], await runner(t, project)), /Nothing to do/);
    }),
  ]);
});

const restoresNothing = /restored\/v1\.1\.0\/2: it .*withdrawal/;
