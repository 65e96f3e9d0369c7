import assert from 'node:assert/strict';
import { chmod, lstat, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from '../../../test/make/folder.ts';
import { cloneRepository, makeGitRepository } from '../../../test/make/git-repository.ts';
import type { TestRepository } from '../../../test/make/git-repository.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { objectId } from '../../domain/object-id.ts';
import { parseTagObject } from '../../domain/tag-object.ts';
import { gitCli } from './git-cli.ts';

const open = ({ folder, environment }: TestRepository) => gitCli({ folder, environment });
const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('utf8');

for (const objectFormat of ['sha1', 'sha256'] as const)
  test(`listTags() gives every tag of a ${objectFormat} repository with its raw object`, async (t) => {
    const repository = await makeGitRepository(t, { objectFormat });
    const commit = await repository.commit({ 'a.txt': '1' });
    const tag = await repository.tag('v1.0.0', { taggedAt: 1700000000, message: 'one' });
    await repository.tag('v1.1.0', { kind: 'lightweight' });
    const nested = await repository.tag('nested', { target: 'refs/tags/v1.0.0' });
    const blob = await repository.writeObject('blob', 'x');
    await repository.pointTag('of-a-blob', blob);
    const tags = await open(repository).listTags();
    const raw = new Uint8Array(await repository.readObject(tag));
    assert.equal(parseTagObject(raw).is, 'ok');
    const rawNested = new Uint8Array(await repository.readObject(nested));
    assert.deepEqual(tags, [
      { name: 'nested', object: nested, objectType: 'tag', commit, claimedAt: 1767225600, raw: rawNested },
      { name: 'of-a-blob', object: blob, objectType: 'blob', commit: undefined, claimedAt: 0, raw: undefined },
      { name: 'v1.0.0', object: tag, objectType: 'tag', commit, claimedAt: 1700000000, raw },
      { name: 'v1.1.0', object: commit, objectType: 'commit', commit, claimedAt: 1767225600, raw: undefined },
    ]);
  });

test('listTags() passes hostile names on unharmed and runs nothing', async (t) => {
  const repository = await makeGitRepository(t);
  const commit = await repository.commit({ 'a.txt': '1' });
  const names = [
    '--upload-pack=x',
    'v1;touch${IFS}pwned',
    'v1$(id)',
    'v1`id`',
    'v1|&',
    '"quoted"',
    "it's",
    '<script>',
    '\u202ev1',
    'ünï',
    '%00%0a',
  ];
  for (const name of names) await repository.pointTag(name, commit);
  const listed = (await open(repository).listTags()).map(({ name }) => name);
  assert.deepEqual(listed.toSorted(), names.toSorted());
  assert.deepEqual(await readdir(repository.folder), ['.git', 'a.txt']);
});

test('listTags() lists the other tags where one is broken, lies about its target, or is huge', async (t) => {
  const repository = await makeGitRepository(t);
  const commit = await repository.commit({ 'a.txt': '1' });
  const blob = await repository.writeObject('blob', 'x');
  const head = (target: string) => `object ${target}\ntype commit\ntag t\ntagger A <a> 1 +0000\n\n`;
  await repository.pointTag('two-objects', await repository.writeObject('tag', `object ${commit}\n${head(commit)}`));
  await repository.pointTag('garbage', await repository.writeObject('tag', 'garbage'));
  await repository.pointTag('liar', await repository.writeObject('tag', head(blob)));
  await repository.pointTag('huge', await repository.writeObject('tag', head(commit) + 'x'.repeat(2 * 1024 * 1024)));
  await repository.tag('v1.0.0');
  const tags = new Map((await open(repository).listTags()).map((tag) => [tag.name, tag]));
  assert.deepEqual([...tags.keys()].toSorted(), ['garbage', 'huge', 'liar', 'two-objects', 'v1.0.0']);
  assert.equal(text(tags.get('garbage')?.raw), 'garbage');
  assert.equal(tags.get('liar')?.commit, undefined);
  assert.equal(tags.get('huge')?.raw?.length, 0);
  assert.equal(tags.get('v1.0.0')?.commit, commit);
});

test('listTags() does not believe replaced objects', async (t) => {
  const repository = await makeGitRepository(t);
  await repository.commit({ 'a.txt': '1' });
  const first = await repository.tag('v1.0.0', { message: 'first' });
  const second = await repository.tag('other', { message: 'second' });
  await repository.git('replace', first, second);
  const [, tag] = await open(repository).listTags();
  assert.match(text(tag?.raw) ?? '', /first/);
});

test('gitCli() says NOT_A_REPOSITORY for a folder that is none, and for no folder', async (t) => {
  const folder = await makeFolder(t);
  const { environment } = await makeGitRepository(t);
  for (const name of [folder, join(folder, 'nothing')])
    await assert.rejects(gitCli({ folder: name, environment }).listTags(), (error) =>
      isCutwaterError(error, 'NOT_A_REPOSITORY'),
    );
});

test('gitCli() reads the folder it was given, whatever GIT_DIR says', async (t) => {
  const [repository, other] = await Promise.all([makeGitRepository(t), makeGitRepository(t)]);
  await repository.commit({ 'a.txt': '1' });
  await repository.tag('here');
  const environment = { ...repository.environment, GIT_DIR: join(other.folder, '.git') };
  const tags = await gitCli({ folder: repository.folder, environment }).listTags();
  assert.deepEqual(
    tags.map(({ name }) => name),
    ['here'],
  );
});

test('readFile() gives regular files only', async (t) => {
  const repository = await makeGitRepository(t);
  await repository.commit({ 'a/b.txt': 'content\n', '-x': 'dash', ':(glob)*': 'magic', 'c\nd': 'line' });
  await symlink('a/b.txt', join(repository.folder, 'link'));
  await symlink('a', join(repository.folder, 'folder-link'));
  const module = '1'.repeat(40);
  await repository.git('update-index', '--add', '--cacheinfo', `160000,${module},module`);
  const commit = await repository.commit({ empty: '' });
  const git = open(repository);
  for (const [path, content] of [
    ['a/b.txt', 'content\n'],
    ['-x', 'dash'],
    [':(glob)*', 'magic'],
    ['c\nd', 'line'],
    ['empty', ''],
    ['a', undefined],
    ['link', undefined],
    ['folder-link/b.txt', undefined],
    ['module', undefined],
    ['nothing', undefined],
    ['../a/b.txt', undefined],
    ['/etc/passwd', undefined],
    ['a/./b.txt', undefined],
    ['', undefined],
    ['a\0', undefined],
  ] as const)
    assert.equal(text(await git.readFile(commit, path)), content, path);
});

test('changedPaths(), commitTime(), isAncestor() and commitOf() answer about commits', async (t) => {
  const repository = await makeGitRepository(t);
  const first = await repository.commit({ 'a.txt': 'same\n'.repeat(20), 'b.txt': '1' });
  const second = await repository.commit({ 'a.txt': null, 'd/ä "x".txt': 'same\n'.repeat(20), 'b.txt': '1' });
  const git = open(repository);
  assert.deepEqual(await git.changedPaths(first, second), ['a.txt', 'd/ä "x".txt']);
  assert.deepEqual(await git.changedPaths(second, second), []);
  assert.equal(await git.commitTime(first), 1767225600);
  assert.equal(await git.isAncestor(first, second), true);
  assert.equal(await git.isAncestor(second, first), false);
  assert.equal(await git.isShallow(), false);
  assert.equal(await git.commitOf('HEAD'), second);
  assert.equal(await git.commitOf('HEAD~1'), first);
  for (const revision of ['', 'nothing', '--help', 'HEAD:b.txt', 'a\0', 'HEAD\nHEAD~1'])
    assert.equal(await git.commitOf(revision), undefined, revision);
  const missing = objectId('1'.repeat(40));
  await assert.rejects(git.isAncestor(missing, first), (error) => isCutwaterError(error, 'TOOL_FAILED'));
  await assert.rejects(git.commitTime(missing), (error) => isCutwaterError(error, 'TOOL_FAILED'));
});

test('isAncestor() says HISTORY_SHALLOW where a shallow clone lacks a commit', async (t) => {
  const origin = await makeGitRepository(t);
  const first = await origin.commit({ 'a.txt': '1' });
  const second = await origin.commit({ 'a.txt': '2' });
  const git = open(await cloneRepository(t, origin, '--depth=1'));
  assert.equal(await git.isShallow(), true);
  await assert.rejects(git.isAncestor(first, second), (error) => isCutwaterError(error, 'HISTORY_SHALLOW'));
});

test('exportTree() writes exactly the commit, in a clone that is sparse, dirty and full of filters', async (t) => {
  const repository = await makeGitRepository(t);
  await symlink('a/b.txt', join(repository.folder, 'link'));
  await writeFile(join(repository.folder, 'run.sh'), '#!/bin/sh\n');
  await chmod(join(repository.folder, 'run.sh'), 0o755);
  const attributes = '*.txt filter=bad\n';
  const commit = await repository.commit({ 'a/b.txt': 'one\n', 'c.txt': 'two\n', '.gitattributes': attributes });
  await repository.git('sparse-checkout', 'set', '--no-cone', '/c.txt');
  await repository.git('config', 'filter.bad.smudge', `touch ${join(repository.folder, 'ran')}; cat`);
  await repository.git('config', 'filter.bad.required', 'true');
  await repository.git('config', 'core.autocrlf', 'true');
  await repository.git('config', 'core.fsmonitor', `touch ${join(repository.folder, 'ran')}; :`);
  await writeFile(join(repository.folder, '.gitattributes'), '*.txt text eol=crlf\n');
  const before = await readFile(join(repository.folder, '.git/index'));
  const folder = join(await makeFolder(t), 'out');
  await rm(join(repository.folder, 'ran'), { force: true });
  await open(repository).exportTree(commit, folder);
  assert.deepEqual((await readdir(folder)).toSorted(), ['.gitattributes', 'a', 'c.txt', 'link', 'run.sh']);
  assert.equal(await readFile(join(folder, 'a/b.txt'), 'utf8'), 'one\n');
  assert.equal((await lstat(join(folder, 'link'))).isSymbolicLink(), true);
  assert.equal((await lstat(join(folder, 'run.sh'))).mode & 0o111, 0o111);
  assert.ok(!(await readdir(repository.folder)).includes('ran'));
  assert.deepEqual(await readFile(join(repository.folder, '.git/index')), before);
  await assert.rejects(open(repository).exportTree(commit, folder), /is not empty/);
});

test('gitCli() works on a bare repository', async (t) => {
  const origin = await makeGitRepository(t);
  const commit = await origin.commit({ 'a.txt': '1' });
  await origin.tag('v1.0.0');
  const git = open(await cloneRepository(t, origin, '--bare'));
  const folder = await makeFolder(t);
  assert.equal((await git.listTags()).length, 1);
  assert.equal(text(await git.readFile(commit, 'a.txt')), '1');
  await git.exportTree(commit, folder);
  assert.deepEqual(await readdir(folder), ['a.txt']);
});

test('topFolder() gives the working copy from any folder of it, and a bare repository itself', async (t) => {
  const origin = await makeGitRepository(t);
  await origin.commit({ 'a/b.txt': '1' });
  const { folder, environment } = origin;
  assert.equal(await gitCli({ folder: join(folder, 'a'), environment }).topFolder(), folder);
  const bare = await cloneRepository(t, origin, '--bare');
  assert.equal(await open(bare).topFolder(), bare.folder);
  const nowhere = gitCli({ folder: await makeFolder(t), environment });
  await assert.rejects(nowhere.topFolder(), (error) => isCutwaterError(error, 'NOT_A_REPOSITORY'));
});
