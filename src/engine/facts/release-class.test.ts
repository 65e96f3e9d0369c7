import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cloneRepository, makeGitRepository } from '../../../test/make/git-repository.ts';
import { gitCli } from '../../adapters/git-cli/git-cli.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { readVersion } from '../../domain/version.ts';
import { releaseKindOf, releaseKindsOf } from './release-class.ts';

void test('a stable version beside the default branch is a hotfix until it is merged back; a candidate is one anywhere', async (t) => {
  const repository = await makeGitRepository(t);
  const first = await repository.commit({ 'a.txt': '1' });
  await repository.git('checkout', '-q', '-b', 'hotfix/v1.0.1');
  const mended = await repository.commit({ 'a.txt': '1, mended' });
  await repository.git('checkout', '-q', 'main');
  const head = await repository.commit({ 'b.txt': '2' });
  const git = gitCli(repository);
  const kindOf = (version: string, commit: typeof head, at = head) =>
    releaseKindOf(git, { version: readVersion(version), commit, head: at });
  assert.equal(await kindOf('1.0.0', first), 'stable');
  assert.equal(await kindOf('1.1.0', head), 'stable');
  assert.equal(await kindOf('1.0.1', mended), 'hotfix');
  assert.equal(await kindOf('1.0.1-rc.1', mended), 'rc');
  assert.equal(await kindOf('1.1.0-beta.1', head), undefined);
  await repository.git('merge', '-q', '--no-ff', '--no-gpg-sign', '-m', 'merge', 'hotfix/v1.0.1');
  const merged = (await git.commitOf('HEAD')) ?? head;
  assert.equal(await kindOf('1.0.1', mended, merged), 'stable');

  const kindsOf = (version: string, commit: typeof head, about: { at?: typeof head; message?: string } = {}) =>
    releaseKindsOf(git, { version: readVersion(version), commit, head: about.at ?? head, message: about.message });
  assert.deepEqual(await kindsOf('1.0.1', mended), ['hotfix']);
  assert.deepEqual(await kindsOf('1.0.1', mended, { at: merged }), ['stable', 'hotfix'], 'a merge spares it nothing');
  const title = 'Hotfix v1.0.1\n\nHotfix: large\n';
  assert.deepEqual(
    await kindsOf('1.0.1', mended, { at: mended, message: title }),
    ['stable', 'hotfix'],
    'fast-forward',
  );
  assert.deepEqual(await kindsOf('1.0.2', mended, { at: mended, message: title }), ['stable'], 'of another version');
  assert.deepEqual(await kindsOf('1.1.0', head, { at: merged }), ['stable']);
  assert.deepEqual(await kindsOf('1.0.1-rc.1', mended, { at: merged }), ['rc']);
  assert.deepEqual(await kindsOf('1.1.0-beta.1', head), []);

  const shallow = gitCli(await cloneRepository(t, repository, '--depth=1', '--branch=main'));
  const shown = (await shallow.commitOf('HEAD')) ?? head;
  await assert.rejects(
    releaseKindOf(shallow, { version: readVersion('1.0.1'), commit: mended, head: shown }),
    (error) => isCutwaterError(error, 'HISTORY_SHALLOW'),
  );
});
