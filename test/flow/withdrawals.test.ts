import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { Scope } from '../make/folder.ts';
import { maintainer, runner } from '../make/actors.ts';
import { makeSshKey } from '../make/keys.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { makeProject } from '../make/project.ts';
import { aliases, readPublished } from '../make/published.ts';
import { digestAt, pointImageTags } from '../make/registry-writer.ts';

void suite('withdrawals', { concurrency: 2 }, () => {
  void test('a withdrawal moves or holds the aliases, is made once, is undone by a restore, and no clone forgets it', async (t) => {
    const project = await makeProject(t);
    await release(t, project, '1.0.0');
    await project.commit({ 'app.txt': 'two\n' });
    await release(t, project, '1.1.0');
    const ada = await maintainer(project);
    const withdraw = ['withdraw', '1.1.0', '--reason', 'loses uploads', '--push', '--aliases'];
    await succeed([...withdraw, 'move'], ada);
    // `1.1` has no other version: it stays where it is.
    const back = { latest: '1.0.0', '1': '1.0.0', '1.0': '1.0.0', '1.1': '1.1.0' };
    assert.deepEqual(await aliases(project.data), back);
    assert.equal((await readPublished(project.data)).latest, 'v1.0.0');
    const notes = await readNotes(project, 'v1.1.0');
    assert.match(notes, /^<!-- cutwater:deprecated -->[\s\S]*Use \*\*v1\.0\.0\*\* instead[\s\S]*loses uploads/);
    assert.match(await succeed(['status'], ada), /1\.1 +1\.1\.0 .*withdrawn, and no other version is left/);

    assert.match(await succeed([...withdraw, 'move'], ada), /withdrawn\/v1\.1\.0\/1 says so already/);
    assert.equal(await project.clone.git('tag', '--list', 'withdrawn/*'), 'withdrawn/v1.1.0/1');
    // Another word about the aliases is a further decision; those that went back already have nothing to hold.
    await succeed([...withdraw, 'hold'], ada);
    assert.deepEqual(await aliases(project.data), back);

    // The tags vanish from git; the registry still has them.
    await project.origin.git('tag', '-d', 'withdrawn/v1.1.0/1', 'withdrawn/v1.1.0/2');
    const forgetful = await runner(t, project);
    assert.match(await succeed(['reconcile'], forgetful), /Nothing to do/);
    assert.match(await succeed(['status'], forgetful), /1\.1\.0 +withdrawn: loses uploads/);
    assert.match(await succeed(['release', '1.1.0'], forgetful), /v1\.1\.0 is published already/);
    assert.deepEqual(await aliases(project.data), back);

    await succeed(['restore', '1.1.0', '--reason', 'the defect was elsewhere', '--push'], ada);
    const forward = { latest: '1.1.0', '1': '1.1.0', '1.0': '1.0.0', '1.1': '1.1.0' };
    assert.deepEqual(await aliases(project.data), forward);
    assert.doesNotMatch(await readNotes(project, 'v1.1.0'), /cutwater:deprecated/);
    const restored = await succeed(['restore', '1.1.0', '--reason', 'again', '--push'], ada);
    assert.match(restored, /restored\/v1\.1\.0\/2 says so already/);

    await succeed([...withdraw, 'hold', '--use', '1.0.0'], ada);
    assert.match(await project.clone.git('tag', '--list', 'withdrawn/*'), /withdrawn\/v1\.1\.0\/3$/);
    assert.deepEqual(await aliases(project.data), forward, 'held aliases stay');
    assert.match(await readNotes(project, 'v1.1.0'), /Use \*\*v1\.0\.0\*\* instead/);
    assert.match(await succeed(['status'], ada), /latest +1\.1\.0 .*held there until a higher version/);

    await project.clone.git('checkout', '-q', 'main');
    await project.commit({ 'app.txt': 'three\n' });
    await release(t, project, '1.1.1');
    assert.deepEqual(await aliases(project.data), { latest: '1.1.1', '1': '1.1.1', '1.0': '1.0.0', '1.1': '1.1.1' });
    assert.match(await readNotes(project, 'v1.1.0'), /Use \*\*v1\.0\.0\*\* instead/, 'the maintainer named v1.0.0');
    assert.match(await succeed(['reconcile'], await runner(t, project)), /Nothing to do/);
  });

  void test('the only version keeps its aliases when it is withdrawn, and the next release takes them', async (t) => {
    const project = await makeProject(t);
    await release(t, project, '1.0.0');
    const ada = await maintainer(project);
    await succeed(['withdraw', '1.0.0', '--reason', 'broken', '--aliases', 'move', '--push'], ada);
    assert.deepEqual(await aliases(project.data), { latest: '1.0.0', '1': '1.0.0', '1.0': '1.0.0' });
    assert.match(await succeed(['status'], ada), /latest +1\.0\.0 .*withdrawn, and no other version is left/);
    assert.match(await readNotes(project, 'v1.0.0'), /There is no version to use instead yet/);
    const { aliases: shown } = await readJson(['status'], ada);
    assert.ok(Array.isArray(shown));
    assert.deepEqual(
      shown.map(({ name, state, because }) => [name, state, because]),
      ['latest', '1', '1.0'].map((name) => [name, 'stays', 'no-candidate']),
    );
    await project.commit({ 'app.txt': 'two\n' });
    await release(t, project, '1.0.1');
    assert.deepEqual(await aliases(project.data), { latest: '1.0.1', '1': '1.0.1', '1.0': '1.0.1' });
    assert.match(await readNotes(project, 'v1.0.0'), /Use \*\*v1\.0\.1\*\* instead/);
  });

  void test('where no alias goes back, nobody is asked about them: an older version, a candidate, the last ones', async (t) => {
    const project = await makeProject(t);
    const ada = await maintainer(project);
    const withdraw = (version: string): Promise<string> =>
      succeed(['withdraw', version, '--reason', 'loses uploads', '--push'], ada);
    await release(t, project, '1.0.0');
    await project.commit({ 'app.txt': 'two\n' });
    await release(t, project, '1.1.0');
    const before = await aliases(project.data);
    const older = await withdraw('1.0.0');
    assert.match(older, /1\.0 +1\.0\.0 .*withdrawn, and no other version is left/);
    assert.doesNotMatch(older, /going back/i);
    assert.match(await readNotes(project, 'v1.0.0'), /Use \*\*v1\.1\.0\*\* instead\.\n\n> loses/);
    await release(t, project, '2.0.0-rc.1');
    const candidate = await withdraw('2.0.0-rc.1');
    assert.match(candidate, /whether going back from 2\.0\.0-rc\.1 to 1\.1\.0 needs a restore is unknown/i);
    assert.doesNotMatch(candidate, /incident/, 'the changelog has no section for a candidate');
    assert.match(await readNotes(project, 'v2.0.0-rc.1'), /^<!-- cutwater:deprecated -->/);
    assert.deepEqual(await aliases(project.data), before);
    // A version named as replacement that is withdrawn itself is not recommended any longer.
    await succeed(['restore', '1.0.0', '--reason', 'it was fine', '--push'], ada);
    await succeed(['withdraw', '1.0.0', '--reason', 'loses uploads', '--use', '1.1.0', '--push'], ada);
    await withdraw('1.1.0');
    assert.match(await readNotes(project, 'v1.0.0'), /There is no version to use instead yet/);
    assert.deepEqual(await aliases(project.data), before, 'there is no version to go back to');
  });

  void test('a version withdrawn before it was published is cancelled, and only a trusted key can withdraw', async (t) => {
    const project = await makeProject(t);
    await release(t, project, '1.0.0');
    await project.commit({ 'app.txt': 'two\n' });
    await project.tag('1.0.1');
    const ada = await maintainer(project);
    await succeed(['withdraw', '1.0.1', '--reason', 'wrong commit', '--aliases', 'move', '--push'], ada);
    const before = await readPublished(project.data);
    const cancelled = await runProgram(['release', '1.0.1'], await runner(t, project));
    assert.equal(cancelled.exitCode, 3, cancelled.stderr);
    assert.match(cancelled.stderr, /Cannot release v1\.0\.1: a maintainer withdrew or cancelled it \("wrong commit"\)/);
    assert.deepEqual(await readPublished(project.data), before);

    const message = await project.clone.git('tag', '--list', '--format=%(contents)', 'withdrawn/v1.0.1/1');
    const text = message.slice(0, message.indexOf('-----BEGIN')).replaceAll('1.0.1', '1.0.0');
    const released = await project.clone.git('rev-parse', 'refs/tags/v1.0.0');
    const forged = text.replace(/Release-Tag: .*/, `Release-Tag: ${released}`);
    const stranger = await makeSshKey(t);
    for (const [number, options] of [{ by: stranger }, {}, { kind: 'lightweight' as const }].entries())
      await project.clone.tag(`withdrawn/v1.0.0/${number + 1}`, { ...options, message: forged });
    await project.clone.git('push', '-q', 'origin', '--tags');
    assert.match(await succeed(['reconcile'], await runner(t, project)), /Nothing to do/);
    assert.deepEqual(await readPublished(project.data), before);
    const status = await succeed(['status'], await runner(t, project));
    for (const number of [1, 2, 3]) assert.match(status, new RegExp(`withdrawn/v1\\.0\\.0/${number}: it `));
    assert.match(status, /latest +1\.0\.0 .*as it should be/);
    // A number that was used is not used again, valid or not.
    await succeed(['withdraw', '1.0.0', '--reason', 'really', '--aliases', 'hold', '--push'], ada);
    assert.match(await project.clone.git('tag', '--list', 'withdrawn/v1.0.0/*'), /withdrawn\/v1\.0\.0\/4$/);
    // Where an alias cannot follow, the failure says that the decision stands.
    await pointImageTags(project.data, await digestAt(project.data, 'statement-1.0.0'), 'latest');
    const stuck = await runProgram(['withdraw', '1.0.0', '--reason', 'really', '--aliases', 'move', '--push'], ada);
    assert.equal(stuck.exitCode, 3, stuck.stderr);
    assert.match(
      stuck.stderr,
      /Cannot move latest: .*\n +withdrawn\/v1\.0\.0\/5 is signed and pushed: the decision stands\n/,
    );
  });
});

async function release(scope: Scope, project: TestProject, version: string): Promise<void> {
  await project.tag(version);
  await succeed(['release', version], await runner(scope, project));
}

function readNotes(project: TestProject, tag: string): Promise<string> {
  return readFile(join(project.data, 'releases', tag, 'notes.md'), 'utf8');
}
