import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import type { Trust } from '../domain/trust.ts';
import { keysOfBothRoles } from './key-roles.ts';
import { parseSshPublicKey } from './ssh-public-key.ts';

test('keysOfBothRoles() finds an Ed25519 key that signs tags as SSH key and statements as PEM', () => {
  const { publicKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const trust = trustOf(sshLine('ssh-ed25519', [raw]), publicKey.export({ type: 'spki', format: 'pem' }).toString());
  assert.deepEqual(keysOfBothRoles(trust), [{ maintainer: 'Ada', ci: 'workflow' }]);
});

test('keysOfBothRoles() finds a P-256 key in both roles', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  const line = sshLine('ecdsa-sha2-nistp256', [Buffer.from('nistp256'), point]);
  assert.equal(keysOfBothRoles(trustOf(line, publicKey.export({ type: 'spki', format: 'pem' }).toString())).length, 1);
});

test('keysOfBothRoles() leaves different keys, and what is no key, alone', () => {
  const raw = Buffer.alloc(32, 7);
  const other = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
  assert.deepEqual(keysOfBothRoles(trustOf(sshLine('ssh-ed25519', [raw]), other)), []);
  assert.deepEqual(keysOfBothRoles(trustOf(sshLine('ssh-ed25519', [raw]), 'not a key')), []);
});

function trustOf(publicKey: string, publicKeyPem: string): Trust {
  const key = { kind: 'ssh', publicKey } as const;
  return {
    origin: 'test',
    maintainers: [{ name: 'Ada', key, revoked: false }],
    ci: [{ kind: 'key', name: 'workflow', publicKeyPem }],
  };
}

function sshLine(type: string, fields: readonly Uint8Array[]): string {
  const parts = [Buffer.from(type), ...fields].flatMap((field) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(field.length);
    return [length, field];
  });
  const parsed = parseSshPublicKey(`${type} ${Buffer.concat(parts).toString('base64')} ada@example.org`);
  assert.equal(parsed.is, 'ok');
  return parsed.is === 'ok' ? parsed.value : '';
}
