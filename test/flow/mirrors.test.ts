import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { openRepository } from '../../src/adapters/oci-http/open-repository.ts';
import { imageTag } from '../../src/domain/image-name.ts';
import type { ImageRepository } from '../../src/ports/repository.ts';
import { listenRegistry } from '../../src/registry-server/listen-registry.ts';
import type { Scope } from '../make/folder.ts';
import { makeFolder } from '../make/folder.ts';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import { runEdge } from '../make/edge-run.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { makeProject } from '../make/project.ts';
import { aliases, readPublished } from '../make/published.ts';
import { pushImage } from '../make/push-image.ts';

void suite('mirrors', { concurrency: 2 }, () => {
  void test('a mirror gets every release with its names, documents and aliases by digest, and follows a withdrawal', async (t) => {
    const mirror = await startMirror(t);
    const project = await makeProject(t);
    await project.tag('1.0.0');
    await succeed(['release', '1.0.0'], await runner(t, project));
    await useMirror(project, mirror.name);
    const said = await succeed(['reconcile'], await runner(t, project));
    assert.match(said, new RegExp(`copy 1\\.0\\.0 = sha256:[0-9a-f]{12} to ${mirror.name}`));
    await assertSame(project, mirror);

    await project.commit({ 'app.txt': 'two\n' });
    await project.tag('1.1.0');
    await succeed(['release', '1.1.0'], await runner(t, project));
    await assertSame(project, mirror);
    const again = await readJson(['reconcile'], await runner(t, project));
    assert.deepEqual(again['done'], [], 'a second run has nothing to do');

    const args = ['withdraw', '1.1.0', '--reason', 'it loses data', '--aliases', 'move'];
    await succeed(args, await maintainer(project));
    await succeed(['reconcile'], await runner(t, project));
    assert.deepEqual(await aliases(project.data), { latest: '1.0.0', '1': '1.0.0', '1.0': '1.0.0', '1.1': '1.1.0' });
    await assertSame(project, mirror);
    await succeed(['verify', '1.0.0'], await runner(t, project));
  });

  void test('a mirror that is down makes reconcile end with its own error after the registry is right', async (t) => {
    const [gone, there] = [await startMirror(t), await startMirror(t)];
    const project = await makeProject(t);
    await useMirror(project, gone.name, there.name);
    await gone.close();
    await project.tag('1.0.0');
    const ended = await runProgram(['release', '1.0.0'], await runner(t, project));
    assert.equal(ended.exitCode, 6, ended.stderr);
    assert.match(ended.stderr, /MIRROR_INCOMPLETE|Cannot fill/);
    assert.ok(ended.stderr.includes(gone.name), ended.stderr);
    assert.deepEqual(await aliases(project.data), { latest: '1.0.0', '1': '1.0.0', '1.0': '1.0.0' });
    await assertSame(project, there);

    const verified = await readJson(['verify', '1.0.0'], await runner(t, project));
    assert.equal(verified['verdict'], 'incomplete');
    const plan = await runProgram(['plan'], await runner(t, project));
    assert.ok(plan.stdout.includes(gone.name), plan.stdout);
  });

  void test('verify tells what a mirror lacks and fails for one that holds something else; reconcile overwrites nothing', async (t) => {
    const mirror = await startMirror(t);
    const project = await makeProject(t);
    await project.tag('1.0.0');
    await succeed(['release', '1.0.0'], await runner(t, project));
    await useMirror(project, mirror.name);
    const lacking = await readJson(['verify', '1.0.0'], await runner(t, project));
    assert.equal(lacking['verdict'], 'passed');
    assert.match(JSON.stringify(lacking['checks']), /does not have 1\.0\.0 yet; run 'cutwater reconcile'/);

    const other = new TextEncoder().encode(
      '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}',
    );
    const { digestOf } = await import('../../src/domain/digest.ts');
    const foreign = { mediaType: 'application/vnd.oci.image.index.v1+json', digest: digestOf(other), bytes: other };
    await mirror.repository.writeManifest(imageTag('1.0.0'), foreign);
    const ended = await runProgram(['reconcile'], await runner(t, project));
    assert.equal(ended.exitCode, 6, ended.stderr);
    assert.ok(ended.stderr.includes(foreign.digest), ended.stderr);
    assert.equal((await mirror.repository.resolve(imageTag('1.0.0')))?.digest, foreign.digest);
    const wrong = await runProgram(['verify', '1.0.0'], await runner(t, project));
    assert.equal(wrong.exitCode, 3, wrong.stdout);
    assert.ok(wrong.stdout.includes(foreign.digest), wrong.stdout);
  });
});

void test('a mirror follows edge and the nightly by digest, and gets no image that nobody vouches for', async (t) => {
  const mirror = await startMirror(t);
  const project = await makeProject(t);
  await useMirror(project, mirror.name);
  await runEdge(project);
  await project.commit({ 'app.txt': 'two\n' });
  await runEdge(project);
  const names = (await mirror.repository.listTags()).toSorted();
  assert.match(names.join(' '), /^edge nightly-[0-9-]{10} sha-[0-9a-f]{40} sha-[0-9a-f]{40}$/);
  await assertSame(project, mirror);

  const folder = `${project.data}/registry`;
  const stranger = await pushImage(folder, { repository: 'tiny', text: 'a stranger', tags: ['edge'] });
  await assert.rejects(runEdge(project), { code: 'ALIAS_WOULD_REGRESS' });
  assert.notEqual((await mirror.repository.resolve(imageTag('edge')))?.digest, stranger);
  await mirror.close();
  await assert.rejects(runEdge(project, { replace: new Map([['edge', stranger]]) }), { code: 'MIRROR_INCOMPLETE' });
  assert.notEqual((await readPublished(project.data)).tags['edge'], stranger, 'the registry is right all the same');
});

interface Mirror {
  /** `127.0.0.1:PORT/mirror/tiny`. */
  readonly name: string;
  readonly repository: ImageRepository;
  close(): Promise<void>;
}

async function startMirror(scope: Scope): Promise<Mirror> {
  const server = await listenRegistry({ folder: await makeFolder(scope) });
  const name = { registry: `127.0.0.1:${server.port}`, repository: 'mirror/tiny' };
  const repository = openRepository(name, { environment: {} });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    repository.close();
    return (closing ??= server.close());
  };
  scope.after(close);
  return { name: `${name.registry}/${name.repository}`, repository, close };
}

async function useMirror(project: TestProject, ...mirrors: readonly string[]): Promise<void> {
  const list = mirrors.map((mirror) => JSON.stringify(mirror)).join(', ');
  await changePolicy(project, (text) => text.replace('    platforms:', `    mirrors: [${list}]\n    platforms:`));
}

/** Every name that people follow is at the mirror, with the same digest, whole, and with the same referrers. */
async function assertSame(project: TestProject, mirror: Mirror): Promise<void> {
  const { tags } = await readPublished(project.data);
  const wanted = Object.entries(tags).filter(([tag]) => !tag.startsWith('candidate-'));
  const found = await mirror.repository.listTags();
  assert.deepEqual(found.toSorted(), wanted.map(([tag]) => tag).toSorted());
  const server = await listenRegistry({ folder: `${project.data}/registry` });
  const main = openRepository({ registry: `127.0.0.1:${server.port}`, repository: 'tiny' }, { environment: {} });
  try {
    for (const [tag, digest] of wanted) {
      const manifest = await mirror.repository.readManifest(imageTag(tag));
      assert.equal(manifest?.digest, digest, tag);
      const [here, there] = [main, mirror.repository].map((each) => each.listReferrers(manifest.digest));
      const digests = async (list: typeof here): Promise<unknown> =>
        (await list)?.map((each) => each.digest).toSorted();
      assert.deepEqual(await digests(there), await digests(here), `referrers of ${tag}`);
    }
  } finally {
    main.close();
    await server.close();
  }
}
