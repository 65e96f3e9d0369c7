import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openRepository } from '../../src/adapters/oci-http/open-repository.ts';
import { imageTag } from '../../src/domain/image-name.ts';
import type { ImageRepository } from '../../src/ports/repository.ts';
import { listenRegistry } from '../../src/registry-server/listen-registry.ts';
import { changePolicy, runner } from '../make/actors.ts';
import type { Scope } from '../make/folder.ts';
import { makeFolder } from '../make/folder.ts';
import { runProgram } from '../make/program.ts';
import { copyProject } from '../make/project.ts';
import type { TestProject } from '../make/project.ts';
import { pushImage } from '../make/push-image.ts';
import { digestAt } from '../make/registry-writer.ts';
import { makeTwoReleases } from '../make/two-releases.ts';

void test('who may push to a registry', { concurrency: 2 }, async (outer) => {
  const template = await makeTwoReleases(outer);
  await Promise.all([
    outer.test('cannot have an image that nobody vouches for carried to the mirrors', async (t) => {
      const project = await copyProject(t, template);
      const mirror = await useMirror(t, project);
      const [first, second] = [await digestAt(project.data, '1.0.0'), await digestAt(project.data, '1.1.0')];
      const folder = `${project.data}/registry`;
      const evil = await pushImage(folder, { repository: 'tiny', text: 'evil', tags: ['latest'] });
      const worse = await pushImage(folder, { repository: 'tiny', text: 'worse', tags: ['1.0.0', 'sha-abc'] });
      const plan = await runProgram(['plan'], await runner(t, project));
      assert.doesNotMatch(plan.stdout, new RegExp(`copy .*(?:${evil.slice(0, 19)}|${worse.slice(0, 19)})`));
      const ended = await runProgram(['reconcile'], await runner(t, project));
      assert.equal(ended.exitCode, 3, ended.stderr);
      assert.match(ended.stderr, /Cannot move latest/);
      for (const digest of [evil, worse]) assert.equal(await mirror.resolve(digest), undefined, digest);
      assert.equal(await mirror.resolve(imageTag('latest')), undefined);
      // What was released has its name there, whatever the registry itself has come to show under it.
      const wanted = { '1.0.0': first, '1.0': first, '1.1.0': second, '1': second, '1.1': second };
      for (const [tag, digest] of Object.entries(wanted))
        assert.equal((await mirror.resolve(imageTag(tag)))?.digest, digest, tag);
    }),

    outer.test('of a mirror, and takes one name there, keeps no other release and no alias from it', async (t) => {
      const project = await copyProject(t, template);
      const mirror = await useMirror(t, project);
      const foreign = await project.clone.git('rev-parse', 'HEAD');
      const squatted = await pushImage(mirror.folder, { repository: 'mirror/tiny', text: foreign, tags: ['1.0.0'] });
      const ended = await runProgram(['reconcile'], await runner(t, project));
      assert.equal(ended.exitCode, 6, ended.stderr);
      assert.ok(ended.stderr.includes(squatted), ended.stderr);
      assert.match(ended.stderr, /Look into what is named above; everything else is there/);
      assert.equal((await mirror.resolve(imageTag('1.0.0')))?.digest, squatted);
      assert.equal(await mirror.resolve(imageTag('statement-1.0.0')), undefined);
      for (const tag of ['1.1.0', 'statement-1.1.0', 'latest', '1', '1.0'])
        assert.equal((await mirror.resolve(imageTag(tag)))?.digest, await digestAt(project.data, tag), tag);
    }),
  ]);
});

async function useMirror(scope: Scope, project: TestProject): Promise<ImageRepository & { readonly folder: string }> {
  const folder = await makeFolder(scope);
  const server = await listenRegistry({ folder });
  const name = { registry: `127.0.0.1:${server.port}`, repository: 'mirror/tiny' };
  const repository = openRepository(name, { environment: {} });
  scope.after(() => {
    repository.close();
    return server.close();
  });
  const mirrors = `    mirrors: [${JSON.stringify(`${name.registry}/${name.repository}`)}]\n`;
  await changePolicy(project, (text) => text.replace('    platforms:', `${mirrors}    platforms:`));
  return { ...repository, folder };
}
