import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import type { Scope } from '../../../test/make/folder.ts';
import { cloneRepository, makeGitRepository } from '../../../test/make/git-repository.ts';
import { gitBranchWriter } from '../../adapters/git-cli/branch-writer.ts';
import { gitCli } from '../../adapters/git-cli/git-cli.ts';
import { gitWorkingCopy } from '../../adapters/git-cli/working-copy.ts';
import { CutwaterError } from '../../domain/error.ts';
import { readVersion } from '../../domain/version.ts';
import { commitBeside, pushBeside } from './incident-beside.ts';

const changelog = '# Changelog\n\n## [1.1.0] - 2026-01-01\n\n- Something.\n';
const incident = {
  kind: 'withdrawn',
  decision: 'withdrawn/v1.1.0/1',
  version: readVersion('1.1.0'),
  date: '2026-02-03',
  reason: 'Loses data.',
  useInstead: undefined,
} as const;

test('an entry is made anew on top of what others pushed meanwhile, and none of theirs is lost', async (t) => {
  const { origin, job, world, others } = await makeWorld(t);
  let times = 0;
  const pushBranch: typeof world.workingCopy.pushBranch = async (push) => {
    times += 1;
    if (times === 1) await others({ 'CHANGELOG.md': changelog.replace('Something', 'Another thing'), 'b.txt': 'b\n' });
    return world.workingCopy.pushBranch(push);
  };
  const outcome = await pushBeside({ ...world, workingCopy: { ...world.workingCopy, pushBranch } }, job, 'it is dirty');
  equal(typeof outcome === 'object' && outcome.is === 'committed' && outcome.pushed, true);
  equal(await origin.git('log', '--format=%s', 'main'), 'docs: record the withdrawal of v1.1.0\nchange\nchange');
  match(await origin.git('show', 'main:CHANGELOG.md'), /Loses data[^]*- Another thing/);
  equal(await origin.git('show', 'main:b.txt'), 'b');
  deepEqual(await pushBeside(world, job, ''), { is: 'there', branch: 'main' }, 'the base of the job is old by now');
});

test('a branch that moves at every try, or takes no push, gets nothing, and the reason is said', async (t) => {
  const { job, world, others } = await makeWorld(t);
  let times = 0;
  const moving: typeof world.workingCopy.pushBranch = async (push) => {
    times += 1;
    await others({ 'b.txt': `${times}\n` });
    return world.workingCopy.pushBranch(push);
  };
  const busy = { ...world, workingCopy: { ...world.workingCopy, pushBranch: moving } };
  equal(await pushBeside(busy, job, ''), 'main of the remote moves too often');
  equal(times, 3);
  const refused: typeof moving = async () => {
    throw new CutwaterError('FORBIDDEN', 'Cannot push: pull requests only');
  };
  const closed = { ...world, workingCopy: { ...world.workingCopy, pushBranch: refused } };
  equal(await pushBeside(closed, job, ''), 'the remote takes no push to main');
});

test('a branch of the same name that somebody else made is left alone', async (t) => {
  const { clone, job, world } = await makeWorld(t);
  const text = changelog.replace('- Something', '> Loses data.\n\n- Something');
  await clone.git('branch', 'incident/v1.1.0-1', 'HEAD');
  const here = await commitBeside(world, job, { text, because: undefined });
  deepEqual(here, { is: 'not-written', reason: 'there is another branch incident/v1.1.0-1 here' });
  await clone.git('push', '-q', 'origin', 'incident/v1.1.0-1');
  await world.git.fetchRemote();
  const there = await commitBeside(world, job, { text, because: undefined });
  deepEqual(there, { is: 'not-written', reason: 'the remote has another branch incident/v1.1.0-1' });
});

async function makeWorld(scope: Scope) {
  const origin = await makeGitRepository(scope, { bare: true });
  const clone = await cloneRepository(scope, origin);
  await clone.git('checkout', '-q', '-b', 'main');
  const base = await clone.commit({ 'CHANGELOG.md': changelog });
  await clone.git('push', '-q', 'origin', 'main');
  const other = await cloneRepository(scope, origin);
  const others = async (files: Readonly<Record<string, string>>): Promise<void> => {
    await other.commit(files);
    await other.git('push', '-q', 'origin', 'main');
  };
  const git = gitCli(clone);
  await git.fetchRemote();
  const world = { git, branchWriter: gitBranchWriter(clone), workingCopy: gitWorkingCopy(clone) };
  const policy = { changelog: 'CHANGELOG.md', git: { branch: 'main' } };
  return { origin, clone, others, world, job: { incident, policy, base, push: true } };
}
