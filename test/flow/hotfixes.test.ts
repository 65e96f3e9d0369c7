import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import type { Scope } from '../make/folder.ts';
import { makeSshKey } from '../make/keys.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { copyProject, makeProject } from '../make/project.ts';
import { aliases } from '../make/published.ts';

void suite('hotfixes', { concurrency: 2 }, () => {
  void test('a hotfix of an older line goes from its branch to its release and back to the default branch', async (t) => {
    const { project, at, ci } = await twoLines(t);
    const started = await readJson(['hotfix', 'start', '--from', '1.0', '--push'], at);
    assert.deepEqual(
      [started['version'], started['branch'], started['base'], started['is'], started['remote']],
      ['1.0.1', 'hotfix/v1.0.1', 'v1.0.0', 'made', 'pushed'],
    );
    await project.clone.git('switch', '-q', 'hotfix/v1.0.1');
    await project.commit({ 'app.txt': 'one, mended\n' });
    const again = await readJson(['hotfix', 'start', '--from', 'v1.0.0'], at);
    assert.deepEqual([again['version'], again['is'], again['remote']], ['1.0.1', 'kept', 'there']);

    assert.match(
      await succeed(['plan', '1.0.1'], at),
      /Hotfix: 1 file, 2 lines changed since v1\.0\.0\n {2}2 lines in app\.txt/,
    );
    const early = await runProgram(['hotfix', 'finish', '1.0.1'], at);
    assert.deepEqual([early.exitCode, /there is no such tag/.test(early.stderr)], [3, true], early.stderr);
    await succeed(['tag', '1.0.1', '--push'], at);
    assert.match(await project.clone.git('cat-file', 'tag', 'v1.0.1'), /\n\nHotfix v1\.0\.1\n-----BEGIN/);
    const unpublished = await runProgram(['hotfix', 'finish', '1.0.1'], at);
    assert.deepEqual([unpublished.exitCode, /it is not published yet/.test(unpublished.stderr)], [3, true]);
    await succeed(['release', '1.0.1'], ci);
    assert.deepEqual(await aliases(project.data), { latest: '1.1.0', '1': '1.1.0', '1.1': '1.1.0', '1.0': '1.0.1' });

    const open = await runProgram(['status', '--exit-code'], at);
    assert.equal(open.exitCode, 3);
    assert.match(open.stdout, /To be merged back\n {2}1\.0\.1: 1 commit not in the default branch/);
    const next = await runProgram(['tag', '2.0.0-rc.1', '--at', 'origin/main'], at);
    assert.match(next.stderr, /v2\.0\.0-rc\.1 will not have what 1\.0\.1 mended: 1 of its commits/);
    await project.clone.git('tag', '-d', 'v2.0.0-rc.1');
    const files = await project.clone.git('status', '--porcelain');
    const conflict = await runProgram(['hotfix', 'finish'], at);
    assert.equal(conflict.exitCode, 3, conflict.stderr);
    assert.match(conflict.stderr, /Cannot merge v1\.0\.1 into "main": 1 file conflicts/);
    assert.match(conflict.stderr, /"app\.txt"/);
    assert.match(conflict.stderr, /next: .*git switch -c merge-back\/v1\.0\.1 origin\/main.*git merge v1\.0\.1/);
    assert.equal(await project.clone.git('branch', '--list', 'merge-back/*'), '', 'nothing is made');
    assert.equal(await project.clone.git('status', '--porcelain'), files);

    await project.clone.git('fetch', '-q', 'origin');
    await project.clone.git('switch', '-q', '-c', 'merge-back/v1.0.1', 'origin/main');
    await project.clone.git('merge', '-q', '--no-gpg-sign', '-s', 'ours', '-m', 'by hand', 'v1.0.1');
    const finished = await readJson(['hotfix', 'finish', '--push'], at);
    assert.deepEqual([finished['is'], finished['remote'], finished['into']], ['kept', 'pushed', 'main']);
    await project.clone.git('push', '-q', 'origin', 'merge-back/v1.0.1:main');
    assert.equal((await readJson(['hotfix', 'finish', '1.0.1'], at))['by'], 'merge');
    assert.equal((await readJson(['hotfix', 'finish'], at))['is'], 'none');
    assert.equal((await runProgram(['status', '--exit-code'], at)).exitCode, 0);
  });

  void test('finish merges beside the working copy and keeps the changelog sections of both sides', async (t) => {
    const { project, at } = await openHotfix(t, {
      mend: { 'extra.txt': 'mended\n', 'CHANGELOG.md': changelog('', '1.0.1', '1.0.0') },
      main: { 'CHANGELOG.md': changelog('- On main.\n\n', '1.0.0') },
    });
    await writeFile(join(project.clone.folder, 'app.txt'), 'half done\n');
    const before = await project.clone.git('status', '--porcelain', '--branch');
    const finished = await readJson(['hotfix', 'finish', '1.0.1'], at);
    assert.deepEqual([finished['is'], finished['remote'], finished['united']], ['made', 'nowhere', ['CHANGELOG.md']]);
    const head = await project.clone.git('rev-parse', 'merge-back/v1.0.1');
    assert.equal(finished['commit'], head);
    assert.equal(
      await project.clone.git('log', '-1', '--format=%P %s', head),
      `${await project.origin.git('rev-parse', 'main')} ${await project.clone.git('rev-parse', 'v1.0.1^{commit}')} Merge hotfix v1.0.1 back into main`,
    );
    assert.equal(
      `${await project.clone.git('show', `${head}:CHANGELOG.md`)}\n`,
      changelog('- On main.\n\n', '1.0.1', '1.0.0'),
    );
    assert.equal(await project.clone.git('show', `${head}:extra.txt`), 'mended');
    assert.equal(await project.clone.git('status', '--porcelain', '--branch'), before);
    const [one, two] = await Promise.all([
      readJson(['hotfix', 'finish', '1.0.1', '--push'], at),
      readJson(['hotfix', 'finish', '1.0.1', '--push'], at),
    ]);
    assert.deepEqual([one['is'], one['commit'], two['commit']], ['kept', head, head]);
    assert.equal(await project.origin.git('rev-parse', 'merge-back/v1.0.1'), head);
  });

  for (const [how, bring, by] of [
    ['cherry-picked', ['cherry-pick', '--no-gpg-sign', 'v1.0.0..v1.0.1'], 'patches'],
    ['squashed', ['merge', '-q', '--squash', 'v1.0.1'], 'content'],
  ] as const)
    void test(`a hotfix whose commits were ${how} is merged back`, async (t) => {
      const { project, at } = await openHotfix(t, { mend: { 'extra.txt': 'mended\n' }, main: { 'other.txt': 'x\n' } });
      await project.clone.git('switch', '-q', 'main');
      await project.clone.git(...bring);
      await project.commit({ 'later.txt': 'y\n' });
      assert.equal((await readJson(['hotfix', 'finish', '1.0.1'], at))['by'], by);
      assert.deepEqual((await readJson(['status'], at))['mergeBacks'], []);
    });

  void test('the number of a hotfix is above everything that was ever tagged in its line', async (t) => {
    const { project, at, ci } = await twoLines(t);
    const { clone } = project;
    await clone.git('switch', '-q', '-c', 'hotfix/v1.0.1', 'v1.0.0');
    await project.commit({ 'app.txt': 'worse\n' });
    await succeed(['tag', '1.0.1', '--push'], at);
    await succeed(['release', '1.0.1'], ci);
    await succeed(['withdraw', '1.0.1', '--reason', 'worse', '--aliases', 'move', '--push'], at);
    const withdrawn = await readJson(['hotfix', 'start', '--from', '1.0'], at);
    assert.deepEqual([withdrawn['version'], withdrawn['base']], ['1.0.2', 'v1.0.0']);
    await changePolicy(project, (text) => text, { 'CHANGELOG.md': changelog('', '1.0.2', '1.0.1', '1.0.0') });
    await succeed(['tag', '1.0.2', '--push'], at);
    await succeed(['withdraw', '1.0.2', '--reason', 'never mind', '--aliases', 'move', '--push'], at);
    await clone.git('push', '-q', 'origin', ':refs/tags/v1.0.2');
    await clone.git('tag', '-d', 'v1.0.2');
    assert.equal(
      (await readJson(['hotfix', 'start', '--from', '1.0'], at))['version'],
      '1.0.3',
      'cancelled, its tag gone',
    );
    // A stranger's tag takes its own number and no more.
    for (const version of ['v1.0.3', 'v1.0.999']) {
      await clone.tag(version, { by: await makeSshKey(t) });
      await clone.git('push', '-q', 'origin', `refs/tags/${version}`);
    }
    assert.equal((await readJson(['hotfix', 'start', '--from', '1.0'], at))['version'], '1.0.4');
  });

  void test('a hotfix larger than the policy wants, or elsewhere, is tagged with a reason only', async (t) => {
    const { project, at } = await twoLines(t);
    await changePolicy(project, (text) => `${text}hotfix: {maxLines: 3, paths: [app.txt]}\n`);
    await succeed(['hotfix', 'start', '--from', '1.0'], at);
    await project.clone.git('switch', '-q', 'hotfix/v1.0.1');
    await project.commit({ 'app.txt': 'a\nb\nc\n', 'ci.txt': 'x\n' });
    const refused = await runProgram(['tag', '1.0.1'], at);
    assert.equal(refused.exitCode, 3);
    assert.match(
      refused.stderr,
      /the hotfix changes 5 lines, at most 3 are wanted; it changes "ci\.txt", outside of hotfix\.paths/,
    );
    assert.match(refused.stderr, /2 files, 5 lines changed since v1\.0\.0\n.*4 lines in "app\.txt"/);
    assert.match(refused.stderr, /next: .*--reason "TEXT"/);
    await succeed(['tag', '1.0.1', '--reason', 'the table is generated'], at);
    assert.match(
      await project.clone.git('cat-file', 'tag', 'v1.0.1'),
      /\n\nHotfix-Reason: the table is generated\n-----BEGIN/,
    );
    await succeed(['tag', '1.0.1', '--push'], at);
    assert.match(await succeed(['plan', '1.0.1'], at), /reason in the tag: the table is generated/);
    const noHotfix = await runProgram(['tag', '2.0.0', '--at', 'main', '--reason', 'x'], at);
    assert.match(noHotfix.stderr, /its commit is on the default branch, so it is no hotfix/);
  });

  void test('a large hotfix that is built anew instead of its candidate gives the reason of either', async (t) => {
    const { project, at } = await twoLines(t);
    await changePolicy(project, (text) => `${text}hotfix: {maxLines: 3}\n`);
    await succeed(['hotfix', 'start', '--from', '1.0'], at);
    await project.clone.git('switch', '-q', 'hotfix/v1.0.1');
    await project.commit({ 'app.txt': 'a\nb\nc\n' });
    await project.tag('1.0.1-rc.1');
    await succeed(['release', '1.0.1-rc.1'], await runner(t, project));
    await project.commit({ 'app.txt': 'a\nb\nc\nd\n' });
    const rebuild = ['promote', '1.0.1-rc.1', '--rebuild', '--reason', 'a new base', '--push'];
    const refused = await runProgram(rebuild, at);
    assert.equal(refused.exitCode, 3, refused.stderr);
    assert.match(refused.stderr, /at most 3 are wanted[^]*next: .*--hotfix-reason "TEXT"/);
    await succeed([...rebuild, '--hotfix-reason', 'the table is generated'], at);
    assert.match(
      await project.clone.git('cat-file', 'tag', 'v1.0.1'),
      /\n\nRebuild: a new base\nHotfix-Reason: the table is generated\n-----BEGIN/,
    );
    await succeed(['release', '1.0.1'], await runner(t, project));
  });

  void test('a hotfix starts only at what is published, believed and the end of its line', async (t) => {
    const template = await twoLines(t);
    const start = async (
      arrange: (project: TestProject, scope: Scope) => Promise<unknown>,
      ...args: readonly string[]
    ): Promise<string> => {
      const project = await copyProject(t, template.project);
      const at = await maintainer(project);
      await arrange(project, t);
      const before = await project.clone.git('for-each-ref', 'refs/heads');
      const ended = await runProgram(['hotfix', 'start', ...args], at);
      assert.equal(ended.exitCode, 3, ended.stderr);
      assert.equal(await project.clone.git('for-each-ref', 'refs/heads'), before);
      return ended.stderr;
    };
    const force = async (project: TestProject, by: Awaited<ReturnType<typeof makeSshKey>>) => {
      await project.clone.tag('v1.1.0', { by, message: 'again' });
      await project.clone.git('push', '-q', '--force', 'origin', 'refs/tags/v1.1.0');
    };
    assert.match(
      await start(async (project, scope) => force(project, await makeSshKey(scope))),
      /from v1\.1\.0: the tag is object [0-9a-f]{40}, [0-9a-f]{40} was released under this name/,
    );
    assert.match(
      await start(
        async (project, scope) => {
          await project.clone.tag('v2.0.0', { by: await makeSshKey(scope) });
          await project.clone.git('push', '-q', 'origin', 'refs/tags/v2.0.0');
        },
        '--from',
        '2.0.0',
      ),
      /from v2\.0\.0: it is signed by .*SHA256:/,
    );
    assert.match(await start(async () => undefined, '--from', '3'), /no stable version of the line 3 is published/);
    assert.match(await start(async () => undefined, '--from', '1.0.7'), /from v1\.0\.7: there is no such tag/);
    assert.match(
      await start(async (project) => {
        await project.clone.git('checkout', '-q', '--orphan', 'hotfix/v1.1.1');
        await project.clone.commit({ 'app.txt': 'something else\n' });
      }),
      /the branch "hotfix\/v1\.1\.1" is there already and does not contain it/,
    );
    assert.match(
      await start(
        async (project) => {
          await project.commit({ 'app.txt': 'three\n' });
          await project.tag('1.1.1');
        },
        '--from',
        '1.1.0',
      ),
      /from v1\.1\.0: v1\.1\.1 is above it in its line and not withdrawn/,
    );
  });
});

/** 1.0.0 and 1.1.0 are released from main, which differ in `app.txt`. */
async function twoLines(scope: Scope) {
  const project = await makeProject(scope);
  const [at, ci] = [await maintainer(project), await runner(scope, project)];
  await project.tag('1.0.0');
  await succeed(['release', '1.0.0'], ci);
  await project.commit({ 'app.txt': 'two\n' });
  await project.tag('1.1.0');
  await succeed(['release', '1.1.0'], ci);
  return { project, at, ci };
}

/** 1.0.0 is released, 1.0.1 too, from its hotfix branch, and main has moved on. */
async function openHotfix(
  scope: Scope,
  change: { readonly mend: Readonly<Record<string, string>>; readonly main: Readonly<Record<string, string>> },
) {
  const project = await makeProject(scope, { files: { 'CHANGELOG.md': changelog('', '1.0.0') } });
  const [at, ci] = [await maintainer(project), await runner(scope, project)];
  await project.tag('1.0.0');
  await succeed(['release', '1.0.0'], ci);
  await project.clone.git('switch', '-q', '-c', 'hotfix/v1.0.1');
  await project.commit({ 'CHANGELOG.md': changelog('', '1.0.1', '1.0.0'), 'extra.txt': 'first try\n' });
  await project.commit(change.mend);
  await project.tag('1.0.1');
  await succeed(['release', '1.0.1'], ci);
  await project.clone.git('switch', '-q', 'main');
  await project.commit(change.main);
  return { project, at };
}

function changelog(unreleased: string, ...versions: readonly string[]): string {
  const sections = versions.map((version) => `## [${version}] - 2026-01-01\n\n- Something.\n`);
  return `# Changelog\n\n## [Unreleased]\n\n${unreleased}${sections.join('\n')}`;
}
