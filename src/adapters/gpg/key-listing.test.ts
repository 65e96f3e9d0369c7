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

type Row = readonly [kind: 'pub' | 'sub', validity: string, expires: string, may: string];

for (const [what, keys, end] of [
  ['no end', [['pub', '-', '', 'scSC']], undefined],
  ['its own end', [['pub', '-', '1900', 'scSC']], 1900],
  [
    'the end of the last part that signs',
    [
      ['pub', '-', '1900', 'cSC'],
      ['sub', '-', '1700', 's'],
      ['sub', '-', '1800', 's'],
    ],
    1800,
  ],
  [
    'its own end before that of a part',
    [
      ['pub', '-', '1900', 'cSC'],
      ['sub', '-', '', 's'],
    ],
    1900,
  ],
  [
    'the end of the one part that signs',
    [
      ['pub', '-', '', 'cSC'],
      ['sub', '-', '1700', 's'],
      ['sub', '-', '', 'e'],
    ],
    1700,
  ],
  [
    'no more time than the parts that are not revoked',
    [
      ['pub', '-', '', 'cSC'],
      ['sub', '-', '1700', 's'],
      ['sub', 'r', '', 's'],
    ],
    1700,
  ],
] as const satisfies readonly (readonly [string, readonly Row[], number | undefined])[])
  void test(`parseKeyListing() gives a key ${what}`, () => {
    const listing = keys.map(([kind, validity, expires, may], index) => {
      return `${kind}:${validity}:255:22:0000:1:${expires}:::::${may}:::+:::\nfpr:::::::::A${index}:\n`;
    });
    assert.equal(parseKeyListing(listing.join(''))[0]?.expiresAt, end);
  });
