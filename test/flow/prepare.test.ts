import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import { makeProject } from '../make/project.ts';
import { readPublished } from '../make/published.ts';

const changelog = `# Changelog

## [Unreleased]

### Added

- A thing\u202e.

## v0.1.0 (2026-1-1)

- First.
`;

void suite('preparing a release', { concurrency: 2 }, () => {
  void test('leads from the candidate to the stable release, which has its bytes and says how to upgrade', async (t) => {
    const project = await makeProject(t);
    const keys = 'upgrading: docs/upgrading.md\nversionFiles: [VERSION]\nsource: https://github.com/o/p';
    await changePolicy(project, (text) => text.replace('upgrading: false', keys), {
      'CHANGELOG.md': changelog.replace('\u202e', ''),
      VERSION: '0.1.0\n',
      'docs/upgrading.md': '# Upgrading\n',
    });
    const ada = await maintainer(project);
    assert.match(
      await succeed(['prepare', '0.2.0-rc.1', '--push'], ada),
      /^0\.2\.0-rc\.1 is prepared: commit [0-9a-f]{12} with VERSION, pushed to main\nnext: Tag it/,
    );
    await succeed(['tag', '0.2.0-rc.1', '--push'], ada);
    await succeed(['release', '0.2.0-rc.1'], await runner(t, project));
    const refused = await runProgram(['tag', '0.2.0'], ada);
    assert.equal(refused.exitCode, 3);
    assert.match(refused.stderr, /"CHANGELOG\.md" has no section "## \[0\.2\.0\]/);
    const plan = await readJson(['plan', '0.2.0'], ada);
    assert.match(JSON.stringify(plan['problems']), /has no notes for 0\.2\.0.*cutwater prepare 0\.2\.0/);

    const notes = ['--breaking', 'none', '--env', 'added APP_TLS: on by default', '--migrations', 'the store, once'];
    await succeed(['prepare', '0.2.0', ...notes, '--way-back', 'restore', '--push'], ada);
    await succeed(['tag', '0.2.0', '--push'], ada);
    await succeed(['release', '0.2.0'], await runner(t, project));
    const { tags } = await readPublished(project.data);
    assert.equal(tags['0.2.0'], tags['0.2.0-rc.1'], 'the commit of the documents is no other build');
    const page = await readFile(join(project.data, 'releases/v0.2.0/notes.md'), 'utf8');
    assert.match(
      page,
      /\*\*May need action\*\* after 0\.1\.0\. Below 1\.0\.0 a step from 0\.1\.0 to another MINOR may break, stored data is migrated, going/,
    );
    assert.match(page, /- Changelog: \[CHANGELOG\.md\]\(https:\/\/github\.com\/o\/p\/blob\/v0\.2\.0\/CHANGELOG\.md\)/);
    assert.match(page, /- Upgrading guide: \[docs\/upgrading\.md\]\(https:.*\/v0\.2\.0\/docs\/upgrading\.md\)/);
    assert.match(page, /- Way back: restore\./);
    assert.match(page, /## Upgrading\n\n.*`APP_TLS`: on by default/s);
    assert.match(page, new RegExp(`\\n[^\\n]*tiny@${tags['0.2.0'] ?? ''}\\n`), 'one line to pin by digest');
  });

  void test('--check changes nothing, lists every defect with its line, and exits with 3 only where something stops it', async (t) => {
    const project = await makeProject(t, { files: { 'CHANGELOG.md': changelog } });
    const ada = await maintainer(project);
    const fine = await runProgram(['prepare', '0.2.0', '--check'], ada);
    assert.equal(fine.exitCode, 0, fine.stderr);
    assert.match(fine.stdout, /^to write +CHANGELOG\.md +what is unreleased becomes 0\.2\.0$/m);
    assert.match(fine.stdout, /- A thing\\u\{202e\}\./, 'what is not to be trusted is shown escaped');
    assert.match(fine.stdout, /^9 +date-form +The date is not written as 2026-01-01$/m);
    assert.match(fine.stdout, /Nothing stands against it\.\n$/);
    assert.equal(await project.clone.git('status', '--porcelain'), '');

    await project.clone.git('checkout', '-q', '-b', 'feature');
    const stopped = await readJson(['prepare', '0.2.0', '--check'], ada);
    assert.equal(stopped['schema'], 'cutwater.prepare/1');
    assert.match(JSON.stringify(stopped['problems']), /\\"feature\\" is no branch for releases/);
    assert.equal((await runProgram(['prepare', '0.2.0', '--check'], ada)).exitCode, 3);
  });

  void test('says how options are written before it looks at anything', async (t) => {
    const project = await makeProject(t);
    const ada = await maintainer(project);
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['--date', '3.2.2026'], /--date is "3\.2\.2026", YYYY-MM-DD is wanted/],
      [['--breaking', 'none'], /leaves out --env CHANGE, --migrations TEXT, --way-back binary\|restore; "none" says/],
      [['--bump-reason', ' '], /the reason is empty/],
      [['--way-back', 'maybe'], /binary, restore/],
    ];
    for (const [args, says] of cases) {
      const ended = await runProgram(['prepare', '1.1.0', ...args], ada);
      assert.equal(ended.exitCode, 2, ended.stderr);
      assert.match(ended.stderr, says);
    }
  });
});
