import assert from 'node:assert/strict';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from '../../../test/make/folder.ts';
import { makeGitRepository } from '../../../test/make/git-repository.ts';
import type { TestRepository } from '../../../test/make/git-repository.ts';
import { makeOpenpgpKey, makeSshKey } from '../../../test/make/keys.ts';
import { run } from '../../../test/make/run.ts';
import type { SigningKey } from '../../ports/signing-setup.ts';
import { gitSigningSetup } from './signing-setup.ts';

/** What is found with these settings of git, and this environment besides. */
async function keyOf(
  { folder, environment, git }: TestRepository,
  settings: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): Promise<SigningKey> {
  for (const [name, value] of Object.entries(settings)) await git('config', name, value);
  return gitSigningSetup({ folder, environment: { ...environment, ...more } }).readSigningKey();
}

const reasonOf = (key: SigningKey) => (key.is === 'unusable' ? `${key.reason}; ${key.mend}` : key.is);

void test('an OpenPGP key is found by whatever git names it with, and its faults are told', async (t) => {
  const repository = await makeGitRepository(t);
  const [key, expired] = await Promise.all([makeOpenpgpKey(t, 'Ada'), makeOpenpgpKey(t, 'Olga', { expired: true })]);
  assert.deepEqual(await keyOf(repository, {}), { is: 'none', format: 'openpgp' });
  const good = { is: 'openpgp', fingerprint: key.fingerprint, expiresAt: undefined, fault: undefined } as const;
  for (const name of [key.fingerprint, key.fingerprint.slice(-16), 'ada@example.org'])
    assert.deepEqual(await keyOf(repository, { 'user.signingKey': name }, { GNUPGHOME: key.home }), good, name);
  assert.match(
    reasonOf(await keyOf(repository, {}, { GNUPGHOME: expired.home })),
    /ada@example\.org is not among the secret keys/,
  );
  await rm(join(expired.home, 'gpg.conf'));
  const old = await keyOf(repository, { 'user.signingKey': expired.fingerprint }, { GNUPGHOME: expired.home });
  assert.deepEqual([old.is, old.is === 'openpgp' && old.fault], ['openpgp', 'has expired']);
  assert.match(reasonOf(await keyOf(repository, { 'gpg.program': '/nowhere/gpg' })), /\/nowhere\/gpg is not installed/);
  assert.match(reasonOf(await keyOf(repository, { 'gpg.format': 'x509' })), /of a kind that cannot be judged/);
});

void test('an SSH key is found by its private file, its public file or its text, where its secret half is at hand', async (t) => {
  const repository = await makeGitRepository(t);
  const key = await makeSshKey(t);
  const found = { is: 'ssh', publicKey: key.publicKey };
  const file = key.privateKeyFile;
  for (const name of [file, `${file}.pub`])
    assert.deepEqual(await keyOf(repository, { 'gpg.format': 'ssh', 'user.signingKey': name }), found, name);
  const alone = join(await makeFolder(t), 'id');
  await copyFile(file, alone);
  assert.deepEqual(await keyOf(repository, { 'user.signingKey': alone }), found, 'no .pub beside it');
  await copyFile(`${file}.pub`, `${alone}.pub`);
  await rm(alone);
  assert.match(
    reasonOf(await keyOf(repository, { 'user.signingKey': `${alone}.pub` })),
    /no secret half here.*ssh-add/,
  );
  assert.match(
    reasonOf(await keyOf(repository, { 'user.signingKey': `key::${key.publicKey}` })),
    /no secret half here/,
  );
  assert.match(reasonOf(await keyOf(repository, { 'user.signingKey': `${alone}.gone` })), /is not there; ssh-keygen/);
});

void test('an SSH key that only the agent holds is found', async (t) => {
  const repository = await makeGitRepository(t);
  const key = await makeSshKey(t);
  const socket = join(await makeFolder(t), 's');
  const started = await run({ command: 'ssh-agent', args: ['-a', socket, '-s'] });
  const SSH_AGENT_PID = /SSH_AGENT_PID=(\d+)/.exec(started)?.[1] ?? '';
  t.after(async () => {
    await run({
      command: 'ssh-agent',
      args: ['-k'],
      env: { PATH: process.env['PATH'] ?? '', SSH_AGENT_PID, SSH_AUTH_SOCK: socket },
    });
  });
  const env = { ...repository.environment, SSH_AUTH_SOCK: socket };
  await run({ command: 'ssh-add', args: ['-q', key.privateKeyFile], env });
  const settings = { 'gpg.format': 'ssh', 'user.signingKey': `key::${key.publicKey}` };
  assert.deepEqual(await keyOf(repository, settings, { SSH_AUTH_SOCK: socket }), {
    is: 'ssh',
    publicKey: key.publicKey,
  });
});
