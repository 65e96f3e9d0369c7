import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { makeFolder } from '../../../test/make/folder.ts';
import { makeOpenpgpKey, revokedPublicKey, signOpenpgp } from '../../../test/make/keys.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { readPublicKeys } from './openpgp-keyring.ts';
import { openpgpSignatures } from './openpgp-signatures.ts';

const payload = new TextEncoder().encode('what is signed\n');
const other = new TextEncoder().encode('what is not signed\n');

for (const program of ['gpgv', 'gpg'] as const)
  test(`openpgpSignatures() tells with ${program} good, bad, expired, revoked and unknown apart`, async (t) => {
    const signatures = openpgpSignatures({ programs: [program] });
    const [ada, old] = await Promise.all([
      makeOpenpgpKey(t, 'Ada', { signingSubkey: true }),
      makeOpenpgpKey(t, 'Old', { expired: true }),
    ]);
    const keyring = Buffer.concat([ada, old].map((key) => keyringOf(key.publicKeyArmored)));
    const [byAda, byOld] = await Promise.all([signOpenpgp(ada, payload), signOpenpgp(old, payload)]);
    const withoutAda = keyringOf(old.publicKeyArmored);
    const revoked = keyringOf(await revokedPublicKey(t, ada));
    assert.deepEqual(await signatures.verify({ payload, armor: byAda, keyring }), {
      is: 'good',
      fingerprint: ada.fingerprint,
    });
    assert.deepEqual(await signatures.verify({ payload, armor: byOld, keyring }), {
      is: 'expired-key',
      fingerprint: old.fingerprint,
    });
    assert.deepEqual(await signatures.verify({ payload, armor: byAda, keyring: revoked }), {
      is: 'revoked-key',
      fingerprint: ada.fingerprint,
    });
    assert.equal((await signatures.verify({ payload: other, armor: byAda, keyring })).is, 'bad');
    assert.equal((await signatures.verify({ payload, armor: byAda, keyring: withoutAda })).is, 'no-key');
    assert.equal((await signatures.verify({ payload, armor: byAda, keyring: Buffer.alloc(0) })).is, 'no-key');
    assert.equal((await signatures.verify({ payload, armor: 'no armor', keyring })).is, 'unverifiable');
    const twice = joinArmor(byAda, await signOpenpgp(ada, payload));
    assert.equal((await signatures.verify({ payload, armor: twice, keyring })).is, 'bad');
  });

test('openpgpSignatures() leaves no folder behind, however many signatures it judges at once', async (t) => {
  const signatures = openpgpSignatures();
  const ada = await makeOpenpgpKey(t, 'Ada');
  const [keyring, armor] = [keyringOf(ada.publicKeyArmored), await signOpenpgp(ada, payload)];
  const folder = await makeFolder(t);
  const before = process.env['TMPDIR'] ?? '/tmp';
  t.after(() => void (process.env['TMPDIR'] = before));
  process.env['TMPDIR'] = folder;
  const verdicts = await Promise.all(Array.from({ length: 20 }, () => signatures.verify({ payload, armor, keyring })));
  assert.ok(verdicts.every(({ is }) => is === 'good'));
  assert.deepEqual(await readdir(folder), []);
});

test('openpgpSignatures() says TOOL_MISSING where no program is there', async () => {
  const signatures = openpgpSignatures({ programs: [] });
  await assert.rejects(signatures.verify({ payload, armor: '', keyring: Buffer.alloc(0) }), (error) =>
    isCutwaterError(error, 'TOOL_MISSING'),
  );
});

test('readPublicKeys() reads armored and binary keys alike', async (t) => {
  const { publicKeyArmored } = await makeOpenpgpKey(t, 'Ada');
  const binary = keyringOf(publicKeyArmored);
  assert.deepEqual(readPublicKeys(binary), { is: 'ok', value: binary });
  assert.deepEqual(Buffer.from(keyringOf(publicKeyArmored.replaceAll('\n', '\r\n'))), Buffer.from(binary));
  const commented = publicKeyArmored.replace('BLOCK-----\n', 'BLOCK-----\nComment: Ada\n');
  assert.deepEqual(
    Buffer.from(keyringOf(`Ada's key\n\n${commented}${publicKeyArmored}`)),
    Buffer.concat([binary, binary]),
  );
});

test('readPublicKeys() refuses what is no public key', async (t) => {
  const ada = await makeOpenpgpKey(t, 'Ada');
  const binary = keyringOf(ada.publicKeyArmored);
  const table: readonly (readonly [Uint8Array | string, RegExp])[] = [
    ['', /empty/],
    ['ssh-ed25519 AAAA', /neither armored nor binary/],
    [ada.publicKeyArmored.replaceAll('PUBLIC', 'PRIVATE'), /secret key/],
    [await signOpenpgp(ada, payload), /PGP SIGNATURE/],
    [ada.publicKeyArmored.slice(0, 120), /neither/],
    [ada.publicKeyArmored.replace(/\n\n..../, '\n\n!!!!'), /no base64/],
    [binary.subarray(0, -1), /damaged/],
    [Buffer.concat([binary, Buffer.from([0])]), /damaged/],
    [Buffer.concat([binary, Buffer.from([0xcb, 1, 0])]), /no OpenPGP public key/],
    [Buffer.from([0xc5, 1, 0]), /secret key/],
  ];
  for (const [material, reason] of table) {
    const parsed = readPublicKeys(Buffer.from(material));
    assert.match(parsed.is === 'refused' ? parsed.reason : 'accepted', reason);
  }
});

function keyringOf(armored: string): Uint8Array {
  const parsed = readPublicKeys(new TextEncoder().encode(armored));
  assert.equal(parsed.is, 'ok');
  return parsed.value;
}

/** One armored block that holds the packets of two. */
function joinArmor(...armors: readonly string[]): string {
  const bodies = armors.map((armor) => Buffer.from(armor.split('\n').slice(2, -3).join(''), 'base64'));
  const base64 = Buffer.concat(bodies)
    .toString('base64')
    .replaceAll(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN PGP SIGNATURE-----\n\n${base64}\n-----END PGP SIGNATURE-----\n`;
}
