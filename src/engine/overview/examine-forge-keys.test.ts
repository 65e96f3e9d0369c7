import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeForgeKeys } from './examine-forge-keys.ts';

const fingerprint = '0123456789ABCDEF01234567FEDCBA9876543210';
const key = { is: 'openpgp', fingerprint, expiresAt: undefined, fault: undefined } as const;
const known = { login: 'ada', openpgp: ['FEDCBA9876543210'], ssh: [] };
const ada = {
  name: 'Ada',
  key: { kind: 'openpgp', fingerprint, keyFile: '.cutwater/keys/a d.asc' },
  revoked: false,
  notAfter: undefined,
} as const;

void test('an OpenPGP key is known by the last 16 digits of its fingerprint, and by no other', () => {
  const forge = { address: 'https://github.com' };
  const policy = { forge, trust: { maintainers: [ada], ci: [] } };
  assert.equal(judgeForgeKeys(known, key, policy).is, 'passed');
  const other = judgeForgeKeys({ ...known, openpgp: ['0123456789ABCDEF'] }, key, policy);
  assert.equal(other.is, 'warning');
  assert.match(other.says, /run gh gpg-key add '\.cutwater\/keys\/a d\.asc'$/);
  const stranger = judgeForgeKeys({ ...known, openpgp: [] }, key, { forge, trust: { maintainers: [], ci: [] } });
  assert.match(stranger.says, /run gpg --armor --export [0-9A-F]{40} \| gh gpg-key add -$/);
});

void test('the advised command speaks to the server of the policy, not to github.com', () => {
  const policy = { forge: { address: 'https://git.acme.example' }, trust: { maintainers: [], ci: [] } };
  const unknown = { login: 'ada', openpgp: [], ssh: [] };
  assert.match(judgeForgeKeys(unknown, key, policy).says, /\| GH_HOST=git\.acme\.example gh gpg-key add -$/);
  const ssh = { is: 'ssh', publicKey: 'ssh-ed25519 AAAA' } as const;
  assert.match(judgeForgeKeys(unknown, ssh, policy).says, /\| GH_HOST=git\.acme\.example gh ssh-key add --type/);
});
