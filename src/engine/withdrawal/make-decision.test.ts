import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeGitRepository } from '../../../test/make/git-repository.ts';
import { gitCli } from '../../adapters/git-cli/git-cli.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { makeTag } from './make-decision.ts';

test('of two runs in one clone the slower one is told to run again, not to take another version', async (t) => {
  const { folder, environment, ...repository } = await makeGitRepository(t);
  const commit = await repository.commit({ 'a.txt': '1' });
  await repository.tag('withdrawn/v1.0.0/1', { message: 'made a moment ago' });
  const git = gitCli({ folder, environment });
  const tag = { name: 'withdrawn/v1.0.0/1', message: 'Withdraw v1.0.0', push: false };
  await assert.rejects(makeTag({ git }, { commit }, tag), (error) => {
    assert.ok(isCutwaterError(error, 'TAG_EXISTS'));
    assert.match(error.hint, /run the same command again/);
    return true;
  });
});
