import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { runner } from '../make/actors.ts';
import { runEdge } from '../make/edge-run.ts';
import { partTagOf, platformDigests } from '../make/parts.ts';
import { runProgram, succeed } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { copyProject, makeProject } from '../make/project.ts';
import { readPublished } from '../make/published.ts';
import { pushImage } from '../make/push-image.ts';
import { digestAt, pointImageTags } from '../make/registry-writer.ts';
import { companion, makeTwoImages } from '../make/two-images.ts';

/** A build that never gives the same bytes twice. */
const random = `[[node, -e, "require('node:fs').writeFileSync('app.txt', require('node:crypto').randomUUID())"]]`;

const at = '2026-03-01T12:00:00Z';

function build(platform: string): readonly string[] {
  return ['build', '--edge', '--platform', platform];
}

async function headOf(project: TestProject): Promise<string> {
  return project.clone.git('rev-parse', 'HEAD');
}

void suite('a build of the default branch whose platforms are built by jobs of their own', { concurrency: 2 }, () => {
  void test('is the same to the byte as one that a single job builds, companions too, and is not built again', async (t) => {
    const project = await makeTwoImages(t);
    const whole = await copyProject(t, project);
    const jobs = [await runner(t, project), await runner(t, project)] as const;
    const [amd64, arm64] = await Promise.all([
      succeed(build('linux/amd64'), jobs[0]),
      succeed(build('linux/arm64'), jobs[1]),
    ]);
    assert.match(amd64, /linux\/amd64 of commit [0-9a-f]{12} is built: embedded\/tiny-web@sha256:/);
    assert.doesNotMatch(arm64, /tiny-web/);
    const head = await headOf(project);
    const parts = [`sha-${head}.linux-amd64`, `sha-${head}.linux-arm64`];
    assert.deepEqual(Object.keys((await readPublished(project.data)).tags).toSorted(), parts);

    await runEdge(project, { at });
    await runEdge(whole, { at });
    for (const repository of ['tiny', companion]) {
      const { tags } = await readPublished(project.data, repository);
      const published = Object.entries(tags).filter(([tag]) => !parts.includes(tag));
      assert.deepEqual(Object.fromEntries(published), (await readPublished(whole.data, repository)).tags, repository);
    }
    const later = await succeed(build('linux/arm64'), jobs[0]);
    assert.equal(later, `nothing to build: commit ${head.slice(0, 12)} is published already\n`);
  });

  void test('takes each part as it was built, and neither is ever one of a release of the same commit', async (t) => {
    const project = await makeProject(t, { prepare: random });
    await project.tag('1.0.0');
    const ci = await runner(t, project);
    await succeed(build('linux/arm64'), ci);
    await succeed(['build', '1.0.0', '--platform', 'linux/arm64'], ci);
    const head = await headOf(project);
    const own = await platformDigests(project.data, `sha-${head}.linux-arm64`);
    const ofTag = await platformDigests(project.data, await partTagOf(project, '1.0.0', 'linux/arm64'));
    assert.notDeepEqual(own, ofTag);
    const { notes } = await runEdge(project, { at });
    assert.match(notes.join('\n'), /linux\/arm64 is sha256:[0-9a-f]{64}, built by urn:cutwater:builder:ci/);
    assert.equal((await platformDigests(project.data, 'edge'))['linux/arm64'], own['linux/arm64']);
    await succeed(['release', '1.0.0'], ci);
    assert.equal((await platformDigests(project.data, '1.0.0'))['linux/arm64'], ofTag['linux/arm64']);
  });

  void test('is stopped by whatever else stands in the place of a part, also where CI signed it for a tag of this commit', async (t) => {
    const template = await makeProject(t);
    await template.tag('1.0.0');
    await succeed(['build', '1.0.0', '--platform', 'linux/arm64'], await runner(t, template));
    const head = await headOf(template);
    const place = `sha-${head}.linux-arm64`;
    const attacks: readonly (readonly [(project: TestProject) => Promise<unknown>, RegExp])[] = [
      [
        (project) =>
          pushImage(join(project.data, 'registry'), {
            repository: 'tiny',
            text: 'from a stranger',
            tags: [place],
            platforms: ['arm64'],
          }),
        /as linux\/arm64 of commit [0-9a-f]{12}: sha-[0-9a-f]{40}\.linux-arm64 points at it, but no CI key signed/,
      ],
      [
        async (project) =>
          pointImageTags(
            project.data,
            await digestAt(project.data, await partTagOf(project, '1.0.0', 'linux/arm64')),
            place,
          ),
        /but CI signed it for tag v1\.0\.0, none is wanted/,
      ],
    ];
    for (const [arrange, says] of attacks) {
      const project = await copyProject(t, template);
      await arrange(project);
      const { tags } = await readPublished(project.data);
      for (const args of [['edge'], build('linux/arm64')]) {
        const ended = await runProgram(args, await runner(t, project));
        assert.equal(ended.exitCode, 3, ended.stderr);
        assert.match(ended.stderr, says);
      }
      assert.deepEqual((await readPublished(project.data)).tags, tags);
    }
  });
});

void test('a part of what is no state of the default branch is not built', async (t) => {
  const project = await makeProject(t);
  await project.clone.git('checkout', '-q', '-b', 'other');
  await project.commit({ 'app.txt': 'other\n' });
  const args = [...build('linux/arm64'), '--commit', await headOf(project)];
  const ended = await runProgram(args, await runner(t, project));
  assert.equal(ended.exitCode, 3, ended.stderr);
  assert.match(ended.stderr, /it is not in the first-parent history of main/);
  assert.deepEqual((await readPublished(project.data)).tags, {});
});
