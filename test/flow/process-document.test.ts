import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { changePolicy, maintainer } from '../make/actors.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import { makeProject } from '../make/project.ts';

void test('the page is written from the policy, keeps notes by hand, and any other difference is found', async (t) => {
  const project = await makeProject(t);
  const ada = await maintainer(project);
  const file = join(ada.folder, 'docs/release-process.md');

  const missing = await runProgram(['docs', 'check'], ada);
  assert.equal(missing.exitCode, 3);
  assert.match(missing.stderr, /Cannot accept "docs\/release-process\.md": it is not there/);
  assert.match(await succeed(['docs', 'write'], ada), /Wrote docs\/release-process\.md/);
  assert.match(await succeed(['docs', 'check'], ada), /says what cutwater\.yaml says/);
  assert.match(await succeed(['docs', 'write'], ada), /up to date/);

  const written = await readFile(file, 'utf8');
  const notes = '<!-- notes:begin -->\nAsk Bob\tbefore Fridays. \r\n<!-- notes:end -->';
  await writeFile(file, written.replace('<!-- notes:begin -->\n<!-- notes:end -->', notes));
  await changePolicy(project, (text) => text.replace('upgrading: false', 'upgrading: UPGRADING.md'));
  const drift = await runProgram(['docs', 'check'], ada);
  assert.equal(drift.exitCode, 3);
  assert.match(drift.stderr, /line \d+ is not what cutwater\.yaml says/);
  assert.match(drift.stderr, /found .*Who decides[\s\S]*wanted .*Upgrading notes/);
  assert.match(drift.stderr, /^next: Run 'cutwater docs write' and commit the page/m);
  const told = await readJson(['docs', 'check'], ada);
  assert.deepEqual([told['schema'], told['is']], ['cutwater.document-check/1', 'differs']);

  await succeed(['docs', 'write'], ada);
  const renewed = await readFile(file, 'utf8');
  assert.ok(renewed.includes(notes), 'notes stay byte for byte');
  assert.match(renewed, /\| Upgrading notes \| `UPGRADING\.md` +\|/);
});

void test('a page that people wrote is never overwritten', async (t) => {
  const project = await makeProject(t, { files: { 'docs/release-process.md': '# How we release\n\nBy hand.\n' } });
  const ada = await maintainer(project);
  const refused = await runProgram(['docs', 'write'], ada);
  assert.equal(refused.exitCode, 2);
  assert.match(refused.stderr, /Cannot write "docs\/release-process\.md": it was not written by/);
  assert.equal(await readFile(join(ada.folder, 'docs/release-process.md'), 'utf8'), '# How we release\n\nBy hand.\n');
  assert.equal((await runProgram(['docs', 'check'], ada)).exitCode, 3);

  await changePolicy(project, (text) => `${text}processDocument: RELEASING.md\n`);
  await succeed(['docs', 'write'], ada);
  await succeed(['docs', 'check'], ada);
  await succeed(['docs', 'write', '--output', 'other.md'], ada);
  const [named, other] = await Promise.all(
    ['RELEASING.md', 'other.md'].map((name) => readFile(join(ada.folder, name), 'utf8')),
  );
  assert.equal(named, other);
});
