import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { maintainer, runner } from '../make/actors.ts';
import { makeMeddlingProxy } from '../make/meddling-proxy.ts';
import { runProgram, succeed } from '../make/program.ts';
import { copyData, makeProject } from '../make/project.ts';

void test('a promotion that is refused leaves no tag, whenever its candidate is published meanwhile', async (t) => {
  const proxy = await makeMeddlingProxy(t);
  const project = await makeProject(t, { image: `${proxy.host}/tiny` });
  const published = join(project.data, 'registry');
  await proxy.serve(published);
  await project.tag('1.0.0-rc.1');
  const unpublished = join(await copyData(t, project), 'registry');
  await succeed(['release', '1.0.0-rc.1'], await runner(t, project));
  const ada = await maintainer(project);
  const outcomes = new Set<boolean>();
  let isOver = false;
  for (let moment = 1; !isOver; moment += 1) {
    let looks = 0;
    await proxy.serve(unpublished, async ({ path }) => {
      if (!path.endsWith('/statement-1.0.0-rc.1')) return;
      looks += 1;
      if (looks === moment) await proxy.serve(published);
    });
    const ended = await runProgram(['promote', '1.0.0-rc.1', '--push'], ada);
    isOver = looks < moment;
    const isMade = ended.exitCode === 0;
    outcomes.add(isMade);
    for (const { git } of [project.clone, project.origin]) {
      const name = await git('tag', '--list', 'v1.0.0');
      assert.equal(name, isMade ? 'v1.0.0' : '', `${moment}: ${ended.stderr}`);
      if (isMade) await git('tag', '-d', 'v1.0.0');
    }
  }
  assert.deepEqual([...outcomes].toSorted(), [false, true]);
});
