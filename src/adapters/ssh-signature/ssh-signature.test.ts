import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeSshKey, signSsh } from '../../../test/make/keys.ts';
import { parseSshPublicKey } from './ssh-public-key.ts';
import { verifySshSignature } from './ssh-signature.ts';
import { sshString } from './ssh-wire.ts';

const payload = new TextEncoder().encode('what is signed\n');
const other = new TextEncoder().encode('what is not signed\n');

for (const type of ['ed25519', 'rsa', 'ecdsa-256', 'ecdsa-384', 'ecdsa-521'] as const)
  test(`verifySshSignature() agrees with ssh-keygen about ${type}`, async (t) => {
    const key = await makeSshKey(t, type);
    for (const hash of ['sha256', 'sha512'] as const) {
      // ECDSA numbers have a leading zero byte or are short now and then: several signatures meet both.
      for (let round = 0; round < (type.startsWith('ecdsa') ? 6 : 1); round += 1) {
        const armor = await signSsh(key, payload, { hash });
        const verdict = verifySshSignature(payload, armor);
        assert.equal(verdict.is === 'good' && verdict.key.fingerprint, key.fingerprint);
        assert.deepEqual(verifySshSignature(other, armor), { is: 'bad', reason: 'does not belong to this tag' });
      }
    }
  });

test('verifySshSignature() refuses a signature made for another namespace', async (t) => {
  const armor = await signSsh(await makeSshKey(t), payload, { namespace: 'file' });
  assert.deepEqual(verifySshSignature(payload, armor), { is: 'bad', reason: 'is made for "file", "git" is wanted' });
});

test('parseSshPublicKey() gives the fingerprint ssh-keygen prints, with or without a comment', async (t) => {
  const key = await makeSshKey(t);
  for (const line of [key.publicKey, `${key.publicKey} ada@example.org\n`]) {
    const parsed = parseSshPublicKey(line);
    assert.equal(parsed.is === 'ok' && parsed.value.fingerprint, key.fingerprint);
  }
  const [, blob = ''] = key.publicKey.split(' ');
  for (const line of ['', 'ssh-ed25519', 'ssh-ed25519 !!!', `ssh-rsa ${blob}`, `${key.publicKey}\n${key.publicKey}`])
    assert.equal(parseSshPublicKey(line).is, 'refused', line);
});

const ed25519 = generateKeyPairSync('ed25519');
const ed25519Blob = keyBlob(
  'ssh-ed25519',
  Buffer.from(ed25519.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'),
);

test('verifySshSignature() accepts a signature assembled by the specification', () => {
  assert.equal(verifySshSignature(payload, assemble({})).is, 'good');
});

const broken: readonly (readonly [string, Parameters<typeof assemble>[0], string, RegExp])[] = [
  ['another version', { version: 2 }, 'unverifiable', /version/],
  ['bytes after the last field', { tail: Buffer.from([0]) }, 'bad', /fields do not fit/],
  ['SHA-1 as hash', { hash: 'sha1' }, 'bad', /sha256 or sha512/],
  ['an algorithm of another key type', { algorithm: 'rsa-sha2-256' }, 'bad', /with a key of the type ssh-ed25519/],
  ['ssh-rsa, which is SHA-1', { algorithm: 'ssh-rsa' }, 'bad', /SHA-1/],
  [
    'a security key',
    { key: keyBlob('sk-ssh-ed25519@openssh.com', Buffer.alloc(32)) },
    'unverifiable',
    /sk-ssh-ed25519@openssh\.com/,
  ],
  ['a certificate', { key: keyBlob('ssh-ed25519-cert-v01@openssh.com', Buffer.alloc(32)) }, 'unverifiable', /cert-v01/],
  ['a key of the wrong length', { key: keyBlob('ssh-ed25519', Buffer.alloc(31)) }, 'unverifiable', /damaged/],
  [
    'a key with bytes after it',
    { key: Buffer.concat([ed25519Blob, Buffer.from([1])]) },
    'unverifiable',
    /after its end/,
  ],
  ['a short RSA key', { key: rsaBlob(1024) }, 'unverifiable', /1024 bits/],
];

for (const [what, change, is, reason] of broken)
  test(`verifySshSignature() refuses ${what}`, () => {
    const verdict = verifySshSignature(payload, assemble(change));
    assert.equal(verdict.is, is);
    assert.match('reason' in verdict ? verdict.reason : '', reason);
  });

test('verifySshSignature() refuses armor that is not exactly one block of base64', () => {
  const whole = assemble({});
  for (const armor of [
    '',
    whole.slice(0, -30),
    `${whole}x`,
    whole.replace('\n', '\nVersion: 1\n'),
    whole.replaceAll('\n', '\r\n'),
  ])
    assert.equal(verifySshSignature(payload, armor).is, 'bad');
});

test('verifySshSignature() never throws, and never calls damaged bytes good', () => {
  const whole = Buffer.from(assemble({}).split('\n').slice(1, -2).join(''), 'base64');
  const flip = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }));
  fc.assert(
    fc.property(flip, ([at, mask]) => {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ mask;
      // The reserved field is signed as well, so no byte of the block is free.
      assert.notEqual(verifySshSignature(payload, armorOf(damaged)).is, 'good');
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.notEqual(
        verifySshSignature(payload, armorOf(Buffer.concat([Buffer.from('SSHSIG\0\0\0\x01'), bytes]))).is,
        'good',
      );
    }),
  );
});

function assemble(change: {
  readonly version?: number;
  readonly hash?: string;
  readonly algorithm?: string;
  readonly key?: Uint8Array;
  readonly tail?: Uint8Array;
}): string {
  const { version = 1, hash = 'sha512', algorithm = 'ssh-ed25519', key = ed25519Blob, tail = Buffer.alloc(0) } = change;
  const digest = createHash('sha512').update(payload).digest();
  const signed = Buffer.concat([Buffer.from('SSHSIG'), ...['git', '', hash, digest].map(sshString)]);
  const value = sign(null, signed, ed25519.privateKey);
  const signature = Buffer.concat([sshString(algorithm), sshString(value)]);
  const head = Buffer.concat([Buffer.from('SSHSIG'), Buffer.from([0, 0, 0, version])]);
  return armorOf(Buffer.concat([head, ...[key, 'git', '', hash, signature].map(sshString), tail]));
}

function armorOf(bytes: Uint8Array): string {
  const lines = Buffer.from(bytes)
    .toString('base64')
    .replaceAll(/.{70}(?=.)/g, '$&\n');
  return `-----BEGIN SSH SIGNATURE-----\n${lines}\n-----END SSH SIGNATURE-----\n`;
}

function keyBlob(type: string, ...fields: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([sshString(type), ...fields.map(sshString)]);
}

function rsaBlob(modulusLength: number): Uint8Array {
  const jwk = generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' });
  const modulus = Buffer.concat([Buffer.from([0]), Buffer.from(jwk.n ?? '', 'base64url')]);
  return keyBlob('ssh-rsa', Buffer.from(jwk.e ?? '', 'base64url'), modulus);
}
