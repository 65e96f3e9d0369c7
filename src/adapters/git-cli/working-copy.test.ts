import assert from 'node:assert/strict';
import { chmod, lstat, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { cloneRepository, makeGitRepository } from '../../../test/make/git-repository.ts';
import type { TestRepository } from '../../../test/make/git-repository.ts';
import { makeSshKey } from '../../../test/make/keys.ts';
import type { ErrorCode } from '../../domain/error-catalogue.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { objectId } from '../../domain/object-id.ts';
import { gitHistory } from './history.ts';
import { gitWorkingCopy } from './working-copy.ts';

const open = ({ folder, environment }: TestRepository) => gitWorkingCopy({ folder, environment });
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (content: Uint8Array | undefined) => content && new TextDecoder().decode(content);
const failsWith =
  (code: ErrorCode, message = /./) =>
  (error: unknown) =>
    isCutwaterError(error, code) && message.test(`${error.message}\n${error.hint}`);

test('status() names the branch, what git is in the middle of, and each changed file with where it differs', async (t) => {
  const repository = await makeGitRepository(t);
  const { folder } = repository;
  assert.deepEqual(await open(repository).status(), {
    branch: 'main',
    head: undefined,
    operation: undefined,
    changes: [],
  });
  const first = await repository.commit({ 'a.txt': '1\n', 'b.txt': '1\n', 'c ä.txt': '1\n' });
  await writeFile(join(folder, 'a.txt'), '2\n');
  await writeFile(join(folder, 'b.txt'), '2\n');
  await repository.git('add', 'b.txt');
  await repository.git('mv', 'c ä.txt', 'd.txt');
  await mkdir(join(folder, 'new'));
  await writeFile(join(folder, 'new/file'), '');
  const status = await gitWorkingCopy({ ...repository, folder: join(folder, 'new') }).status();
  assert.deepEqual(status, {
    branch: 'main',
    head: first,
    operation: undefined,
    changes: [
      { path: 'a.txt', kind: 'unstaged' },
      { path: 'b.txt', kind: 'staged' },
      { path: 'c ä.txt', kind: 'staged' },
      { path: 'd.txt', kind: 'staged' },
      { path: 'new/', kind: 'untracked' },
    ],
  });
  await repository.git('reset', '-q', '--hard');
  await repository.git('clean', '-q', '-d', '-f');
  await repository.git('checkout', '-q', '-b', 'other');
  await repository.commit({ 'a.txt': '3\n' });
  await repository.git('checkout', '-q', 'main');
  await repository.commit({ 'a.txt': '4\n' });
  await assert.rejects(repository.git('merge', 'other'));
  const merging = await open(repository).status();
  assert.equal(merging.operation, 'merge');
  assert.deepEqual(merging.changes, [{ path: 'a.txt', kind: 'unmerged' }]);
  await repository.git('merge', '--abort');
  await repository.git('checkout', '-q', '--detach');
  assert.equal((await open(repository).status()).branch, undefined);
  const bare = await cloneRepository(t, repository, '--bare');
  await assert.rejects(open(bare).status(), failsWith('USAGE', /bare/));
});

test('writeFile() keeps the permissions of a file and leaves nothing else in the working copy', async (t) => {
  const repository = await makeGitRepository(t);
  const { folder } = repository;
  await repository.commit({ 'run.sh': '1' });
  await chmod(join(folder, 'run.sh'), 0o750);
  const copy = open(repository);
  await copy.writeFile('run.sh', bytes('2'));
  await copy.writeFile('docs/new/file.md', bytes('3'));
  assert.equal((await lstat(join(folder, 'run.sh'))).mode & 0o777, 0o750);
  assert.equal(text(await copy.readFile('run.sh')), '2');
  assert.equal(text(await copy.readFile('docs/new/file.md')), '3');
  assert.equal(await copy.readFile('docs/none'), undefined);
  assert.deepEqual((await readdir(folder)).toSorted(), ['.git', 'docs', 'run.sh']);
  assert.deepEqual(
    (await readdir(join(folder, '.git'))).filter((name) => name.startsWith('.tmp')),
    [],
  );
});

test('readFile() and writeFile() neither follow a link nor reach anything outside the working copy', async (t) => {
  const repository = await makeGitRepository(t);
  const { folder } = repository;
  await repository.commit({ 'a.txt': '1', 'real/b.txt': '1' });
  await symlink('/etc', join(folder, 'etc'));
  await symlink('a.txt', join(folder, 'link'));
  await symlink('real', join(folder, 'near'));
  const copy = open(repository);
  for (const path of ['etc/hostname', 'link', 'near/b.txt', 'real', '../x', '.git/config', '/etc/passwd', '']) {
    await assert.rejects(copy.readFile(path), failsWith('INPUT_INVALID'), path);
    await assert.rejects(copy.writeFile(path, bytes('x')), failsWith('INPUT_INVALID'), path);
  }
  assert.equal(await readFile(join(folder, 'a.txt'), 'utf8'), '1');
});

test('readCheckedOut() gives a file of a commit with the line ends a checkout would give it', async (t) => {
  const repository = await makeGitRepository(t);
  await repository.commit({ 'a.md': 'one\ntwo\n', '.gitattributes': '*.md text eol=crlf\n', '-x': 'dash' });
  await symlink('a.md', join(repository.folder, 'link'));
  const commit = await repository.commit({});
  await repository.commit({ 'a.md': 'later\n' });
  const copy = open(repository);
  assert.equal(text(await copy.readCheckedOut(commit, 'a.md')), 'one\r\ntwo\r\n');
  assert.equal(text(await copy.readCheckedOut(commit, '-x')), 'dash');
  for (const path of ['link', 'none', '.git/config', '../x'])
    assert.equal(await copy.readCheckedOut(commit, path), undefined);
  await assert.rejects(copy.readCheckedOut(objectId('1'.repeat(40)), 'a.md'), failsWith('TOOL_FAILED'));
});

test('commitFiles() commits the named files as they are on disk, new ones too, and nothing else', async (t) => {
  const repository = await makeGitRepository(t);
  const parent = await repository.commit({ 'a.md': '1', 'b.md': '1', 'left.md': '1' });
  await repository.git('config', 'commit.cleanup', 'strip');
  const copy = open(repository);
  for (const path of ['a.md', 'left.md', 'docs/[n]ew.md', 'untracked']) await copy.writeFile(path, bytes('2'));
  const message = 'docs: prepare release v1.0.0\n\n# not a comment\n';
  const commit = await copy.commitFiles({ paths: ['a.md', 'docs/[n]ew.md'], message, parent });
  const changed = await repository.git('show', '--name-only', '--format=%P', commit);
  assert.equal(changed, `${parent}\n\na.md\ndocs/[n]ew.md`);
  const { environment, folder } = repository;
  assert.deepEqual(await gitHistory({ folder, environment }).commitsBetween({ from: parent, to: commit }), [
    { id: commit, isMerge: false, message },
  ]);
  const empty = await copy.commitFiles({ paths: [], message: 'empty\n', parent: commit });
  assert.equal(await repository.git('show', '--name-only', '--format=%P', empty), commit);
  assert.deepEqual((await copy.status()).changes, [
    { path: 'left.md', kind: 'unstaged' },
    { path: 'untracked', kind: 'untracked' },
  ]);
});

test('commitFiles() goes on where a run was killed after it told git of a new file', async (t) => {
  const repository = await makeGitRepository(t);
  const parent = await repository.commit({ 'a.md': '1' });
  const copy = open(repository);
  await copy.writeFile('new.md', bytes('2'));
  await repository.git('add', '--intent-to-add', 'new.md');
  const commit = await copy.commitFiles({ paths: ['new.md'], message: 'new\n', parent });
  assert.equal(await repository.git('show', `${commit}:new.md`), '2');
});

test('commitFiles() refuses another HEAD, an index that holds more, and a commit that a hook made larger', async (t) => {
  const repository = await makeGitRepository(t);
  const first = await repository.commit({ 'a.md': '1', 'b.md': '1' });
  const parent = await repository.commit({ 'b.md': '2' });
  const copy = open(repository);
  await copy.writeFile('a.md', bytes('2'));
  await copy.writeFile('b.md', bytes('3'));
  const commit = { paths: ['a.md'], message: 'a\n' };
  await assert.rejects(copy.commitFiles({ ...commit, parent: first }), failsWith('WORKING_COPY_UNFIT', /HEAD is/));
  await repository.git('add', 'b.md');
  await assert.rejects(copy.commitFiles({ ...commit, parent }), failsWith('WORKING_COPY_UNFIT', /"b.md"/));
  assert.equal(await repository.git('rev-parse', 'HEAD'), parent);
  await repository.git('restore', '--staged', 'b.md');
  await writeFile(join(repository.folder, '.git/hooks/pre-commit'), '#!/bin/sh\ngit add b.md\n', { mode: 0o755 });
  await assert.rejects(copy.commitFiles({ ...commit, parent }), failsWith('WORKING_COPY_UNFIT', /also changes b\.md/));
});

test('commitFiles() signs as the person has it configured, and says why it cannot', async (t) => {
  const repository = await makeGitRepository(t);
  const parent = await repository.commit({ 'a.md': '1' });
  const key = await makeSshKey(t);
  await repository.git('config', 'gpg.format', 'ssh');
  await repository.git('config', 'user.signingKey', key.privateKeyFile);
  await repository.git('config', 'commit.gpgSign', 'true');
  const copy = open(repository);
  await copy.writeFile('a.md', bytes('2'));
  const commit = await copy.commitFiles({ paths: ['a.md'], message: 'a\n', parent });
  assert.match(text(await repository.readObject(commit)) ?? '', /^gpgsig /m);
  await repository.git('config', 'gpg.format', 'openpgp');
  await repository.git('config', 'user.signingKey', 'nobody@example.org');
  await copy.writeFile('a.md', bytes('3'));
  const more = { paths: ['a.md'], message: 'a\n', parent: commit };
  await assert.rejects(copy.commitFiles(more), failsWith('KEY_UNUSABLE'));
  await repository.git('config', 'commit.gpgSign', 'false');
  await writeFile(join(repository.folder, '.git/index.lock'), '');
  await assert.rejects(copy.commitFiles(more), failsWith('LOCKED'));
  assert.equal(await repository.git('rev-parse', 'HEAD'), commit);
});

test('pushBranch() pushes one commit to one branch, no tag, and never what would lose commits there', async (t) => {
  const origin = await makeGitRepository(t, { bare: true });
  const clone = await cloneRepository(t, origin);
  await clone.git('checkout', '-q', '-b', 'main');
  const first = await clone.commit({ 'a.md': '1' });
  await clone.tag('v1.0.0');
  await clone.git('config', 'push.followTags', 'true');
  const copy = open(clone);
  await copy.pushBranch({ branch: 'main', commit: first });
  assert.equal(await origin.git('for-each-ref', '--format=%(objectname) %(refname)'), `${first} refs/heads/main`);
  const second = await clone.commit({ 'a.md': '2' });
  await copy.pushBranch({ branch: 'main', commit: second });
  await clone.git('reset', '-q', '--hard', first);
  const other = await clone.commit({ 'a.md': '3' });
  await assert.rejects(copy.pushBranch({ branch: 'main', commit: other }), failsWith('BRANCH_MOVED'));
  await writeFile(join(origin.folder, 'hooks/pre-receive'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  await assert.rejects(copy.pushBranch({ branch: 'new', commit: other }), failsWith('FORBIDDEN', /pull requests/));
  await assert.rejects(copy.pushBranch({ branch: 'a b', commit: other }), failsWith('USAGE'));
  assert.equal(await origin.git('rev-parse', 'main'), second);
  const alone = await makeGitRepository(t);
  await assert.rejects(open(alone).pushBranch({ branch: 'main', commit: first }), failsWith('USAGE', /no remote/));
});

test('commitsBetween() gives what is new, newest first, and all of it where there is no beginning', async (t) => {
  const repository = await makeGitRepository(t);
  const first = await repository.commit({ 'a.md': '1' }, 'feat: one\n\nBody');
  await repository.git('checkout', '-q', '-b', 'side');
  const side = await repository.commit({ 'b.md': '1' }, 'side');
  await repository.git('checkout', '-q', 'main');
  await repository.git('merge', '-q', '--no-ff', '-m', 'Merge', 'side');
  await repository.git('config', 'log.showSignature', 'true');
  const { folder, environment } = repository;
  const history = gitHistory({ folder, environment });
  const head = objectId(await repository.git('rev-parse', 'HEAD'));
  const merge = { id: head, isMerge: true, message: 'Merge\n' };
  const own = { id: side, isMerge: false, message: 'side\n' };
  assert.deepEqual(await history.commitsBetween({ from: first, to: head }), [merge, own]);
  assert.deepEqual(await history.commitsBetween({ from: undefined, to: head }), [
    merge,
    own,
    { id: first, isMerge: false, message: 'feat: one\n\nBody\n' },
  ]);
  assert.deepEqual(await history.pathsOf(head), ['a.md', 'b.md']);
});
