import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from '../../../test/make/folder.ts';
import { makeGitRepository } from '../../../test/make/git-repository.ts';
import { run } from '../../../test/make/run.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { objectId } from '../../domain/object-id.ts';
import { gitComparison } from './comparison.ts';

const lines = (...texts: readonly string[]) => texts.map((text) => `${text}\n`).join('');

void test('fileChanges() counts the lines of every file, whatever its name and its attributes', async (t) => {
  const repository = await makeGitRepository(t);
  const from = await repository.commit({ 'a.txt': lines('1', '2', '3'), 'old.txt': lines('x') });
  const to = await repository.commit({
    'a.txt': lines('1', 'two', '3', '4'),
    'old.txt': null,
    'new.txt': lines('x'),
    'ä "x"\t.txt': lines('1'),
    'hidden.txt': lines('1', '2'),
    binary: '\0\n\n',
    '.gitattributes': lines('*.txt -diff'),
  });
  const changes = await gitComparison(repository).fileChanges(from, to);
  assert.deepEqual(Object.fromEntries(changes.map(({ path, lines: count }) => [path, count])), {
    '.gitattributes': 1,
    binary: 0,
    'a.txt': 3,
    'hidden.txt': 2,
    'new.txt': 1,
    'old.txt': 1,
    'ä "x"\t.txt': 1,
  });
  assert.deepEqual(await gitComparison(repository).fileChanges(to, to), []);
});

void test('missingPatches() knows a change again under another commit id', async (t) => {
  const repository = await makeGitRepository(t);
  const comparison = gitComparison(repository);
  await repository.commit({ 'a.txt': '1\n' });
  await repository.git('checkout', '-q', '-b', 'hotfix');
  const one = await repository.commit({ 'a.txt': '1, mended\n' });
  const two = await repository.commit({ 'b.txt': 'too\n' });
  await repository.git('checkout', '-q', 'main');
  const head = await repository.commit({ 'c.txt': 'other\n' });
  assert.deepEqual((await comparison.missingPatches(two, head)).toSorted(), [one, two].toSorted());
  await repository.git('cherry-pick', '--no-gpg-sign', one);
  const picked = objectId(await repository.git('rev-parse', 'HEAD'));
  assert.notEqual(picked, one);
  assert.deepEqual(await comparison.missingPatches(two, picked), [two]);
  assert.deepEqual(await comparison.missingPatches(head, picked), []);
});

void test('mergeTrees() merges without a working copy, and says which files conflict', async (t) => {
  const repository = await makeGitRepository(t);
  const comparison = gitComparison(repository);
  const base = await repository.commit({ 'a.txt': '1\n', 'b.txt': '1\n', 'k.txt': '1\n' });
  await repository.git('checkout', '-q', '-b', 'hotfix');
  const theirs = await repository.commit({ 'b.txt': '2\n' });
  const rival = await repository.commit({ 'a.txt': 'theirs\n', 'k.txt': null });
  await repository.git('checkout', '-q', 'main');
  const ours = await repository.commit({ 'a.txt': 'ours\n', 'k.txt': '2\n' });
  const clean = await comparison.mergeTrees(ours, theirs);
  assert.ok(clean.is === 'clean');
  assert.deepEqual(await comparison.fileChanges(ours, clean.tree), [{ path: 'b.txt', lines: 2 }]);
  const conflicts = await comparison.mergeTrees(ours, rival);
  assert.ok(conflicts.is === 'conflicts');
  assert.deepEqual(conflicts.paths, ['a.txt', 'k.txt']);
  assert.equal(await comparison.mergeBase(ours, rival), base);
  assert.equal(await repository.git('status', '--porcelain'), '');
  await repository.git('checkout', '-q', '--orphan', 'alone');
  const alone = await repository.commit({ 'z.txt': '1\n' });
  assert.deepEqual(await comparison.mergeTrees(ours, alone), { is: 'unrelated' });
  assert.equal(await comparison.mergeBase(ours, alone), undefined);
});

void test('mergeTrees() says TOOL_MISSING where git is too old to merge without a working copy', async (t) => {
  const repository = await makeGitRepository(t);
  const commit = await repository.commit({ 'a.txt': '1\n' });
  const folder = await makeFolder(t);
  const git = await run({ command: 'sh', args: ['-c', 'command -v git'] });
  // What git 2.37 says to the option.
  const script = `#!/bin/sh
case "$*" in *--write-tree*) echo "usage: git merge-tree <base-tree> <branch1> <branch2>" >&2; exit 129;; esac
exec ${git} "$@"
`;
  await writeFile(join(folder, 'git'), script, { mode: 0o755 });
  const before = process.env['PATH'];
  // The hardened way to git takes the program's own search path.
  process.env['PATH'] = `${folder}:${before ?? ''}`;
  t.after(() => {
    process.env['PATH'] = before;
  });
  await assert.rejects(gitComparison(repository).mergeTrees(commit, commit), (error) =>
    isCutwaterError(error, 'TOOL_MISSING'),
  );
});
