import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { openReleaseProject } from '../../src/cli/compose-release.ts';
import { readVersion } from '../../src/domain/version.ts';
import type { EngineEvent } from '../../src/engine/event.ts';
import { buildParts } from '../../src/engine/release/build-parts.ts';
import type { ImageBuilder } from '../../src/ports/image-builder.ts';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import { partTagOf, platformDigests, provenanceOf } from '../make/parts.ts';
import type { RunAt } from '../make/program.ts';
import { runProgram, succeed } from '../make/program.ts';
import { ciEnvironment, copyProject, freshClone, makeProject } from '../make/project.ts';
import { readPublished } from '../make/published.ts';
import { silentContext } from '../make/silent-context.ts';
import { companion, makeTwoImages } from '../make/two-images.ts';

/** A build that never gives the same bytes twice. */
const random = `[[node, -e, "require('node:fs').writeFileSync('app.txt', require('node:crypto').randomUUID())"]]`;

function build(version: string, platform: string): readonly string[] {
  return ['build', version, '--platform', platform];
}

void suite('a release whose platforms are built by jobs of their own', { concurrency: 2 }, () => {
  void test('is the same to the byte as one that a single job builds, images and files of companions too', async (t) => {
    const project = await makeTwoImages(t);
    await project.tag('1.0.0');
    const whole = await copyProject(t, project);
    const [first, second] = [await runner(t, project), await runner(t, project)];
    await Promise.all([succeed(build('1.0.0', 'linux/amd64'), first), succeed(build('v1.0.0', 'linux/arm64'), second)]);
    const parts = Object.keys((await readPublished(project.data)).tags).toSorted();
    const [amd64, arm64] = [
      await partTagOf(project, '1.0.0', 'linux/amd64'),
      await partTagOf(project, '1.0.0', 'linux/arm64'),
    ];
    assert.deepEqual(parts, [amd64, arm64], 'nothing else has a name');
    assert.deepEqual(Object.keys((await readPublished(project.data, companion)).tags), [amd64]);

    const plan = await succeed(['plan', '1.0.0'], first);
    const built = [...plan.matchAll(/✓ build (linux\/\w+ of (?:embedded\/tiny-web of )?commit)/g)].map(
      ([, text]) => text,
    );
    assert.deepEqual(built, [
      'linux/amd64 of commit',
      'linux/arm64 of commit',
      'linux/amd64 of embedded/tiny-web of commit',
    ]);
    assert.doesNotMatch(await succeed(['plan', '1.0.0'], await runner(t, whole)), /and keep it as/);

    await succeed(['release', '1.0.0'], await runner(t, project));
    await succeed(['release', '1.0.0'], await runner(t, whole));
    for (const repository of ['tiny', companion]) {
      const { tags, ...rest } = await readPublished(project.data, repository);
      const { [amd64]: _, [arm64]: __, ...published } = tags;
      assert.deepEqual({ tags: published, ...rest }, await readPublished(whole.data, repository), repository);
    }
    assert.match(await succeed(['verify', '1.0.0'], await runner(t, project)), /1\.0\.0 is what was released/);
    const later = await succeed(build('1.0.0', 'linux/amd64'), first);
    assert.equal(later, 'nothing to build: v1.0.0 is published already\n');
  });

  void test('takes each part as it was built, builds only what is missing, and says in its provenance who built what', async (t) => {
    const project = await makeProject(t, { prepare: random });
    await project.tag('1.0.0');
    const at = await runner(t, project);
    const { CI: _, ...env } = at.env;
    const elsewhere: RunAt = { ...at, env };
    await succeed(build('1.0.0', 'linux/arm64'), elsewhere);
    const part = await partTagOf(project, '1.0.0', 'linux/arm64');
    const kept = await platformDigests(project.data, part);
    const again = await runProgram(build('1.0.0', 'linux/arm64'), at);
    assert.match(again.stderr, /= build linux\/arm64 of commit [0-9a-f]{12} and keep it as .* \(already so\)/);
    const released = await runProgram(['release', '1.0.0'], at);
    assert.equal(released.exitCode, 0, released.stderr);
    assert.match(released.stderr, /linux\/arm64 is sha256:[0-9a-f]{64}, built by urn:cutwater:builder:workstation/);
    const published = await platformDigests(project.data, '1.0.0');
    assert.deepEqual(Object.keys(published), ['linux/amd64', 'linux/arm64'], 'in the order of the policy');
    assert.equal(published['linux/arm64'], kept['linux/arm64']);
    const { buildDefinition, runDetails } = await provenanceOf(project.data, '1.0.0');
    assert.deepEqual(runDetails, { builder: { id: 'urn:cutwater:builder:ci' } });
    assert.deepEqual(Object(buildDefinition).internalParameters, {
      builders: [{ platform: 'linux/arm64', id: 'urn:cutwater:builder:workstation' }],
    });
    const { tags } = await readPublished(project.data);
    await succeed(['release', '1.0.0'], await runner(t, project));
    assert.deepEqual((await readPublished(project.data)).tags, tags, 'a resume by hand builds nothing anew');
    const verified = await succeed(['verify', '1.0.0'], at);
    assert.match(verified, /1\.0\.0 is what was released/);
    assert.doesNotMatch(verified, /urn:cutwater:part/, 'no part is anything to a release that is whole');
  });

  void test('has its own record of a part that is also one of another tag: of two candidates of one commit each is released', async (t) => {
    const project = await makeProject(t);
    const at = await runner(t, project);
    const candidates = ['1.0.0-rc.1', '1.0.0-rc.2'];
    for (const version of candidates) {
      await project.tag(version);
      await succeed(build(version, 'linux/arm64'), at);
    }
    const { tags } = await readPublished(project.data);
    const [first, second] = await Promise.all(
      candidates.map(async (version) => tags[await partTagOf(project, version, 'linux/arm64')]),
    );
    assert.equal(first, second, 'the same bytes, and a record for each tag');
    for (const version of candidates) await succeed(['release', version], at);
  });

  void test('has one part for a platform, though another job is done with it while this one builds; both digests are said', async (t) => {
    const project = await makeProject(t, { prepare: random, ciKey: 'p256' });
    await project.tag('1.0.0');
    const { folder } = await freshClone(t, project);
    const opened = await openReleaseProject(silentContext({ folder, env: ciEnvironment(project) }));
    const { world, loaded } = opened;
    const asked = { version: readVersion('1.0.0'), platform: { os: 'linux', architecture: 'arm64' } };
    const notes: string[] = [];
    const report = (event: EngineEvent): unknown => event.type === 'note' && notes.push(event.text);
    let own = '';
    const builder: ImageBuilder = {
      ...world.builder,
      buildInto: async (...given) => {
        await succeed(build('1.0.0', 'linux/arm64'), await runner(t, project));
        const index = await world.builder.buildInto(...given);
        own = index.digest;
        return index;
      },
    };
    const { parts } = await buildParts({ ...world, builder, report }, loaded, asked);
    await opened.close();
    const first = (await readPublished(project.data)).tags[await partTagOf(project, '1.0.0', 'linux/arm64')];
    assert.notEqual(own, first);
    assert.deepEqual(
      parts.map(({ index }) => index),
      [first],
    );
    assert.deepEqual(notes, [
      `linux/arm64 is ${first ?? ''}, which another run built first; ${own}, built here, is not used`,
    ]);
  });
});

void test('a job builds nothing where the release takes a candidate, has no such platform, or may not be', async (t) => {
  const project = await makeProject(t);
  await project.tag('1.0.0-rc.1');
  const at = await runner(t, project);
  await succeed(['release', '1.0.0-rc.1'], at);
  await project.tag('1.0.0');
  assert.equal(
    await succeed(build('1.0.0', 'linux/arm64'), at),
    'nothing to build: v1.0.0 takes the image of its release candidate\n',
  );
  await project.commit({ 'app.txt': 'two\n' });
  await project.tag('1.1.0');
  await changePolicy(project, (text) => text.replace('linux/arm64]', 'linux/arm64, linux/riscv64]'));
  assert.equal(
    await succeed(build('1.1.0', 'linux/riscv64'), at),
    'nothing to build: v1.1.0 has no linux/riscv64: the policy of its tree does not name it\n',
  );
  const before = await readPublished(project.data);
  for (const [args, exit, words] of [
    [build('1.1.0', 'linux/ppc64le'), 2, /no image of the policy has it/],
    [build('1.1.0', 'arm64'), 2, /is not os\/architecture/],
    [['build', '1.1.0'], 2, /without --platform/],
    [
      [...build('1.1.0', 'linux/arm64'), '--platform', 'linux/amd64'],
      2,
      /2 platforms at once: one --platform is wanted/,
    ],
    [['build', '--platform', 'linux/arm64'], 2, /Cannot build a part of nothing/],
    [[...build('1.1.0', 'linux/arm64'), '--edge'], 2, /of edge and a version at once/],
    [[...build('1.1.0', 'linux/arm64'), '--commit', 'HEAD'], 2, /--commit goes with --edge/],
    [build('1.2.0', 'linux/arm64'), 3, /Cannot release v1\.2\.0: there is no such tag/],
  ] as const) {
    const ended = await runProgram(args, at);
    assert.equal(ended.exitCode, exit, ended.stderr);
    assert.match(ended.stderr, words);
  }
  await project.clone.git('tag', '-a', 'v1.1.1', '-m', 'unsigned');
  await project.clone.git('push', '-q', 'origin', 'refs/tags/v1.1.1');
  const unsigned = await runProgram(build('1.1.1', 'linux/arm64'), at);
  assert.equal(unsigned.exitCode, 3, unsigned.stderr);
  assert.match(unsigned.stderr, /Cannot release v1\.1\.1: /);
  const cancel = ['withdraw', '1.1.0', '--reason', 'not this one', '--aliases', 'move', '--push'];
  await runProgram(cancel, await maintainer(project));
  const cancelled = await runProgram(build('1.1.0', 'linux/arm64'), at);
  assert.match(cancelled.stderr, /a maintainer withdrew or cancelled it/);
  await changePolicy(project, (text) => `${text}evidence: [{name: staging}]\n`);
  await project.tag('2.0.0');
  const waiting = await runProgram(build('2.0.0', 'linux/arm64'), at);
  assert.equal(waiting.exitCode, 8, waiting.stderr);
  assert.match(waiting.stderr, /Cannot release v2\.0\.0 yet: staging has not passed/);
  const { tags } = await readPublished(project.data);
  assert.deepEqual(
    Object.keys(tags).filter((tag) => tag.includes('.linux-')),
    Object.keys(before.tags).filter((tag) => tag.includes('.linux-')),
    'nothing was kept for any of them',
  );
});

void test('a part is judged as a whole image is, and a job builds none once the whole image is pinned', async (t) => {
  const project = await makeProject(t);
  const at = await runner(t, project);
  const added = 'binaries: [{name: "tiny-{arch}", path: /none}]\n';
  await changePolicy(project, (text) => `${text}${added}`);
  await project.tag('1.0.0');
  const lacking = await runProgram(build('1.0.0', 'linux/arm64'), at);
  assert.equal(lacking.exitCode, 1, lacking.stderr);
  assert.match(lacking.stderr, /Cannot take "\/none" out of the linux\/arm64 image: there is no such file/);
  assert.deepEqual((await readPublished(project.data)).tags, {}, 'the publishing job would only learn it later');

  const gate = 'gates: [{name: no, on: candidate, command: ["false"], classes: [stable]}]\n';
  await changePolicy(project, (text) => text.replace(added, gate));
  await project.tag('1.0.1');
  assert.equal((await runProgram(['release', '1.0.1'], at)).exitCode, 3, 'the gate stops it when the image is there');
  assert.equal(await succeed(build('1.0.1', 'linux/arm64'), at), 'nothing to build: v1.0.1 has its images already\n');
});
