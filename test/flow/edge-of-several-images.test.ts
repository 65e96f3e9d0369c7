import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { openRepository } from '../../src/adapters/oci-http/open-repository.ts';
import { imageTag } from '../../src/domain/image-name.ts';
import { copyImage } from '../../src/engine/mirrors/copy-image.ts';
import type { ImageRepository } from '../../src/ports/repository.ts';
import { listenRegistry } from '../../src/registry-server/listen-registry.ts';
import { changePolicy, runner } from '../make/actors.ts';
import { runEdge } from '../make/edge-run.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { makeProject } from '../make/project.ts';
import { readPublished } from '../make/published.ts';
import { addCompanion, companion, makeTwoImages } from '../make/two-images.ts';

void suite('edge of several images', { concurrency: 2 }, () => {
  void test('builds, names and moves every image of the commit, and the gates see all of them', async (t) => {
    const project = await makeProject(t);
    await runEdge(project);
    await addCompanion(project);
    await changePolicy(project, (text) => `${text}${gate}`);
    const plan = await succeed(['plan', '--edge'], await runner(t, project));
    assert.match(plan, /build embedded\/tiny-web of commit [0-9a-f]{12} and push it by digest/);
    const said = await succeed(['edge'], await runner(t, project));
    const head = await project.clone.git('rev-parse', 'HEAD');
    for (const name of ['tiny', companion]) {
      const { tags } = await readPublished(project.data, name);
      const [nightly] = Object.keys(tags).filter((tag) => tag.startsWith('nightly-'));
      assert.ok(tags[`sha-${head}`]);
      assert.deepEqual([tags['edge'], tags[nightly ?? '']], [tags[`sha-${head}`], tags[`sha-${head}`]]);
      assert.ok(said.includes(`embedded/${name}@${tags['edge'] ?? ''}`), said);
    }
    const first = await readPublished(project.data);
    assert.notEqual(first.tags['edge'], (await readPublished(project.data, companion)).tags['edge']);
    const again = await runEdge(project);
    assert.deepEqual([again.done, again.build.built, again.companions[0]?.build.built], [[], false, false]);
    const status = await readJson(['status'], await runner(t, project));
    assert.match(JSON.stringify(status['channels']), /"image":"embedded\/tiny-web","name":"edge"/);
    await project.tag('1.0.0');
    await succeed(['release', '1.0.0'], await runner(t, project));
    assert.deepEqual((await runEdge(project)).done, [], 'a release moves no channel');
  });

  void test('is not led astray by the first image under the names of its companion, although CI signed it for the commit', async (t) => {
    const project = await makeTwoImages(t);
    await runEdge(project);
    await project.commit({ 'app.txt': 'two\n', 'web.txt': 'two\n' });
    const head = await project.clone.git('rev-parse', 'HEAD');
    await runEdge(project, { data: project.data });
    await graft(project, 'edge', [`sha-${head}`, 'edge']);
    const before = await readPublished(project.data);
    const ended = await runProgram(['edge'], await runner(t, project));
    assert.equal(ended.exitCode, 3, ended.stderr);
    assert.match(ended.stderr, /Cannot move embedded\/tiny-web:edge: nobody vouches for the image there/);
    assert.match(ended.stderr, new RegExp(`embedded/tiny-web:sha-${head} stays .*: nobody vouches for that image`));
    assert.deepEqual((await readPublished(project.data)).tags, before.tags, 'the first image is left alone');
    const { tags } = await readPublished(project.data, companion);
    const stranger = before.tags['edge'] ?? '';
    assert.equal(tags['edge'], stranger);
    await succeed(['edge', '--replace', `edge@${stranger}`], await runner(t, project));
    assert.notEqual((await readPublished(project.data, companion)).tags['edge'], stranger);
  });
});

/** Passes only where both images are given. */
const gate = `gates:
  - name: boot
    on: candidate
    classes: [edge]
    command: [node, -e, "const [own, web] = process.argv.slice(1); process.exit(own.includes('/tiny@sha256:') && web.includes('/tiny-web@sha256:') && web === process.env.CANDIDATE_IMAGE_TINY_WEB ? 0 : 1)", "{image}", "{image:${companion}}"]
`;

/** Puts what a tag of the first image holds, with all that refers to it, under tags of the companion. */
async function graft(project: TestProject, from: string, tags: readonly string[]): Promise<void> {
  const server = await listenRegistry({ folder: `${project.data}/registry` });
  const address = { protocol: 'http', host: '127.0.0.1', port: server.port } as const;
  const open = (repository: string): ImageRepository & { close(): void } =>
    openRepository({ registry: 'embedded', repository }, { address });
  const [source, target] = [open('tiny'), open(companion)];
  try {
    const manifest = await source.readManifest(imageTag(from));
    assert.ok(manifest);
    await copyImage({ from: source, to: target, digest: manifest.digest, referrers: true });
    for (const tag of tags) await target.writeManifest(imageTag(tag), manifest);
  } finally {
    source.close();
    target.close();
    await server.close();
  }
}
