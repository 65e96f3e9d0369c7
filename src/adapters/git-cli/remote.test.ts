import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { cloneRepository, makeGitRepository, signerArguments } from '../../../test/make/git-repository.ts';
import type { TestRepository } from '../../../test/make/git-repository.ts';
import { makeOpenpgpKey, makeSshKey } from '../../../test/make/keys.ts';
import type { OpenpgpKey, SshKey } from '../../../test/make/keys.ts';
import { isCutwaterError } from '../../domain/error.ts';
import type { ErrorCode } from '../../domain/error-catalogue.ts';
import { parseTagObject } from '../../domain/tag-object.ts';
import { verifySshSignature } from '../ssh-signature/ssh-signature.ts';
import { gitCli } from './git-cli.ts';

const open = ({ folder, environment }: TestRepository) => gitCli({ folder, environment });
const failsWith =
  (code: ErrorCode, message = /./) =>
  (error: unknown) =>
    isCutwaterError(error, code) && message.test(error.message);

test('fetchRemote() brings the tags and branches of the remote and leaves local tags and branches alone', async (t) => {
  const origin = await makeGitRepository(t);
  const first = await origin.commit({ 'a.txt': '1' });
  await origin.tag('v1.0.0', { message: 'true' });
  await origin.tag('gone');
  const clone = await cloneRepository(t, origin);
  const local = await clone.tag('v1.0.0', { message: 'moved here' });
  await clone.git('branch', 'local-only');
  const second = await origin.commit({ 'a.txt': '2' });
  const moved = await origin.tag('v1.1.0');
  await origin.git('branch', 'release/1.0', first);
  const git = open(clone);
  assert.equal(await git.branchHead('main'), first);
  assert.equal(await git.branchHead('local-only'), first);
  const fetched = await git.fetchRemote();
  assert.deepEqual(
    fetched?.map(({ name }) => name),
    ['gone', 'v1.0.0', 'v1.1.0'],
  );
  assert.equal(fetched?.[2]?.object, moved);
  assert.equal((await git.listTags()).find(({ name }) => name === 'v1.0.0')?.object, local);
  assert.equal(await git.branchHead('main'), second);
  assert.equal(await git.branchHead('release/1.0'), first);
  assert.equal(await git.branchHead('local-only'), undefined);
  assert.equal(await git.branchHead('release/*'), undefined);
  assert.deepEqual(await git.listBranches(), ['main', 'release/1.0']);
  assert.equal(await clone.git('rev-parse', 'refs/remotes/origin/main'), first);
  assert.equal(await git.remoteUrl(), `file://${origin.folder}`);
  assert.equal(await git.defaultBranch(), 'main');
  await origin.git('symbolic-ref', 'HEAD', 'refs/heads/release/1.0');
  assert.equal(await git.defaultBranch(), 'release/1.0');
  await origin.git('checkout', '-q', '--detach', second);
  assert.equal(await git.defaultBranch(), undefined);
  await origin.git('tag', '-d', 'gone');
  await origin.tag('gone/below');
  assert.deepEqual(
    (await git.fetchRemote())?.map(({ name }) => name),
    ['gone/below', 'v1.0.0', 'v1.1.0'],
  );
});

test('fetchRemote() leaves local tags alone even where the clone is a mirror that prunes tags', async (t) => {
  const origin = await makeGitRepository(t);
  await origin.commit({ 'a.txt': '1' });
  const tag = await origin.tag('v1.0.0');
  const mirror = await cloneRepository(t, origin, '--mirror');
  await mirror.git('config', 'fetch.pruneTags', 'true');
  await mirror.git('config', 'fetch.prune', 'true');
  await mirror.git('config', 'remote.origin.tagOpt', '--tags');
  await mirror.git('tag', 'mine', 'main');
  await origin.tag('v1.0.0', { message: 'moved there' });
  assert.equal((await open(mirror).fetchRemote())?.length, 1);
  const local = await open(mirror).listTags();
  assert.deepEqual(
    local.map(({ name }) => name),
    ['mine', 'v1.0.0'],
  );
  assert.equal(local[1]?.object, tag);
});

test('fetchRemote() runs no hook, and two at once both succeed', async (t) => {
  const origin = await makeGitRepository(t);
  await origin.commit({ 'a.txt': '1' });
  for (let number = 0; number < 20; number += 1) await origin.tag(`v1.0.${number}`);
  const clone = await cloneRepository(t, origin, '--no-tags');
  const ran = join(clone.folder, 'ran');
  await writeFile(join(clone.folder, '.git/hooks/reference-transaction'), `#!/bin/sh\ntouch ${ran}\n`, { mode: 0o755 });
  const both = await Promise.all([open(clone).fetchRemote(), open(clone).fetchRemote()]);
  assert.deepEqual(
    both.map((tags) => tags?.length),
    [20, 20],
  );
  assert.equal(await clone.git('status', '--porcelain'), '');
});

test('a password with an "@" in it is neither in the address of the remote nor in an error', async (t) => {
  const repository = await makeGitRepository(t);
  await repository.git('remote', 'add', 'origin', 'https://user:hunter@2@127.0.0.1:1/x.git');
  assert.equal(await open(repository).remoteUrl(), 'https://127.0.0.1:1/x.git');
  await assert.rejects(open(repository).fetchRemote(), (error) => {
    assert.ok(isCutwaterError(error));
    assert.match(error.message, /127\.0\.0\.1/);
    assert.doesNotMatch(JSON.stringify([error.message, error.details]), /hunter|2@/);
    return true;
  });
  await repository.git('remote', 'set-url', 'origin', 'ssh://git:hunter@2@127.0.0.1/x.git');
  assert.equal(await open(repository).remoteUrl(), 'ssh://git@127.0.0.1/x.git');
});

test('fetchRemote() gives undefined without a remote, and refuses to guess between two', async (t) => {
  const repository = await makeGitRepository(t);
  const commit = await repository.commit({ 'a.txt': '1' });
  const git = open(repository);
  assert.equal(await git.fetchRemote(), undefined);
  assert.equal(await git.remoteUrl(), undefined);
  assert.equal(await git.defaultBranch(), undefined);
  assert.equal(await git.branchHead('main'), commit);
  assert.deepEqual(await git.listBranches(), ['main']);
  await assert.rejects(git.pushTag('v1.0.0'), failsWith('USAGE', /no remote/));
  await repository.git('remote', 'add', 'one', 'https://user:hunter2@127.0.0.1:1/x.git');
  assert.equal(await git.remoteUrl(), undefined, 'one run does not change its mind');
  assert.equal(await open(repository).remoteUrl(), 'https://127.0.0.1:1/x.git');
  await repository.git('remote', 'add', 'two', '/nowhere');
  await assert.rejects(open(repository).fetchRemote(), failsWith('USAGE', /there are 2/));
  const { folder, environment } = repository;
  await assert.rejects(gitCli({ folder, environment, remote: 'three' }).fetchRemote(), failsWith('USAGE', /"three"/));
  await assert.rejects(gitCli({ folder, environment, remote: 'two' }).fetchRemote(), failsWith('UNREACHABLE'));
  await assert.rejects(
    gitCli({ folder, environment, remote: 'one' }).fetchRemote(),
    (error) =>
      isCutwaterError(error, 'UNREACHABLE') && !JSON.stringify([error.message, error.details]).includes('hunter2'),
  );
});

test('pushTag() pushes exactly one tag, again without harm, and never moves one', async (t) => {
  const origin = await makeGitRepository(t, { bare: true });
  const seed = await cloneRepository(t, origin);
  await seed.commit({ 'a.txt': '1' });
  const tag = await seed.tag('v1.0.0');
  await seed.tag('other');
  await seed.git('config', 'push.followTags', 'true');
  const git = open(seed);
  await git.pushTag('v1.0.0');
  await git.pushTag('v1.0.0');
  assert.equal(await origin.git('for-each-ref', '--format=%(objectname) %(refname)'), `${tag} refs/tags/v1.0.0`);
  await seed.tag('v1.0.0', { message: 'moved' });
  await assert.rejects(git.pushTag('v1.0.0'), failsWith('TAG_MOVED', /another tag of this name/));
  await assert.rejects(git.pushTag('nothing'), failsWith('TAG_MISSING'));
  for (const name of ['*', 'a:b', '', 'a b']) await assert.rejects(git.pushTag(name), failsWith('USAGE'));
  await writeFile(join(origin.folder, 'hooks/update'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  await assert.rejects(git.pushTag('other'), failsWith('FORBIDDEN', /hook declined/));
});

test('hooks and helpers that git runs as the user do not see the CI key', async (t) => {
  const origin = await makeGitRepository(t, { bare: true });
  const seed = await cloneRepository(t, origin);
  await seed.commit({ 'a.txt': '1' });
  await seed.tag('v1.0.0');
  const seen = join(seed.folder, 'seen');
  await writeFile(join(seed.folder, '.git/hooks/pre-push'), `#!/bin/sh\nenv >'${seen}'\n`, { mode: 0o755 });
  const secrets = { CUTWATER_CI_KEY: 'hunter2', CUTWATER_CI_KEY_PASSWORD: 'hunter3', OF_THE_USER: 'yes' };
  const environment = { ...seed.environment, ...secrets };
  await gitCli({ folder: seed.folder, environment }).pushTag('v1.0.0');
  const text = await readFile(seen, 'utf8');
  assert.match(text, /OF_THE_USER=yes/);
  assert.doesNotMatch(text, /hunter/);
});

test('createSignedTag() signs with the OpenPGP or SSH key of the user and keeps the message as it is', async (t) => {
  const [openpgp, ssh] = await Promise.all([makeOpenpgpKey(t, 'Ada'), makeSshKey(t)]);
  const message = 'Release 1.0.0\n\n# Heading\n\n\n  text  \n\u{1f6a2}';
  for (const key of [openpgp, ssh]) {
    const repository = await repositoryOf(t, key);
    const target = await repository.commit({ 'a.txt': '1' });
    const git = open(repository);
    const id = await git.createSignedTag({ name: 'v1.0.0', target, message });
    const [tag] = await git.listTags();
    assert.equal(tag?.object, id);
    const parsed = parseTagObject(tag?.raw ?? new Uint8Array());
    assert.equal(parsed.is, 'ok');
    assert.equal(parsed.value.message, `${message}\n`);
    assert.equal(parsed.value.signature?.format, key.kind);
    if (key.kind === 'ssh')
      assert.equal(verifySshSignature(parsed.value.payload, parsed.value.signature?.armor ?? '').is, 'good');
    await assert.rejects(git.createSignedTag({ name: 'v1.0.0', target, message }), failsWith('TAG_EXISTS'));
    const forged = `x\n-----BEGIN PGP SIGNATURE-----\n`;
    await assert.rejects(git.createSignedTag({ name: 'v1.0.1', target, message: forged }), failsWith('INPUT_INVALID'));
    await assert.rejects(git.createSignedTag({ name: '-x y', target, message }), failsWith('USAGE'));
  }
});

test('createSignedTag() says KEY_UNUSABLE with the reason of git, and makes no tag', async (t) => {
  const openpgp = await makeOpenpgpKey(t, 'Ada');
  const ssh = await makeSshKey(t);
  const unusable = [
    { ...openpgp, fingerprint: '0'.repeat(40) },
    { ...ssh, privateKeyFile: `${ssh.privateKeyFile}-gone` },
  ];
  for (const key of unusable) {
    const repository = await repositoryOf(t, key);
    const target = await repository.commit({ 'a.txt': '1' });
    await assert.rejects(
      open(repository).createSignedTag({ name: 'v1.0.0', target, message: 'x' }),
      failsWith('KEY_UNUSABLE'),
    );
    assert.deepEqual(await open(repository).listTags(), []);
  }
});

/** A repository whose own configuration signs with the key. */
async function repositoryOf(
  t: Parameters<typeof makeGitRepository>[0],
  key: OpenpgpKey | SshKey,
): Promise<TestRepository> {
  const repository = await makeGitRepository(t);
  const { config, environment } = signerArguments(key);
  for (const setting of config.filter((argument) => argument !== '-c')) {
    const [name = '', value = ''] = setting.split('=');
    await repository.git('config', name, value);
  }
  return { ...repository, environment: { ...repository.environment, ...environment } };
}
