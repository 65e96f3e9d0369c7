import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeOpenpgpKey, revokedPublicKey } from '../../../test/make/keys.ts';
import { parseKeyListing } from './key-listing.ts';
import { readPublicKeys } from './read-public-keys.ts';

void test('readPublicKeys() tells a good key from an expired, a revoked and an unreadable one', async (t) => {
  const [good, expired, subkey] = await Promise.all([
    makeOpenpgpKey(t, 'Ada'),
    makeOpenpgpKey(t, 'Olga', { expired: true }),
    makeOpenpgpKey(t, 'Sue', { signingSubkey: true }),
  ]);
  const read = async (text: string) => readPublicKeys(new TextEncoder().encode(text));
  for (const { fingerprint, publicKeyArmored } of [good, subkey])
    assert.deepEqual(await read(publicKeyArmored), [{ fingerprint, expiresAt: undefined, fault: undefined }]);
  const [old] = await read(expired.publicKeyArmored);
  assert.deepEqual([old?.fingerprint, old?.fault], [expired.fingerprint, 'has expired']);
  assert.equal(old?.expiresAt, Date.UTC(2021, 5, 1) / 1000);
  const [revoked] = await read(await revokedPublicKey(t, good));
  assert.deepEqual([revoked?.fingerprint, revoked?.fault], [good.fingerprint, 'is revoked']);
  assert.deepEqual(await read('no key'), []);
  const both = await read(`${good.publicKeyArmored}${subkey.publicKeyArmored}`);
  assert.deepEqual(
    both.map(({ fingerprint }) => fingerprint),
    [good.fingerprint, subkey.fingerprint],
  );
});

for (const [what, validity, capabilities, fault] of [
  ['a key that signs', 'u', 'scSC', undefined],
  ['a key whose subkey signs', '-', 'cSC', undefined],
  ['a key whose signing subkey has expired', 'u', 'cC', 'has no part that may sign now'],
  ['a disabled key', 'u', 'scSCD', 'is disabled'],
] as const)
  void test(`parseKeyListing() reads ${what}`, () => {
    const listing = `sec:${validity}:255:22:0000:1:2:::::${capabilities}:::+:::\nfpr:::::::::AB:\nssb:u:255:22:1:1:::::::s:\nfpr:::::::::CD:\n`;
    assert.deepEqual(parseKeyListing(listing), [{ fingerprint: 'AB', expiresAt: 2, fault }]);
  });
