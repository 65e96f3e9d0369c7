import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeGitRepository } from '../../../test/make/git-repository.ts';
import { makeSshKey } from '../../../test/make/keys.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { objectId } from '../../domain/object-id.ts';
import { gitBranchWriter } from './branch-writer.ts';
import { gitCli } from './git-cli.ts';
import { gitMergeWriter } from './merge-writer.ts';

void test('a merge commit is made from objects: index, working copy and branches stay as they are', async (t) => {
  const repository = await makeGitRepository(t);
  const first = await repository.commit({ 'a.txt': '1\n', 'b/c.txt': '1\n' });
  const second = await repository.commit({ 'b/c.txt': '2\n' });
  const writer = gitMergeWriter(repository);
  const tree = objectId(await repository.git('rev-parse', `${second}^{tree}`));
  const message = 'Merge\n\n# kept\n';
  const parents = [second, first] as const;
  const plain = await writer.commitMerge({ tree, parents, message, united: [] });
  assert.equal(
    await repository.git('log', '-1', '--format=%P %an %T%n%B', plain),
    `${second} ${first} Ada ${tree}\n${message}`,
  );
  const united = { path: 'b/c.txt', bytes: new TextEncoder().encode('3\r\n') };
  const changed = await writer.commitMerge({ tree, parents, message, united: [united] });
  assert.deepEqual(await gitCli(repository).changedPaths(second, changed), ['b/c.txt']);
  assert.equal(Buffer.from((await gitCli(repository).readFile(changed, 'b/c.txt')) ?? []).toString(), '3\r\n');
  for (const [path, code] of [
    ['none.txt', 'INPUT_INVALID'],
    ['b', 'INPUT_INVALID'],
    ['../x', 'USAGE'],
  ] as const)
    await assert.rejects(writer.commitMerge({ tree, parents, message, united: [{ ...united, path }] }), (error) =>
      isCutwaterError(error, code),
    );
  assert.equal(await repository.git('status', '--porcelain'), '');
  assert.equal(await repository.git('for-each-ref', '--format=%(objectname) %(refname)'), `${second} refs/heads/main`);
});

void test('a merge commit is signed where git signs commits', async (t) => {
  const repository = await makeGitRepository(t);
  const commit = await repository.commit({ 'a.txt': '1\n' });
  const { privateKeyFile } = await makeSshKey(t);
  for (const [name, value] of [
    ['gpg.format', 'ssh'],
    ['user.signingKey', privateKeyFile],
    ['commit.gpgSign', 'yes'],
  ] as const)
    await repository.git('config', name, value);
  const tree = objectId(await repository.git('rev-parse', 'HEAD^{tree}'));
  const made = await gitMergeWriter(repository).commitMerge({
    tree,
    parents: [commit, commit],
    message: 'x',
    united: [],
  });
  assert.match(await repository.git('cat-file', 'commit', made), /^gpgsig -----BEGIN SSH SIGNATURE-----$/m);
});

void test('localHead() and createBranch() speak of branches of this clone, made once and never moved', async (t) => {
  const repository = await makeGitRepository(t);
  const first = await repository.commit({ 'a.txt': '1\n' });
  const second = await repository.commit({ 'a.txt': '2\n' });
  const writer = gitBranchWriter(repository);
  const { localHead } = gitMergeWriter(repository);
  assert.equal(await writer.createBranch({ name: 'hotfix/v1.0.1', commit: first }), true);
  assert.equal(await localHead('hotfix/v1.0.1'), first);
  assert.equal(await localHead('hotfix'), undefined);
  assert.equal(await localHead('a..b'), undefined);
  for (const name of ['hotfix/v1.0.1', 'main']) assert.equal(await writer.createBranch({ name, commit: first }), false);
  assert.equal(await localHead('main'), second);
});
