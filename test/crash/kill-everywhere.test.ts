import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Scope } from '../make/folder.ts';
import type { TestProject } from '../make/project.ts';
import { ciEnvironment, copyData, cutwater, freshClone, makeProject } from '../make/project.ts';
import { readPublished as readFolder } from '../make/published.ts';
import { companion, makeTwoImages } from '../make/two-images.ts';
import { effectsOf, killedAt } from './killed-at.ts';

/** What the outside sees: image tags with digests, release files with digests. */
type Published = Readonly<Record<string, string>>;

/** A build that never gives the same bytes twice. */
const random = `[[node, -e, "require('node:fs').writeFileSync('app.txt', require('node:crypto').randomUUID())"]]`;

/** The same for both images of a project that has two. */
const randomTexts = `[[node, -e, "for (const name of ['app.txt', 'web.txt']) require('node:fs').writeFileSync(name, require('node:crypto').randomUUID())"]]`;

void test('a release killed before any of its effects and run again on a fresh checkout ends as if never killed', async (t) => {
  const project = await makeProject(t);
  await releaseWhole(t, project, '1.0.0');
  await project.commit({ 'app.txt': 'two\n' });
  await project.tag('1.1.0');
  const { effects, published: expected } = await measure(t, project, '1.1.0');
  t.diagnostic(`${effects} effects`);
  assert.ok(effects > 20);
  await endsAsIfNeverKilled(t, project, { version: '1.1.0', effects, expected });
});

void test('killed anywhere, a build that never gives the same bytes twice ends whole, and nothing published ever changes', async (t) => {
  const project = await makeProject(t, { prepare: random, ciKey: 'p256' });
  await project.tag('1.0.0');
  const { effects } = await measure(t, project, '1.0.0');
  await eachInParallel(range(1, effects), async (killAt) => {
    const data = await copyData(t, project);
    await killedAt(t, project, { version: '1.0.0', data, killAt });
    const before = await readPublished(data);
    await resume(t, project, { version: '1.0.0', data });
    const after = await readPublished(data);
    for (const [name, digest] of Object.entries(before))
      assert.equal(after[name], digest, `${name}, killed before effect ${killAt}`);
    assertWhole(after, '1.0.0');
    await resume(t, project, { version: '1.0.0', data });
    assert.deepEqual(await readPublished(data), after, `a third run changes nothing, killed before effect ${killAt}`);
  });
});

void test('a promotion over a commit that no build reads, killed before any of its effects and run again, ends as if never killed', async (t) => {
  // Built anew it would have other bytes, so what is expected can only come from the candidate.
  const project = await makeProject(t, { prepare: random });
  await releaseWhole(t, project, '1.0.0-rc.1');
  await project.commit({ 'docs/notes.md': 'Upgrade.\n' });
  await project.tag('1.0.0');
  const { effects, published: expected } = await measure(t, project, '1.0.0');
  assert.equal(expected['image 1.0.0'], expected['image 1.0.0-rc.1']);
  assert.equal(Object.keys(expected).filter((name) => name.startsWith('image sha-')).length, 1);
  t.diagnostic(`${effects} effects`);
  assert.ok(effects > 10);
  await endsAsIfNeverKilled(t, project, { version: '1.0.0', effects, expected });
});

void test('a release of two images killed before any of its effects and run again ends as if never killed', async (t) => {
  const project = await makeTwoImages(t);
  await releaseWhole(t, project, '1.0.0');
  await project.commit({ 'app.txt': 'two\n', 'web.txt': 'two\n' });
  await project.tag('1.1.0');
  const { effects, published: expected } = await measure(t, project, '1.1.0');
  t.diagnostic(`${effects} effects`);
  assert.equal(expected[`${companion} latest`], expected[`${companion} 1.1.0`]);
  assert.equal(expected['image latest'], expected['image 1.1.0']);
  await endsAsIfNeverKilled(t, project, { version: '1.1.0', effects, expected });
});

void test('of two images whose builds never give the same bytes twice, none is built again once it is pinned', async (t) => {
  const project = await makeTwoImages(t, { prepare: randomTexts, ciKey: 'p256' });
  await project.tag('1.0.0');
  const { effects } = await measure(t, project, '1.0.0');
  await eachInParallel(range(1, effects), async (killAt) => {
    const data = await copyData(t, project);
    await killedAt(t, project, { version: '1.0.0', data, killAt });
    const before = await readPublished(data);
    await resume(t, project, { version: '1.0.0', data });
    const after = await readPublished(data);
    for (const [name, digest] of Object.entries(before))
      assert.equal(after[name], digest, `${name}, killed before effect ${killAt}`);
    assertWhole(after, '1.0.0');
    assert.equal(after[`${companion} latest`], after[`${companion} 1.0.0`]);
  });
});

void test('two runs of one release at once end in one release, and a third run finds nothing to do', async (t) => {
  const project = await makeProject(t, { ciKey: 'p256' });
  await project.tag('1.0.0');
  const runs = await Promise.all(
    [1, 2].map(() => killedAt(t, project, { version: '1.0.0', data: project.data, killAt: 0 })),
  );
  assert.ok(
    runs.some(({ exitCode }) => exitCode === 0),
    runs.map(({ stderr }) => stderr).join('\n'),
  );
  const after = await readPublished(project.data);
  await resume(t, project, { version: '1.0.0', data: project.data });
  assertWhole(await readPublished(project.data), '1.0.0');
  for (const [name, digest] of Object.entries(after))
    assert.equal((await readPublished(project.data))[name], digest, name);
});

/** A run killed before each effect in turn, and completed by another one on a fresh checkout. */
async function endsAsIfNeverKilled(
  scope: Scope,
  project: TestProject,
  { version, effects, expected }: { readonly version: string; readonly effects: number; readonly expected: Published },
): Promise<void> {
  await eachInParallel(range(1, effects), async (killAt) => {
    const data = await copyData(scope, project);
    await killedAt(scope, project, { version, data, killAt });
    await resume(scope, project, { version, data });
    assert.deepEqual(await readPublished(data), expected, `killed before effect ${killAt}`);
  });
}

function assertWhole(published: Published, version: string): void {
  const image = published[`image ${version}`];
  assert.ok(image);
  for (const name of ['latest', '1', '1.0']) assert.equal(published[`image ${name}`], image, name);
  const candidate = Object.entries(published).find(([name]) => /^image candidate-[0-9a-f]+$/.test(name));
  assert.equal(candidate?.[1], image);
  assert.ok(published[`image statement-${version}`]);
  for (const name of ['SHA256SUMS', 'SHA256SUMS.sigstore.json', 'statement.sigstore.json', 'provenance.sigstore.json'])
    assert.ok(published[`file v${version}/assets/${name}`], name);
}

async function releaseWhole(scope: Scope, project: TestProject, version: string): Promise<void> {
  await project.tag(version);
  await resume(scope, project, { version, data: project.data });
}

interface Run {
  readonly version: string;
  readonly data: string;
}

async function resume(scope: Scope, project: TestProject, { version, data }: Run): Promise<void> {
  const clone = await freshClone(scope, project);
  await cutwater(['release', version], { folder: clone.folder, env: ciEnvironment(project, data) });
}

async function measure(
  scope: Scope,
  project: TestProject,
  version: string,
): Promise<{ readonly effects: number; readonly published: Published }> {
  const data = await copyData(scope, project);
  const result = await killedAt(scope, project, { version, data, killAt: 0 });
  return { effects: effectsOf(result).length, published: await readPublished(data) };
}

/** Reads what is on disk, without the program under test. */
async function readPublished(data: string): Promise<Published> {
  const published: Record<string, string> = {};
  for (const [repository, label] of [
    ['tiny', 'image'],
    [companion, companion],
  ] as const)
    for (const [tag, digest] of Object.entries((await readFolder(data, repository)).tags))
      published[`${label} ${tag}`] = digest;
  const folder = join(data, 'releases');
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (!entry.isFile() || entry.name.startsWith('.')) continue;
    const path = join(entry.parentPath, entry.name);
    if (!path.includes('/assets/')) continue;
    published[`file ${path.slice(folder.length + 1)}`] = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  }
  return published;
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** Two at a time: the machine may have two cores. */
async function eachInParallel(items: readonly number[], act: (item: number) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const work = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await act(item);
  };
  await Promise.all([work(), work()]);
}
