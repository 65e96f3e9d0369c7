import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examineForgeKeys, judgeForgeKeys } from './examine-forge-keys.ts';

const fingerprint = '0123456789ABCDEF01234567FEDCBA9876543210';
const key = { is: 'openpgp', fingerprint, expiresAt: undefined, fault: undefined } as const;
const known = { login: 'ada', openpgp: ['FEDCBA9876543210'], unproven: [], ssh: [] };
const ada = {
  name: 'Ada',
  key: { kind: 'openpgp', fingerprint, keyFile: '.cutwater/keys/a d.asc' },
  revoked: false,
  notAfter: undefined,
} as const;

const github = { kind: 'github', address: 'https://github.com', repository: 'acme/tiny' } as const;

void test('an OpenPGP key is known by the last 16 digits of its fingerprint, and by no other', () => {
  const forge = github;
  const policy = { forge, trust: { maintainers: [ada], ci: [] } };
  assert.equal(judgeForgeKeys(known, key, policy).is, 'passed');
  const other = judgeForgeKeys({ ...known, openpgp: ['0123456789ABCDEF'] }, key, policy);
  assert.equal(other.is, 'warning');
  assert.match(other.says, /run gh gpg-key add '\.cutwater\/keys\/a d\.asc'$/);
  const stranger = judgeForgeKeys({ ...known, openpgp: [] }, key, { forge, trust: { maintainers: [], ci: [] } });
  assert.match(stranger.says, /run gpg --armor --export [0-9A-F]{40} \| gh gpg-key add -$/);
});

void test('the advised command speaks to the server of the policy, not to github.com', () => {
  const policy = { forge: { ...github, address: 'https://git.acme.example' }, trust: { maintainers: [], ci: [] } };
  const unknown = { login: 'ada', openpgp: [], unproven: [], ssh: [] };
  assert.match(judgeForgeKeys(unknown, key, policy).says, /\| GH_HOST=git\.acme\.example gh gpg-key add -$/);
  const ssh = { is: 'ssh', publicKey: 'ssh-ed25519 AAAA' } as const;
  assert.match(judgeForgeKeys(unknown, ssh, policy).says, /\| GH_HOST=git\.acme\.example gh ssh-key add --type/);
});

void test('a key that the forge has and nobody has proven to own is neither known nor to be added again', () => {
  const forge = { kind: 'gitea', address: 'https://git.acme.example', repository: 'acme/tiny' } as const;
  const policy = { forge, trust: { maintainers: [], ci: [] } };
  const found = judgeForgeKeys({ ...known, openpgp: [], unproven: known.openpgp }, key, policy);
  assert.equal(found.is, 'warning');
  assert.match(
    found.says,
    /until "ada" has proven .*"Verify" beside it at https:\/\/git\.acme\.example\/user\/settings\/keys$/,
  );
});

void test('a forge that may not tell the keys is told from one that does not know them', async () => {
  const policy = { forge: github, trust: { maintainers: [], ci: [] } };
  const [found] = await examineForgeKeys(
    { readOwnKeys: () => Promise.resolve({ is: 'withheld', takes: 'the scope "read:user"' }) },
    key,
    policy,
  );
  assert.deepEqual(found, {
    name: 'signing key on the forge',
    is: 'warning',
    says: 'could not look whether the forge knows it: that takes the scope "read:user"',
  });
  const nobody = await examineForgeKeys({ readOwnKeys: () => Promise.resolve({ is: 'nobody' }) }, key, policy);
  assert.deepEqual(nobody, []);
});
