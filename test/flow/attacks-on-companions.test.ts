import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { suite, test } from 'node:test';
import { openRepository } from '../../src/adapters/oci-http/open-repository.ts';
import type { Digest } from '../../src/domain/digest.ts';
import { imageTag } from '../../src/domain/image-name.ts';
import { copyImage } from '../../src/engine/mirrors/copy-image.ts';
import type { ImageRepository } from '../../src/ports/repository.ts';
import { listenRegistry } from '../../src/registry-server/listen-registry.ts';
import { maintainer, runner } from '../make/actors.ts';
import type { Scope } from '../make/folder.ts';
import { makeFolder } from '../make/folder.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { copyProject, makeCiKey, makeProject } from '../make/project.ts';
import { aliases, followed, readPublished } from '../make/published.ts';
import { pushImage } from '../make/push-image.ts';
import { assertRefused } from '../make/refusal.ts';
import { addCompanion, companion, companionPolicy, makeTwoImages } from '../make/two-images.ts';

void suite('somebody who may push to the repository of a companion', { concurrency: 2 }, () => {
  void test('cannot have another image released or pointed at in its place, be it the first image of this very tag', async (t) => {
    const template = await makeReleased(t);
    await assertRefused(t, template, {
      name: 'the candidate tag of the companion at the first image, with all that CI signed about it for this tag',
      arrange: async (project) => {
        await project.tag('1.1.0');
        const stopped = await copyProject(t, project);
        await succeed(['release', '1.1.0'], await runner(t, stopped));
        await graft(stopped, project, '1.1.0');
      },
      exit: 3,
      says: [/Cannot release image sha256:[0-9a-f]{64}: .* no CI key signed that it was built for this tag/],
    });
    await assertRefused(t, template, {
      name: 'the version tag of the companion at another image',
      arrange: async (project) => {
        await project.tag('1.1.0');
        await push(project, ['1.1.0']);
      },
      exit: 3,
      says: [
        /Cannot publish embedded\/tiny-web:1\.1\.0: it is sha256:[0-9a-f]{64} already, sha256:[0-9a-f]{64} is wanted/,
      ],
    });
  });

  void test('cannot have an alias of it follow a stranger, nor the first image held up', async (t) => {
    const project = await makeReleased(t);
    const stranger = await push(project, ['latest', '9.9.9']);
    await project.tag('1.1.0');
    const ended = await runProgram(['release', '1.1.0'], await runner(t, project));
    assert.equal(ended.exitCode, 3, ended.stderr);
    assert.match(ended.stderr, /Cannot move embedded\/tiny-web:latest/);
    assert.deepEqual(await aliases(project.data), { latest: '1.1.0', '1': '1.1.0', '1.1': '1.1.0', '1.0': '1.0.0' });
    const web = await aliases(project.data, companion);
    assert.deepEqual([web['1'], web['1.1'], web['1.0'], web['9']], ['1.1.0', '1.1.0', '1.0.0', undefined]);
    const verified = await runProgram(['verify', '1.1.0'], await runner(t, project));
    assert.equal(verified.exitCode, 3, verified.stdout);
    assert.match(verified.stdout, /FAILED\s+alias embedded\/tiny-web:latest/);
    const unknown = await runProgram(['verify', `embedded/${companion}@${stranger}`], await runner(t, project));
    assert.equal(unknown.exitCode, 3, unknown.stderr);
    assert.match(unknown.stderr, /Cannot tell which release/);
    await succeed(['reconcile', '--replace', `latest@${stranger}`], await runner(t, project));
    assert.equal((await aliases(project.data, companion))['latest'], '1.1.0');
    const moved = await readPublished(project.data);
    await pointAt(project, '1.0.0', '1.1.0');
    assert.deepEqual(followed(await readPublished(project.data)), followed(moved));
    const wrong = await runProgram(['verify', '1.1.0'], await runner(t, project));
    assert.equal(wrong.exitCode, 3, wrong.stdout);
    assert.match(wrong.stdout, /FAILED\s+image embedded\/tiny-web/);
  });
});

void test('once a checkpoint vouches for a release, its companion keeps its aliases and can go back although the CI key has gone', async (t) => {
  const project = await makeReleased(t);
  await project.tag('1.1.0');
  await succeed(['release', '1.1.0'], await runner(t, project));
  await succeed(['import', '--yes', '--push'], await maintainer(project));
  await project.commit({ '.cutwater/keys/ci.pub': makeCiKey('ed25519').publicPem });
  const found = await readJson(['reconcile'], await runner(t, project));
  assert.deepEqual(found['done'], []);
  const args = ['withdraw', '1.1.0', '--reason', 'bad', '--aliases', 'move', '--push'];
  await succeed(args, await maintainer(project));
  const down = { latest: '1.0.0', '1': '1.0.0', '1.1': '1.1.0', '1.0': '1.0.0' };
  assert.deepEqual([await aliases(project.data), await aliases(project.data, companion)], [down, down]);
});

void test('a registry of a companion that answers nonsense keeps no bad version of the first image under its aliases', async (t) => {
  const server = await listenRegistry({ folder: await makeFolder(t) });
  const name = `127.0.0.1:${server.port}/team/${companion}`;
  const mirror = 'embedded/mirror-of-web';
  const project = await makeProject(t);
  await addCompanion(
    project,
    companionPolicy.replace(`embedded/${companion}\n`, `${name}\n    mirrors: [${mirror}]\n`),
  );
  for (const version of ['1.0.0', '1.1.0']) {
    await project.commit({ 'app.txt': version });
    await project.tag(version);
    await succeed(['release', version], await runner(t, project));
  }
  const mirrored = (await readPublished(project.data, 'mirror-of-web')).tags;
  assert.ok(mirrored['1.1.0']);
  await server.close();
  const nonsense = createServer((_, response) => response.end('hello')).listen(server.port, '127.0.0.1');
  t.after(() => nonsense.close());
  const args = ['withdraw', '1.1.0', '--reason', 'bad', '--aliases', 'move', '--push'];
  const ended = await runProgram(args, await maintainer(project));
  assert.equal(ended.exitCode, 6, ended.stderr);
  assert.match(ended.stderr.replaceAll(/\s+/g, ' '), /its aliases are not judged, everything else is right/);
  assert.match(ended.stderr, /withdrawn\/v1\.1\.0\/1 is signed and pushed: the decision stands/);
  assert.deepEqual(await aliases(project.data), { latest: '1.0.0', '1': '1.0.0', '1.1': '1.1.0', '1.0': '1.0.0' });
  assert.deepEqual((await readPublished(project.data, 'mirror-of-web')).tags, mirrored);
  const verified = await readJson(['verify', '1.0.0'], await runner(t, project));
  assert.equal(verified['verdict'], 'failed');
  const checks = JSON.stringify(verified['checks']);
  assert.ok(checks.includes('"name":"alias latest","is":"passed"'), checks);
  assert.ok(checks.includes(`"name":"aliases of ${name}","is":"unchecked"`), checks);
  const status = await runProgram(['status'], await runner(t, project));
  assert.match(status.stderr, new RegExp(`Where the aliases of ${name} are is not shown`));
  const plan = await runProgram(['plan'], await runner(t, project));
  assert.equal(plan.exitCode, 3, plan.stdout);
});

/** 1.0.0 is released with two images, and the branch has moved on. */
async function makeReleased(scope: Scope): Promise<TestProject> {
  const project = await makeTwoImages(scope);
  await project.tag('1.0.0');
  await succeed(['release', '1.0.0'], await runner(scope, project));
  await project.commit({ 'app.txt': 'two\n', 'web.txt': 'two\n' });
  return project;
}

function push(project: TestProject, tags: readonly string[]): Promise<Digest> {
  return pushImage(`${project.data}/registry`, { repository: companion, text: 'a stranger', tags });
}

async function withRepository<Result>(
  data: string,
  repository: string,
  act: (repository: ImageRepository) => Promise<Result>,
): Promise<Result> {
  const server = await listenRegistry({ folder: `${data}/registry` });
  const address = { protocol: 'http', host: '127.0.0.1', port: server.port } as const;
  const opened = openRepository({ registry: 'embedded', repository }, { address });
  try {
    return await act(opened);
  } finally {
    opened.close();
    await server.close();
  }
}

/** Puts the first image of a version, as it was released elsewhere, under the companion's candidate tag. */
async function graft(from: TestProject, to: TestProject, version: string): Promise<void> {
  const object = await to.clone.git('rev-parse', `refs/tags/v${version}`);
  await withRepository(from.data, 'tiny', (source) =>
    withRepository(to.data, companion, async (target) => {
      const found = await source.resolve(imageTag(version));
      assert.ok(found);
      const { signal } = new AbortController();
      await copyImage({ from: source, to: target, digest: found.digest, referrers: true, signal });
      const manifest = await target.readManifest(found.digest);
      assert.ok(manifest);
      await target.writeManifest(imageTag(`candidate-${object}`), manifest);
    }),
  );
}

/** Points a version of the companion at the image of another one. */
async function pointAt(project: TestProject, version: string, tag: string): Promise<void> {
  await withRepository(project.data, companion, async (repository) => {
    const manifest = await repository.readManifest(imageTag(version));
    assert.ok(manifest);
    await repository.writeManifest(imageTag(tag), manifest);
  });
}
