import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import type { Scope } from '../make/folder.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { makeProject } from '../make/project.ts';
import { aliases } from '../make/published.ts';

const reason = ['--reason', 'loses [uploads](https://evil.example)', '--push'] as const;
const forward = { latest: '1.1.0', '1': '1.1.0', '1.1': '1.1.0', '1.0': '1.0.0' };
const back = { latest: '1.0.0', '1': '1.0.0', '1.1': '1.1.0', '1.0': '1.0.0' };

void suite('the way back', { concurrency: 2 }, () => {
  void test('aliases go back unasked only where the notes say binary; each decision is one commit in the changelog', async (t) => {
    const project = await notedProject(t, 'binary');
    const ada = await maintainer(project);
    const said = await succeed(['withdraw', '1.1.0', ...reason], ada);
    assert.match(
      said,
      /^withdrawn\/v1\.1\.0\/1 is signed and pushed \(aliases: move\)\.\nGoing back from 1\.1\.0 to 1\.0\.0 is binary/,
    );
    assert.match(said, /its notes say "binary" \(main:docs\/upgrading\.md, line 5\)/);
    assert.match(said, /\nThe incident is in commit [0-9a-f]{12} on main, pushed\n/);
    assert.deepEqual(await aliases(project.data), back);
    assert.match(
      await readNotes(project),
      /Use \*\*v1\.0\.0\*\* instead\.\nGoing back to 1\.0\.0 is binary: start the old/,
    );
    assert.match(await readNotes(project), /\n> loses \\\[uploads\\\]\(https/);
    assert.match(
      await succeed(['status'], ada),
      /1\.1\.0 +withdrawn: .*; going back from 1\.1\.0 to 1\.0\.0 is binary/,
    );
    const first = await lastCommit(project);
    assert.deepEqual(first, [
      'docs: record the withdrawal of v1.1.0',
      'CHANGELOG.md',
      'Decided by withdrawn/v1.1.0/1.',
    ]);
    assert.match(
      await changelog(project),
      /## \[1\.1\.0\] - 2026-01-01\n\n<!-- cutwater:incident withdrawn\/v1\.1\.0\/1 -->\n> \*\*Withdrawn on 2026-01-01\.\*\* Do not deploy 1\.1\.0\. Use \*\*1\.0\.0\*\* instead\./,
    );
    assert.equal(await project.clone.git('status', '--porcelain', '--branch'), '## main...origin/main');

    // Again: nothing new, on whatever branch.
    const head = await project.origin.git('rev-parse', 'main');
    assert.match(
      await succeed(['withdraw', '1.1.0', ...reason], ada),
      /says so already.*\n.*\nThe changelog on main has the incident already/,
    );
    assert.equal(await project.origin.git('rev-parse', 'main'), head);

    // A maintainer learns better and mends the notes.
    const notes = await readFile(join(project.clone.folder, 'docs/upgrading.md'), 'utf8');
    await project.commit({ 'docs/upgrading.md': notes.replace('binary', 'restore') });
    assert.match(
      await succeed(['plan'], ada),
      /mark v1\.1\.0 as deprecated; going back from 1\.1\.0 to 1\.0\.0 needs a restore/,
    );
    await succeed(['restore', '1.1.0', ...reason], ada);
    assert.deepEqual(await aliases(project.data), forward);
    assert.match((await lastCommit(project)).join(), /^docs: record the restoration of v1\.1\.0,CHANGELOG\.md/);
    const asked = await runProgram(['withdraw', '1.1.0', ...reason], ada);
    assert.equal(asked.exitCode, 2, asked.stderr);
    assert.match(
      asked.stderr,
      /nothing says what happens to latest, 1, and going back from 1\.1\.0 to 1\.0\.0 needs a restore/,
    );
    assert.match(asked.stderr, /notes say "restore" \(main:docs\/upgrading\.md, line 5\)/);
    assert.equal(await project.clone.git('tag', '--list', 'withdrawn/*'), 'withdrawn/v1.1.0/1', 'nothing was decided');
    // Work under way is not touched: the commit is made beside it.
    await writeFile(join(project.clone.folder, 'app.txt'), 'work\n');
    const held = await readJson(['withdraw', '1.1.0', ...reason, '--aliases', 'hold'], ada);
    const { incident, wayBack, word } = held;
    assert.deepEqual(
      { word, wayBack: { ...Object(wayBack), because: '' } },
      { word: 'hold', wayBack: { from: '1.1.0', to: '1.0.0', is: 'restore', because: '' } },
    );
    assert.deepEqual(
      { ...Object(incident), commit: '' },
      {
        is: 'committed',
        branch: 'main',
        commit: '',
        pushed: true,
        because: 'the working copy has changes',
      },
    );
    const status = await project.clone.git('status', '--porcelain', '--branch');
    assert.equal(status, '## main...origin/main [behind 1]\n M app.txt');
    assert.match((await lastCommit(project)).join(), /^docs: record the withdrawal of v1\.1\.0,CHANGELOG\.md/);
    assert.match(await readNotes(project), /\*\*Going back to 1\.0\.0 needs a restore\*\*/);
    assert.match(
      await succeed(['withdraw', '1.1.0', ...reason], ada),
      /The changelog on main has the incident already/,
    );
    assert.match(await succeed(['reconcile'], await runner(t, project)), /Nothing to do/);
  });

  void test('a killed run leaves nothing that the next one does not finish, and a protected branch gets a pull request', async (t) => {
    const project = await notedProject(t, 'restore');
    const ada = await maintainer(project);
    const withdraw = ['withdraw', '1.1.0', ...reason, '--aliases', 'move'];
    // Killed after the file was written: as if by hand.
    await succeed(
      withdraw.filter((word) => word !== '--push'),
      ada,
    );
    const made = await project.clone.git('rev-parse', 'HEAD');
    assert.notEqual(made, await project.origin.git('rev-parse', 'main'));
    await project.clone.git('reset', '-q', '--soft', 'HEAD^');
    await project.clone.git('reset', '-q');
    const again = await readJson(
      withdraw.filter((word) => word !== '--push'),
      ada,
    );
    assert.match(JSON.stringify(again['incident']), /"is":"committed","branch":"main",.*"pushed":false/);
    // Nothing else of the person goes along.
    await project.clone.commit({ 'CHANGELOG.md': `${await readChangelog(project)}\n- More.\n` });
    assert.match(await succeed(withdraw, ada), /on main \(main here has other commits that are not pushed\); push it:/);
    await project.clone.git('reset', '-q', '--hard', 'HEAD^');
    // The remote takes no push to main.
    await writeFile(join(project.origin.folder, 'hooks/update'), '#!/bin/sh\n[ "$1" != refs/heads/main ]\n', {
      mode: 0o755,
    });
    const pushed = await succeed(withdraw, ada);
    assert.match(pushed, /on incident\/v1\.1\.0-1, pushed \(the remote takes no push to main\)/);
    assert.equal(
      await project.origin.git('rev-parse', 'incident/v1.1.0-1'),
      await project.clone.git('rev-parse', 'HEAD'),
    );
    assert.equal(await project.origin.git('rev-list', '--count', 'main..incident/v1.1.0-1'), '1');
    await project.clone.git('checkout', '-q', '--detach', 'origin/main');
    const restored = await succeed(['restore', '1.1.0', ...reason], ada);
    assert.match(restored, /on incident\/v1\.1\.0-1-restored, pushed \(the remote takes no push to main\)/);
  });

  void test('the policy may want a branch, or no entry at all', async (t) => {
    const project = await notedProject(t, 'binary');
    const ada = await maintainer(project);
    await changePolicy(project, (text) => `${text}withdrawal: {incident: none}\n`);
    const main = await project.origin.git('rev-parse', 'main');
    assert.doesNotMatch(await succeed(['withdraw', '1.1.0', ...reason], ada), /incident/);
    assert.equal(await project.origin.git('rev-parse', 'main'), main);
    await changePolicy(project, (text) => text.replace('incident: none', 'incident: branch'));
    // Where the protected branch says nothing about a version, the tree of its release does.
    await project.commit({ 'docs/upgrading.md': '# Upgrading\n' });
    const before = await project.origin.git('rev-parse', 'main');
    const said = await succeed(['withdraw', '1.1.0', ...reason], ada);
    assert.match(said, /is binary, .*notes say "binary" \(v1\.1\.0:docs\/upgrading\.md, line 5\)/);
    assert.match(said, /on incident\/v1\.1\.0-1, pushed\n/);
    assert.equal(await project.origin.git('rev-parse', 'main'), before);
    await project.clone.git('checkout', '-q', '--detach');
    assert.match(await succeed(['restore', '1.1.0', ...reason], ada), /on incident\/v1\.1\.0-1-restored, pushed\n/);
  });
});

/** 1.0.0 and 1.1.0 are released; the upgrading notes of 1.1.0 say a word about the way back. */
async function notedProject(scope: Scope, word: 'binary' | 'restore'): Promise<TestProject> {
  const notes = `# Upgrading\n\n## 1.1.0\n\n- **Way back:** ${word}\n`;
  const project = await makeProject(scope, { files: { 'docs/upgrading.md': notes } });
  await changePolicy(project, (text) =>
    text.replace('upgrading: false', 'upgrading: docs/upgrading.md\nupgradingRequired: []'),
  );
  for (const version of ['1.0.0', '1.1.0']) {
    await project.commit({ 'app.txt': `${version}\n` });
    await project.tag(version);
    await succeed(['release', version], await runner(scope, project));
  }
  return project;
}

/** Subject, files and body of the newest commit of the remote's main branch. */
async function lastCommit({ origin }: TestProject): Promise<readonly string[]> {
  const files = await origin.git('diff-tree', '--no-commit-id', '--name-only', '-r', 'main');
  return [
    await origin.git('log', '-1', '--format=%s', 'main'),
    files,
    (await origin.git('log', '-1', '--format=%b', 'main')).trim(),
  ];
}

function readChangelog({ clone }: TestProject): Promise<string> {
  return readFile(join(clone.folder, 'CHANGELOG.md'), 'utf8');
}

function changelog({ origin }: TestProject): Promise<string> {
  return origin.git('show', 'main:CHANGELOG.md');
}

function readNotes(project: TestProject): Promise<string> {
  return readFile(join(project.data, 'releases', 'v1.1.0', 'notes.md'), 'utf8');
}
