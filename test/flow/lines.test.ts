import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Scope } from '../make/folder.ts';
import { changePolicy, runner } from '../make/actors.ts';
import { succeed } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { makeProject } from '../make/project.ts';
import { aliases, readPublished } from '../make/published.ts';

void suite('lines of versions', { concurrency: 2 }, () => {
  void test('a candidate moves nothing, its stable release has its bytes, newer lines lead, backports move their line', async (t) => {
    const project = await makeProject(t);
    await release(t, project, '1.0.0-rc.1');
    assert.deepEqual(await aliases(project.data), {});
    const before = await readPublished(project.data);
    assert.equal(before.latest, undefined);

    await release(t, project, '1.0.0');
    const stable = await readPublished(project.data);
    assert.equal(stable.tags['1.0.0'], before.tags['1.0.0-rc.1'], 'promotion publishes the same bytes');
    assert.equal(stable.tags['1.0.0-rc.1'], before.tags['1.0.0-rc.1']);
    assert.deepEqual(shaTags(stable.tags), shaTags(before.tags), 'promotion writes no sha- tag');
    assert.deepEqual(await aliases(project.data), { latest: '1.0.0', '1': '1.0.0', '1.0': '1.0.0' });

    await project.commit({ 'app.txt': 'two\n' });
    await release(t, project, '1.1.0');
    assert.deepEqual(await aliases(project.data), { latest: '1.1.0', '1': '1.1.0', '1.1': '1.1.0', '1.0': '1.0.0' });

    await backport(t, project);
    assert.deepEqual(await aliases(project.data), { latest: '1.1.0', '1': '1.1.0', '1.1': '1.1.0', '1.0': '1.0.1' });
    const after = await readPublished(project.data);
    assert.equal(after.tags['1.0.1'], after.tags['1.0.1-rc.1']);
    assert.equal(after.latest, 'v1.1.0', 'the forge shows the same version as the latest');
    for (const version of ['1.0.0-rc.1', '1.0.0']) assert.equal(after.tags[version], stable.tags[version], version);

    // A second candidate of a released commit, and the first candidate of the next version.
    await project.clone.git('checkout', '-q', 'main');
    await release(t, project, '2.0.0-rc.1');
    await project.commit({ 'app.txt': 'three\n' });
    await release(t, project, '2.0.0-rc.2');
    assert.deepEqual(await aliases(project.data), { latest: '1.1.0', '1': '1.1.0', '1.1': '1.1.0', '1.0': '1.0.1' });
    await release(t, project, '2.0.0');
    const last = await readPublished(project.data);
    assert.equal(last.tags['2.0.0'], last.tags['2.0.0-rc.2']);
    assert.notEqual(last.tags['2.0.0'], last.tags['2.0.0-rc.1']);
  });

  void test('"major: from-1.0" publishes no alias 0, and "latest" of a line follows that line only', async (t) => {
    const project = await makeProject(t);
    const versions = ['1.1.0', '1.0.1', '1.0.0', '0.1.0'];
    const log = versions.map((version) => `## [${version}] - 2026-01-01\n\n- Something.`).join('\n\n');
    await changePolicy(project, (text) => `${text}channels:\n  major: from-1.0\n  latest: "1.0"\n`, {
      'CHANGELOG.md': `# Changelog\n\n## [Unreleased]\n\n${log}\n`,
    });
    await release(t, project, '0.1.0');
    assert.deepEqual(await aliases(project.data), { '0.1': '0.1.0' });
    assert.equal((await readPublished(project.data)).latest, undefined);
    await project.commit({ 'app.txt': 'two\n' });
    await release(t, project, '1.0.0');
    await project.commit({ 'app.txt': 'three\n' });
    await release(t, project, '1.1.0');
    assert.deepEqual(await aliases(project.data), {
      '0.1': '0.1.0',
      '1.0': '1.0.0',
      latest: '1.0.0',
      '1': '1.1.0',
      '1.1': '1.1.0',
    });
    assert.equal((await readPublished(project.data)).latest, 'v1.0.0');
  });
});

async function release(scope: Scope, project: TestProject, version: string): Promise<void> {
  await project.tag(version);
  await succeed(['release', version], await runner(scope, project));
}

/** With a candidate of the older line, and a commit after it that no build reads. */
async function backport(scope: Scope, project: TestProject): Promise<void> {
  await project.clone.git('checkout', '-q', '-b', 'hotfix/v1.0.1', 'v1.0.0');
  await project.commit({ 'app.txt': 'one, mended\n' });
  await release(scope, project, '1.0.1-rc.1');
  await project.commit({ 'docs/notes.md': 'Upgrade.\n' });
  await release(scope, project, '1.0.1');
}

function shaTags(tags: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(tags).filter((tag) => tag.startsWith('sha-'));
}
