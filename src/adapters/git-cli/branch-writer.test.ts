import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeGitRepository } from '../../../test/make/git-repository.ts';
import { makeSshKey } from '../../../test/make/keys.ts';
import { objectId } from '../../domain/object-id.ts';
import { gitBranchWriter } from './branch-writer.ts';

const bytes = new TextEncoder().encode('one\r\ntwo\n');

test('commitFile() changes one file and nothing that a person sees, and createBranch() makes it a branch once', async (t) => {
  const repository = await makeGitRepository(t);
  const parent = await repository.commit({ 'docs/a b.md': 'one\n', 'b.txt': 'b\n', '.gitattributes': '* text=auto\n' });
  await repository.git('update-index', '--chmod=+x', 'docs/a b.md');
  await repository.git('commit', '-q', '--amend', '--no-edit');
  const head = objectId(await repository.git('rev-parse', 'HEAD'));
  await repository.git('rm', '-q', '--cached', 'b.txt');
  const before = await repository.git('status', '--porcelain=v2', '--branch');
  const writer = gitBranchWriter(repository);
  const change = { path: 'docs/a b.md', bytes, message: 'docs: one\n\n# kept\n' };
  const commit = await writer.commitFile({ ...change, parent: head });
  assert.equal(await repository.git('status', '--porcelain=v2', '--branch'), before);
  assert.equal(await repository.git('diff-tree', '-r', '--name-only', head, commit), 'docs/a b.md');
  assert.match(await repository.git('ls-tree', '-r', commit, '--', 'docs/a b.md'), /^100755 blob/);
  assert.equal(String(await repository.readObject(`${commit}:docs/a b.md`)), 'one\r\ntwo\n');
  assert.equal(
    await repository.git('log', '-1', '--format=%an%n%P%n%B', commit),
    `Ada\n${head}\ndocs: one\n\n# kept\n`,
  );
  assert.equal(await writer.createBranch({ name: 'incident/v1.0.0-1', commit }), true);
  assert.equal(await writer.createBranch({ name: 'incident/v1.0.0-1', commit: parent }), false);
  assert.equal(await repository.git('rev-parse', 'refs/heads/incident/v1.0.0-1'), commit);
  const left = (await readdir(join(repository.folder, '.git'))).filter((name) => name.startsWith('cutwater'));
  assert.deepEqual(left, []);
});

test('commitFile() signs where the person signs commits, and makes no file that was not there', async (t) => {
  const repository = await makeGitRepository(t);
  const parent = await repository.commit({ 'a.md': 'one\n' });
  const key = await makeSshKey(t);
  await repository.git('config', 'gpg.format', 'ssh');
  await repository.git('config', 'user.signingKey', key.privateKeyFile);
  await repository.git('config', 'commit.gpgSign', 'true');
  const writer = gitBranchWriter(repository);
  const commit = await writer.commitFile({ parent, path: 'a.md', bytes, message: 'docs: x\n' });
  assert.match(await repository.git('cat-file', 'commit', commit), /^gpgsig -----BEGIN SSH SIGNATURE-----$/m);
  for (const path of ['b.md', '../a.md', '.git/config'])
    await assert.rejects(writer.commitFile({ parent, path, bytes, message: 'x' }), /Cannot/, path);
  await assert.rejects(writer.createBranch({ name: 'a..b', commit }), { code: 'USAGE' });
});
