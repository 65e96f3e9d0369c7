import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openReleaseProject } from '../../src/cli/compose-release.ts';
import { isCutwaterError } from '../../src/domain/error.ts';
import { readVersion } from '../../src/domain/version.ts';
import { release } from '../../src/engine/release/release.ts';
import { maintainer } from '../make/actors.ts';
import { runProgram, succeed } from '../make/program.ts';
import type { RunAt } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { ciEnvironment, copyData, copyProject, freshClone, makeProject } from '../make/project.ts';
import { aliases, readPublished } from '../make/published.ts';
import { silentContext } from '../make/silent-context.ts';
import { killedAt } from './killed-at.ts';

void test('a candidate withdrawn while its promotion is under way stops it before the commit point, and restored it goes on', async (t) => {
  const project = await makeProject(t);
  await project.tag('1.0.0-rc.1');
  await succeed(['release', '1.0.0-rc.1'], at(project, await freshClone(t, project)));
  await project.commit({ 'docs/notes.md': 'Upgrade.\n' });
  await project.tag('1.0.0');
  const withdrawn = await copyProject(t, project);
  const ada = await maintainer(withdrawn);
  const reason = ['--reason', 'loses uploads', '--push'];
  await succeed(['withdraw', '1.0.0-rc.1', '--aliases', 'move', ...reason], ada);
  const clone = await freshClone(t, withdrawn);
  const restored = await copyProject(t, withdrawn);
  await succeed(['restore', '1.0.0-rc.1', ...reason], await maintainer(restored));
  const again = await freshClone(t, restored);

  // From the first effect, which pins the image, to the last but the statement.
  for (const killAt of [2, 4, 7, 10, 12]) {
    const data = await copyData(t, project);
    await killedAt(t, project, { version: '1.0.0', data, killAt });
    const before = await readPublished(data);
    assert.equal(before.tags['statement-1.0.0'], undefined);
    const ended = await runProgram(['release', '1.0.0'], at(project, clone, data));
    assert.equal(ended.exitCode, 3, `killed before effect ${killAt}: ${ended.stderr}`);
    assert.match(
      ended.stderr,
      /Cannot release v1\.0\.0: its image is that of v1\.0\.0-rc\.1, which a maintainer withdrew \("loses uploads"\)\nnext: Release the next version.* restore v1\.0\.0-rc\.1 first/,
    );
    assert.deepEqual(await readPublished(data), before, `killed before effect ${killAt}`);
    await succeed(['release', '1.0.0'], at(project, again, data));
    assert.deepEqual(await aliases(data), { latest: '1.0.0', '1': '1.0.0', '1.0': '1.0.0' });
  }
});

void test('a candidate withdrawn in the middle of a run stops that run at the next moment that counts', async (t) => {
  const template = await makeProject(t);
  await template.tag('1.0.0-rc.1');
  await succeed(['release', '1.0.0-rc.1'], at(template, await freshClone(t, template)));
  await template.tag('1.0.0');
  // While files are uploaded, nothing carries the version yet; while the version is tagged, nothing is committed yet.
  for (const [moment, tagged] of [
    ['upload', false],
    ['tag', true],
  ] as const) {
    const project = await copyProject(t, template);
    const ada = await maintainer(project);
    let withdrawal: Promise<unknown> | undefined;
    const withdraw = async (): Promise<void> => {
      const args = ['withdraw', '1.0.0-rc.1', '--reason', 'loses uploads', '--aliases', 'move', '--push'];
      await (withdrawal ??= succeed(args, ada));
    };
    const opened = await openReleaseProject(silentContext(at(project, await freshClone(t, project))));
    const { forge, repository } = opened.world;
    const world = {
      ...opened.world,
      forge: instead(forge, 'uploadAsset', async (...args) => {
        if (moment === 'upload') await withdraw();
        return forge.uploadAsset(...args);
      }),
      repository: instead(repository, 'writeManifest', async (...args) => {
        if (moment === 'tag' && args[0] === '1.0.0') await withdraw();
        return repository.writeManifest(...args);
      }),
    };
    await assert.rejects(release(world, opened.loaded, readVersion('1.0.0')), (error) =>
      isCutwaterError(error, 'WITHDRAWAL_REFUSED'),
    );
    await opened.close();
    assert.ok(withdrawal, moment);
    const { tags, releases } = await readPublished(project.data);
    assert.deepEqual(
      [tags['1.0.0'] !== undefined, tags['statement-1.0.0'], releases],
      [tagged, undefined, ['v1.0.0-rc.1']],
      moment,
    );
  }
});

/** The same port with one method of ours. */
function instead<Port extends object, Name extends keyof Port>(port: Port, name: Name, method: Port[Name]): Port {
  return new Proxy(port, {
    get: (target, asked, receiver) => (asked === name ? method : Reflect.get(target, asked, receiver)),
  });
}

function at(project: TestProject, { folder }: { readonly folder: string }, data = project.data): RunAt {
  return { folder, env: ciEnvironment(project, data) };
}
