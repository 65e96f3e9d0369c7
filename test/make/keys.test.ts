import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cloneRepository, makeGitRepository } from './git-repository.ts';
import { makeOpenpgpKey, makeSshKey, revokedPublicKey, signOpenpgp, signSsh } from './keys.ts';

test('makeGitRepository() makes commits and tags of every kind', async (t) => {
  const repository = await makeGitRepository(t);
  const commit = await repository.commit({ 'a/b.txt': 'one', 'c.txt': 'two' });
  assert.equal(await repository.tag('light', { kind: 'lightweight' }), commit);
  await repository.tag('annotated');
  await repository.tag('by-gpg', { by: await makeOpenpgpKey(t, 'Ada') });
  await repository.tag('by-ssh', { by: await makeSshKey(t) });
  const read = async (name: string) => new TextDecoder().decode(await repository.readObject(`refs/tags/${name}`));
  assert.match(await read('by-gpg'), /-----END PGP SIGNATURE-----\n$/);
  assert.match(await read('by-ssh'), /-----END SSH SIGNATURE-----\n$/);
  await repository.pointTag('--upload-pack=x', commit);
  const clone = await cloneRepository(t, repository);
  assert.equal((await clone.git('tag')).split('\n').length, 5);
});

test('makeOpenpgpKey() makes keys that are expired, revoked, or sign by a subkey', async (t) => {
  const expired = await makeOpenpgpKey(t, 'Old', { expired: true });
  const subkey = await makeOpenpgpKey(t, 'Sub', { signingSubkey: true });
  assert.notEqual(await revokedPublicKey(t, subkey), subkey.publicKeyArmored);
  for (const key of [expired, subkey]) assert.match(await signOpenpgp(key, 'x'), /^-----BEGIN PGP SIGNATURE-----/);
});

test('makeSshKey() makes every kind of key that git signs with', async (t) => {
  for (const type of ['ed25519', 'rsa', 'ecdsa-256', 'ecdsa-384', 'ecdsa-521'] as const) {
    const key = await makeSshKey(t, type);
    assert.match(key.fingerprint, /^SHA256:[A-Za-z0-9+/]{43}$/);
    assert.match(await signSsh(key, 'x'), /^-----BEGIN SSH SIGNATURE-----/);
  }
});
