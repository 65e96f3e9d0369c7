import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { maintainer } from '../make/actors.ts';
import { decisionMessage } from '../make/git-attacks.ts';
import { runProgram, succeed } from '../make/program.ts';
import { copyProject, freshClone } from '../make/project.ts';
import type { TestProject } from '../make/project.ts';
import { aliases } from '../make/published.ts';
import { digestAt, pointImageTags } from '../make/registry-writer.ts';
import { makeTwoReleases } from '../make/two-releases.ts';

const forward = { latest: '1.1.0', '1': '1.1.0', '1.1': '1.1.0', '1.0': '1.0.0' };
const back = { ...forward, latest: '1.0.0', '1': '1.0.0' };
const withdraw = ['withdraw', '1.1.0', '--reason', 'loses uploads', '--aliases', 'move'] as const;
const restore = ['restore', '1.1.0', '--reason', 'it was the proxy', '--push'] as const;

void test('a decision made twice, or cut off, ends as if it was made once', { concurrency: 2 }, async (outer) => {
  const template = await makeTwoReleases(outer);
  await Promise.all([
    outer.test('where another maintainer was quicker, the slower one is not told to push for ever', async (t) => {
      const project = await copyProject(t, template);
      const ada = await maintainer(project);
      // Signed and not pushed, as by a run that was killed in between.
      const message = await decisionMessage(project, '1.1.0', { reason: 'eats uploads' });
      await project.clone.tag('withdrawn/v1.1.0/1', { by: project.key, message });
      const other = await freshClone(t, project);
      const beside: TestProject = { ...project, clone: other };
      await succeed([...withdraw, '--push'], await maintainer(beside));
      assert.match(await succeed([...withdraw, '--push'], ada), /withdrawn\/v1\.1\.0\/1 says so already/);
      assert.deepEqual(await aliases(project.data), back);
    }),

    outer.test('a restore that was killed after its push is carried out by the next run', async (t) => {
      const project = await copyProject(t, template);
      const ada = await maintainer(project);
      await succeed([...withdraw, '--push'], ada);
      const message = await decisionMessage(project, '1.1.0', { decision: 'restored' });
      await project.clone.git('fetch', '-q', 'origin');
      await project.clone.tag('restored/v1.1.0/1', { by: project.key, message, target: 'origin/main' });
      await project.clone.git('push', '-q', 'origin', 'refs/tags/restored/v1.1.0/1');
      assert.match(await succeed(restore, ada), /restored\/v1\.1\.0\/1 says so already/);
      assert.deepEqual(await aliases(project.data), forward);
      assert.match(await project.origin.git('show', 'main:CHANGELOG.md'), /restored/i);
      const never = await runProgram(['restore', '1.0.0', '--reason', 'why not', '--push'], ada);
      assert.equal(never.exitCode, 3, never.stderr);
    }),

    outer.test(
      'a version whose tag only the remote has can be withdrawn, and it is the tag of the remote that is meant',
      async (t) => {
        const project = await copyProject(t, template);
        const old = await freshClone(t, project);
        await project.clone.git('checkout', '-q', 'main');
        await project.commit({ 'app.txt': 'three\n' });
        await project.tag('1.1.1');
        const ada = await maintainer({ ...project, clone: old });
        await old.tag('v1.1.1', { message: 'Not pushed' });
        await succeed(['withdraw', '1.1.1', '--reason', 'wrong commit', '--push'], ada);
        const said = await project.origin.git('cat-file', 'tag', 'refs/tags/withdrawn/v1.1.1/1');
        const tag = (await project.origin.git('rev-parse', 'refs/tags/v1.1.1')).trim();
        assert.ok(said.includes(`Release-Tag: ${tag}`), said);
      },
    ),

    outer.test('another version to use instead is a further decision and is not dropped', async (t) => {
      const project = await copyProject(t, template);
      const ada = await maintainer(project);
      await succeed([...withdraw, '--push'], ada);
      await succeed([...withdraw, '--use', '1.0.0', '--push'], ada);
      assert.match(await project.clone.git('tag', '--list', 'withdrawn/*'), /withdrawn\/v1\.1\.0\/2$/);
      assert.match(await succeed([...withdraw, '--use', '1.0.0', '--push'], ada), /v1\.1\.0\/2 says so already/);
      assert.match(await succeed([...withdraw, '--push'], ada), /v1\.1\.0\/2 says so already/);
    }),

    outer.test(
      'a checkpoint that was signed and not pushed is pushed by the next run, and no second one is made',
      async (t) => {
        const project = await copyProject(t, template);
        const ada = await maintainer(project);
        await succeed(['import', '--yes'], ada);
        assert.match(await succeed(['import', '--yes', '--push'], ada), /checkpoint\/1 says so already/);
        assert.equal(await project.clone.git('tag', '--list', 'checkpoint/*'), 'checkpoint/1');
        assert.equal(await project.origin.git('tag', '--list', 'checkpoint/*'), 'checkpoint/1');
        assert.match(await succeed(['import', '--yes', '--push'], ada), /Nothing to import/);
      },
    ),

    outer.test('the changelog tells of a withdrawal although an alias cannot follow', async (t) => {
      const project = await copyProject(t, template);
      await pointImageTags(project.data, await digestAt(project.data, 'statement-1.0.0'), 'latest');
      const stuck = await runProgram([...withdraw, '--push'], await maintainer(project));
      assert.equal(stuck.exitCode, 3, stuck.stderr);
      assert.match(stuck.stderr, /Cannot move latest/);
      assert.match(await project.origin.git('show', 'main:CHANGELOG.md'), /loses uploads/);
      assert.match(await readFile(join(project.data, 'releases/v1.1.0/notes.md'), 'utf8'), /loses uploads/);
    }),
  ]);
});
