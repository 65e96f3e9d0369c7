import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runTool } from '../../src/adapters/process/run-tool.ts';
import { sideBySide } from '../../src/engine/side-by-side.ts';
import { runEdge } from '../make/edge-run.ts';
import type { TestProject } from '../make/project.ts';
import { ciEnvironment, copyData, makeProject } from '../make/project.ts';
import { readPublished } from '../make/published.ts';
import { companion, makeTwoImages } from '../make/two-images.ts';
import { effectsOf } from './killed-at.ts';

const at = new Date(1_772_368_000 * 1000).toISOString();

void test('a build of the branch killed before any of its effects and run again ends as if never killed', async (t) => {
  const project = await makeProject(t);
  await runEdge(project, { at });
  await project.commit({ 'app.txt': 'two\n' });
  const whole = await copyData(t, project);
  const measured = await killedEdge(project, whole, 0);
  const effects = effectsOf(measured).length;
  t.diagnostic(`${effects} effects`);
  assert.ok(effects >= 10);
  const { tags: expected } = await readPublished(whole);
  const moments = Array.from({ length: effects }, (_, index) => index + 1);
  await sideBySide(moments, 2, async (killAt) => {
    const data = await copyData(t, project);
    const before = (await readPublished(data)).tags;
    assert.equal((await killedEdge(project, data, killAt)).exitCode, -1, `it is killed before effect ${killAt}`);
    const during = (await readPublished(data)).tags;
    for (const channel of Object.keys(before))
      assert.ok([before[channel], expected[channel]].includes(during[channel]), `${channel} is the old or the new one`);
    await runEdge(project, { at, data });
    assert.deepEqual((await readPublished(data)).tags, expected, `killed before effect ${killAt}`);
  });
});

void test('a build of two images killed before any of its effects and run again ends as if never killed', async (t) => {
  const project = await makeTwoImages(t);
  await runEdge(project, { at });
  await project.commit({ 'app.txt': 'two\n', 'web.txt': 'two\n' });
  const whole = await copyData(t, project);
  const measured = await killedEdge(project, whole, 0);
  const effects = effectsOf(measured).length;
  t.diagnostic(`${effects} effects`);
  const read = async (data: string): Promise<unknown> =>
    Promise.all(['tiny', companion].map(async (name) => (await readPublished(data, name)).tags));
  const expected = await read(whole);
  const moments = Array.from({ length: effects }, (_, index) => index + 1);
  await sideBySide(moments, 2, async (killAt) => {
    const data = await copyData(t, project);
    assert.equal((await killedEdge(project, data, killAt)).exitCode, -1, `it is killed before effect ${killAt}`);
    await runEdge(project, { at, data });
    assert.deepEqual(await read(data), expected, `killed before effect ${killAt}`);
  });
});

function killedEdge(project: TestProject, data: string, killAt: number): ReturnType<typeof runTool> {
  const file = join(import.meta.dirname, 'killed-edge.ts');
  return runTool({
    command: process.execPath,
    args: [file, String(killAt)],
    cwd: project.clone.folder,
    env: ciEnvironment(project, data),
  });
}
