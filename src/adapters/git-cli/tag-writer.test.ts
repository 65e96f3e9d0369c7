import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from '../../../test/make/folder.ts';
import { cloneRepository, makeGitRepository, signerArguments } from '../../../test/make/git-repository.ts';
import type { TestRepository } from '../../../test/make/git-repository.ts';
import { makeOpenpgpKey, makeSshKey } from '../../../test/make/keys.ts';
import type { OpenpgpKey, SshKey } from '../../../test/make/keys.ts';
import { run } from '../../../test/make/run.ts';
import type { ErrorCode } from '../../domain/error-catalogue.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { objectId } from '../../domain/object-id.ts';
import { parseTagObject } from '../../domain/tag-object.ts';
import { gitTagWriter } from './tag-writer.ts';

const failsWith =
  (code: ErrorCode, message = /./) =>
  (error: unknown) =>
    isCutwaterError(error, code) && message.test(error.message);

/** The writer of a person who has configured this key. */
async function writerOf({ folder, environment, git }: TestRepository, key: OpenpgpKey | SshKey) {
  const { config, environment: more } = signerArguments(key);
  for (const setting of config.filter((word) => word !== '-c')) {
    const [name = '', value = ''] = setting.split('=');
    await git('config', name, value);
  }
  return gitTagWriter({ folder, environment: { ...environment, ...more } });
}

const tagsOf = (repository: TestRepository) => repository.git('tag', '--list');

for (const [what, makeKey, objectFormat] of [
  ['SSH', makeSshKey, 'sha1'],
  ['SSH, SHA-256 objects', makeSshKey, 'sha256'],
  ['OpenPGP', (scope: Parameters<typeof makeSshKey>[0]) => makeOpenpgpKey(scope, 'Ada'), 'sha1'],
] as const)
  void test(`writeObject() signs as git does and names nothing (${what})`, async (t) => {
    const repository = await makeGitRepository(t, { objectFormat });
    const target = await repository.commit({ 'a.txt': '1' });
    const writer = await writerOf(repository, await makeKey(t));
    const message = 'Release v1.0.0\n\n# kept\n';
    const tag = await writer.writeObject({ name: 'v1.0.0', target, message, signed: true });
    assert.equal(await tagsOf(repository), '');
    const parsed = parseTagObject(tag.raw ?? new Uint8Array());
    assert.ok(parsed.is === 'ok' && parsed.value.signature !== undefined);
    assert.equal(parsed.value.message, message);
    assert.equal(parsed.value.name, 'v1.0.0');
    assert.equal(tag.commit, target);
    assert.equal(tag.claimedAt, 1767225600);
    await writer.nameTag(tag);
    assert.equal(await repository.git('rev-parse', 'refs/tags/v1.0.0'), tag.object);
    await assert.rejects(writer.nameTag(tag), failsWith('TAG_EXISTS'));
    await assert.rejects(
      writer.writeObject({ name: 'v1.0.0', target, message, signed: true }),
      failsWith('TAG_EXISTS', /v1\.0\.0.*exists already/),
    );
  });

void test('an unsigned tag is annotated and unsigned, also where git is told to sign all tags', async (t) => {
  const repository = await makeGitRepository(t);
  const target = await repository.commit({ 'a.txt': '1' });
  const writer = await writerOf(repository, await makeSshKey(t));
  await repository.git('config', 'tag.gpgSign', 'true');
  await repository.git('config', 'tag.forceSignAnnotated', 'true');
  const tag = await writer.writeObject({ name: 'v1.0.0-rc.1', target, message: 'x', signed: false });
  const parsed = parseTagObject(tag.raw ?? new Uint8Array());
  assert.ok(parsed.is === 'ok' && parsed.value.signature === undefined);
});

void test('a key that is not there is KEY_UNUSABLE and leaves no tag', async (t) => {
  const repository = await makeGitRepository(t);
  const target = await repository.commit({ 'a.txt': '1' });
  const { folder, environment } = repository;
  const wanted = { name: 'v1.0.0', target, message: 'x', signed: true };
  const noKey = gitTagWriter({ folder, environment: { ...environment, GNUPGHOME: await makeFolder(t) } });
  await assert.rejects(noKey.writeObject(wanted), failsWith('KEY_UNUSABLE'));
  await repository.git('config', 'gpg.format', 'ssh');
  await repository.git('config', 'user.signingKey', join(await makeFolder(t), 'gone'));
  await assert.rejects(gitTagWriter({ folder, environment }).writeObject(wanted), failsWith('KEY_UNUSABLE'));
  assert.equal(await tagsOf(repository), '');
});

void test('a name or message that would be read as something else is refused before git runs', async (t) => {
  const repository = await makeGitRepository(t);
  const target = await repository.commit({ 'a.txt': '1' });
  const writer = gitTagWriter(repository);
  const wanted = { name: 'v1', target, message: 'x', signed: false };
  await assert.rejects(writer.writeObject({ ...wanted, name: 'a..b' }), failsWith('USAGE'));
  await assert.rejects(writer.nameTag({ name: '', object: target }), failsWith('USAGE'));
  const message = 'x\n-----BEGIN SSH SIGNATURE-----\n';
  await assert.rejects(writer.writeObject({ ...wanted, message }), failsWith('INPUT_INVALID'));
  assert.equal(await tagsOf(repository), '');
});

void test('where git runs no such hook the tag is judged all the same and has no name meanwhile', async (t) => {
  const repository = await makeGitRepository(t);
  const target = await repository.commit({ 'a.txt': '1' });
  const folder = await makeFolder(t);
  // A git that, like one before 2.28, knows no such hook: the setting that leads to ours is taken out.
  const script = `#!/bin/sh
for word; do case $word in core.hooksPath=*) word=core.hooksPath=/nowhere;; esac; set -- "$@" "$word"; shift; done
exec ${await run({ command: 'sh', args: ['-c', 'command -v git'] })} "$@"
`;
  await writeFile(join(folder, 'git'), script);
  await chmod(join(folder, 'git'), 0o755);
  const environment = { ...repository.environment, PATH: `${folder}:${repository.environment['PATH'] ?? ''}` };
  const writer = gitTagWriter({ folder: repository.folder, environment });
  const tag = await writer.writeObject({ name: 'v1.0.0', target, message: 'x', signed: false });
  assert.equal(tag.commit, target);
  assert.equal(await tagsOf(repository), '');
  await writer.nameTag(tag);
  assert.equal(await tagsOf(repository), 'v1.0.0');
});

void test('branchesWith() gives the branch that is checked out first', async (t) => {
  const repository = await makeGitRepository(t);
  const first = await repository.commit({ 'a.txt': '1' });
  await repository.git('branch', 'a');
  await repository.git('checkout', '-q', '-b', 'z');
  const second = await repository.commit({ 'a.txt': '2' });
  const writer = gitTagWriter(repository);
  assert.deepEqual(await writer.branchesWith(first), ['z', 'a', 'main']);
  assert.deepEqual(await writer.branchesWith(second), ['z']);
});

for (const atomic of ['true', 'false'])
  void test(`push() pushes the tag and its branch up to the commit, and nothing else (atomic: ${atomic})`, async (t) => {
    const origin = await makeGitRepository(t, { bare: true });
    await origin.git('config', 'receive.advertiseAtomic', atomic);
    const clone = await cloneRepository(t, origin);
    await clone.git('checkout', '-q', '-b', 'main');
    await clone.commit({ 'a.txt': '1' });
    await clone.git('push', '-q', 'origin', 'main');
    const commit = await clone.commit({ 'a.txt': '2' });
    const object = await clone.tag('v1.0.0');
    await clone.commit({ 'a.txt': '3' });
    await clone.tag('v1.1.0');
    await clone.git('branch', 'other');
    await clone.git('config', 'push.followTags', 'true');
    const writer = gitTagWriter(clone);
    await writer.push({ tag: { name: 'v1.0.0', object }, branch: { name: 'main', commit } });
    const refs = () => origin.git('for-each-ref', '--format=%(objectname) %(refname)');
    assert.equal(await refs(), `${commit} refs/heads/main\n${object} refs/tags/v1.0.0`);
    await writer.push({ tag: { name: 'v1.0.0', object }, branch: undefined });
    await assert.rejects(
      writer.push({
        tag: { name: 'v1.0.0', object: await clone.tag('v1.0.0', { message: 'again' }) },
        branch: undefined,
      }),
      failsWith('TAG_MOVED', /another tag of this name/),
    );
    assert.equal(await refs(), `${commit} refs/heads/main\n${object} refs/tags/v1.0.0`);
  });

void test('push() pushes neither tag nor branch where the branch there has moved on, or the server says no', async (t) => {
  const origin = await makeGitRepository(t, { bare: true });
  const clone = await cloneRepository(t, origin);
  await clone.git('checkout', '-q', '-b', 'main');
  const first = await clone.commit({ 'a.txt': '1' });
  const theirs = await clone.commit({ 'a.txt': 'theirs' });
  await clone.git('push', '-q', 'origin', 'main');
  await clone.git('reset', '-q', '--hard', first);
  const commit = await clone.commit({ 'a.txt': 'ours' });
  const object = await clone.tag('v1.0.0');
  const writer = gitTagWriter(clone);
  const tag = { name: 'v1.0.0', object };
  await assert.rejects(
    writer.push({ tag, branch: { name: 'main', commit } }),
    failsWith('BRANCH_MOVED', /branch "main" of the remote/),
  );
  await writeFile(join(origin.folder, 'hooks/update'), '#!/bin/sh\ncase $1 in refs/heads/*) exit 1;; esac\n', {
    mode: 0o755,
  });
  await assert.rejects(
    writer.push({ tag, branch: { name: 'next', commit } }),
    failsWith('FORBIDDEN', /the remote refuses "refs\/heads\/next".*hook declined/),
  );
  assert.equal(await origin.git('for-each-ref', '--format=%(objectname) %(refname)'), `${theirs} refs/heads/main`);
  const alone = await makeGitRepository(t);
  await assert.rejects(
    gitTagWriter(alone).push({ tag: { name: 'v1', object: objectId('1'.repeat(40)) }, branch: undefined }),
    failsWith('USAGE', /no remote/),
  );
});

void test('pushes of one tag and one branch at the same moment all succeed', async (t) => {
  const origin = await makeGitRepository(t, { bare: true });
  const clone = await cloneRepository(t, origin);
  await clone.git('checkout', '-q', '-b', 'main');
  const commit = await clone.commit({ 'a.txt': '1' });
  const writer = gitTagWriter(clone);
  for (let round = 0; round < 5; round += 1) {
    const tag = { name: `v1.0.${round}`, object: await clone.tag(`v1.0.${round}`) };
    const branch = { name: `hotfix/${round}`, commit };
    await Promise.all([1, 2, 3].map(() => writer.push({ tag, branch })));
  }
  assert.equal((await origin.git('for-each-ref')).split('\n').length, 10);
});
