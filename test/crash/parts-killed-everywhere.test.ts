import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runTool } from '../../src/adapters/process/run-tool.ts';
import { sideBySide } from '../../src/engine/side-by-side.ts';
import type { Scope } from '../make/folder.ts';
import { platformDigests } from '../make/parts.ts';
import { succeed } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { ciEnvironment, copyData, freshClone, makeProject } from '../make/project.ts';
import { readPublished } from '../make/published.ts';
import { companion, makeTwoImages } from '../make/two-images.ts';
import { effectsOf, killedAt } from './killed-at.ts';

/** A build that never gives the same bytes twice. */
const random = `[[node, -e, "require('node:fs').writeFileSync('app.txt', require('node:crypto').randomUUID())"]]`;

const version = '1.0.0';
const platforms = ['linux/amd64', 'linux/arm64'] as const;

void test('a job that builds a part, killed before any of its effects, leaves a release that ends as if never killed', async (t) => {
  const project = await makeTwoImages(t);
  await project.tag(version);
  const whole = await copyData(t, project);
  const effects = effectsOf(await killedBuild(t, project, { data: whole, killAt: 0 })).length;
  t.diagnostic(`${effects} effects`);
  assert.ok(effects > 12, 'both images have this platform');
  await build(t, project, { data: whole, platform: platforms[1] });
  const parts = await readParts(whole);
  assert.equal(Object.keys(parts).length, 3);
  await release(t, project, whole);
  const expected = await readWhole(whole);
  await sideBySide(upTo(effects), 2, async (killAt) => {
    const data = await copyData(t, project);
    const killed = await killedBuild(t, project, { data, killAt });
    assert.equal(killed.exitCode, -1, `it is killed before effect ${killAt}: ${killed.stderr}`);
    // Half of them are started again; after the others the release has to do with what they left.
    if (killAt % 2 === 0) {
      for (const platform of platforms) await build(t, project, { data, platform });
      assert.deepEqual(await readParts(data), parts, `killed before effect ${killAt}`);
    }
    await release(t, project, data);
    assert.deepEqual(await readWhole(data), expected, `killed before effect ${killAt}`);
  });
});

void test('a release put together from parts that nobody could build again, killed before any of its effects, has them whole', async (t) => {
  const project = await makeProject(t, { prepare: random });
  await project.tag(version);
  for (const platform of platforms) await build(t, project, { data: project.data, platform });
  const whole = await copyData(t, project);
  const effects = effectsOf(await killedAt(t, project, { version, data: whole, killAt: 0 })).length;
  t.diagnostic(`${effects} effects`);
  assert.ok(effects > 20);
  const expected = await readPublished(whole);
  const parts = Object.entries(await readParts(whole)).map(([name]) => name.slice('tiny '.length));
  const built = await Promise.all(parts.map((tag) => platformDigests(whole, tag)));
  assert.deepEqual(await platformDigests(whole, version), Object.assign({}, ...built.toReversed()));
  await sideBySide(upTo(effects), 2, async (killAt) => {
    const data = await copyData(t, project);
    await killedAt(t, project, { version, data, killAt });
    await release(t, project, data);
    assert.deepEqual(await readPublished(data), expected, `killed before effect ${killAt}`);
  });
});

void test('a build of the branch put together from such parts, killed before any of its effects, has them whole too', async (t) => {
  const project = await makeProject(t, { prepare: random });
  for (const platform of platforms) await build(t, project, { data: project.data, platform, edge: true });
  const whole = await copyData(t, project);
  const effects = effectsOf(await killedEdge(project, { data: whole, killAt: 0 })).length;
  t.diagnostic(`${effects} effects`);
  assert.ok(effects > 5);
  const { tags: expected } = await readPublished(whole);
  assert.equal(Object.keys(await readParts(whole)).length, 2);
  await sideBySide(upTo(effects), 2, async (killAt) => {
    const data = await copyData(t, project);
    assert.equal((await killedEdge(project, { data, killAt })).exitCode, -1, `it is killed before effect ${killAt}`);
    assert.equal((await killedEdge(project, { data, killAt: 0 })).exitCode, 0);
    assert.deepEqual((await readPublished(data)).tags, expected, `killed before effect ${killAt}`);
  });
});

interface Killed {
  readonly data: string;
  readonly killAt: number;
}

function killedEdge(project: TestProject, { data, killAt }: Killed): ReturnType<typeof runTool> {
  const args = [join(import.meta.dirname, 'killed-edge.ts'), String(killAt)];
  return runTool({ command: process.execPath, args, cwd: project.clone.folder, env: ciEnvironment(project, data) });
}

async function killedBuild(scope: Scope, project: TestProject, { data, killAt }: Killed): ReturnType<typeof runTool> {
  const { folder: cwd } = await freshClone(scope, project);
  const args = [join(import.meta.dirname, 'killed-build.ts'), version, platforms[0], String(killAt)];
  return runTool({ command: process.execPath, args, cwd, env: ciEnvironment(project, data) });
}

async function build(
  scope: Scope,
  project: TestProject,
  { data, platform, edge = false }: { readonly data: string; readonly platform: string; readonly edge?: boolean },
): Promise<void> {
  const { folder } = await freshClone(scope, project);
  await succeed(['build', edge ? '--edge' : version, '--platform', platform], {
    folder,
    env: ciEnvironment(project, data),
  });
}

async function release(scope: Scope, project: TestProject, data: string): Promise<void> {
  const { folder } = await freshClone(scope, project);
  await succeed(['release', version], { folder, env: ciEnvironment(project, data) });
}

async function readParts(data: string): Promise<Readonly<Record<string, string>>> {
  return pick(await readTags(data), (name) => isPart(name));
}

/** All that a release leaves, but for the parts: it may have been made without them. */
async function readWhole(data: string): Promise<unknown> {
  const { files, releases, latest } = await readPublished(data);
  return { tags: pick(await readTags(data), (name) => !isPart(name)), files, releases, latest };
}

async function readTags(data: string): Promise<Readonly<Record<string, string>>> {
  const named = await Promise.all(
    ['tiny', companion].map(async (repository) =>
      Object.entries((await readPublished(data, repository)).tags).map(([tag, digest]) => [
        `${repository} ${tag}`,
        digest,
      ]),
    ),
  );
  return Object.fromEntries(named.flat());
}

function isPart(name: string): boolean {
  return /\.linux-[a-z0-9]+$/.test(name);
}

function pick(
  all: Readonly<Record<string, string>>,
  wanted: (name: string) => boolean,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => wanted(name)));
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
