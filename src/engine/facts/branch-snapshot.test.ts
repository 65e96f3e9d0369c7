import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gitCli } from '../../adapters/git-cli/git-cli.ts';
import { isCutwaterError } from '../../domain/error.ts';
import type { Git } from '../../ports/git.ts';
import { cloneRepository, makeGitRepository } from '../../../test/make/git-repository.ts';
import { snapshotBranches } from './branch-snapshot.ts';

test('snapshotBranches() answers as the repository does, and asks it once', async (t) => {
  const repository = await makeGitRepository(t);
  const commits = [await repository.commit({ 'a.txt': '1' }), await repository.commit({ 'a.txt': '2' })];
  await repository.git('checkout', '-q', '-b', 'side');
  const [first, head, aside] = [...commits, await repository.commit({ 'a.txt': '3' })];
  assert.ok(first !== undefined && head !== undefined && aside !== undefined);
  const asked: string[] = [];
  const git = snapshotBranches(counting(gitCli(repository), asked), [first, head, aside]);
  assert.equal(await git.branchHead('main'), head);
  assert.equal(await git.branchHead('main'), head);
  assert.deepEqual(await git.listBranches(), ['main', 'side']);
  assert.equal(await git.isAncestor(first, head), true);
  assert.equal(await git.isAncestor(head, head), true);
  assert.deepEqual(asked, ['branchHead', 'listBranches', 'unmerged']);
  assert.equal(await git.isAncestor(aside, head), false);
  assert.equal(await git.isAncestor(head, aside), true);
});

test('snapshotBranches() lets a shallow clone say that it cannot tell', async (t) => {
  const origin = await makeGitRepository(t);
  const old = await origin.commit({ 'a.txt': '1' });
  const head = await origin.commit({ 'a.txt': '2' });
  const clone = await cloneRepository(t, origin, '--depth=1');
  const git = snapshotBranches(gitCli(clone), [old, head]);
  assert.equal(await git.isAncestor(head, head), true);
  await assert.rejects(git.isAncestor(old, head), (error) => isCutwaterError(error));
});

function counting(git: Git, asked: string[]): Git {
  return {
    ...git,
    branchHead: (branch) => (asked.push('branchHead'), git.branchHead(branch)),
    listBranches: () => (asked.push('listBranches'), git.listBranches()),
    isAncestor: (ancestor, descendant) => (asked.push('isAncestor'), git.isAncestor(ancestor, descendant)),
    unmerged: (commits, head) => (asked.push('unmerged'), git.unmerged(commits, head)),
  };
}
