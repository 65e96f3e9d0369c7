import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { fails } from '../../../test/make/github-client.ts';
import { startGiteaServer } from '../../../test/make/gitea-server.ts';
import type { GiteaSetup } from '../../../test/make/gitea-settings.ts';
import { branchRule, openGitea, serveGiteaSettings } from '../../../test/make/gitea-settings.ts';
import type { OwnKeys } from '../../ports/forge-keys.ts';
import type { ForgeSettings } from '../../ports/forge-settings.ts';
import { told } from '../../ports/forge-settings.ts';
import { fastTiming } from '../oci-http/scripted-registry.ts';
import { giteaKeys } from './gitea-keys.ts';
import { giteaSettings } from './gitea-settings.ts';

async function open(t: TestContext, change: Partial<GiteaSetup>, withToken: boolean) {
  const gitea = await startGiteaServer(t, new Map());
  serveGiteaSettings(gitea, { ...openGitea, ...change });
  const policy = { kind: 'gitea', address: gitea.address, repository: 'acme/tiny' } as const;
  return { gitea, policy, options: { environment: withToken ? gitea.environment : {}, timing: fastTiming() } };
}

async function readSettings(t: TestContext, change: Partial<GiteaSetup>, withToken = true): Promise<ForgeSettings> {
  const { policy, options } = await open(t, change, withToken);
  const reader = giteaSettings(policy, options);
  t.after(() => reader.close());
  return reader.readSettings({ branch: 'main', variables: ['CUTWATER_CI_KEY'] });
}

async function readKeys(t: TestContext, change: Partial<GiteaSetup>, withToken = true): Promise<OwnKeys> {
  const { policy, options } = await open(t, change, withToken);
  const reader = giteaKeys(policy, options);
  t.after(() => reader.close());
  return reader.readOwnKeys();
}

test('an administrator sees the rules about tags, which forbid everything to whoever is not on their list', async (t) => {
  const tagRules = [
    { pattern: 'v*', users: ['ada'] },
    { pattern: '/^checkpoint\\//', users: [] },
  ];
  const found = await readSettings(t, { tagRules, branchRule: branchRule() });
  const forbids = ['creation', 'update', 'deletion'] as const;
  assert.deepEqual(found.tagRules, {
    is: 'told',
    value: {
      several: 'loosest-binds',
      rules: [
        { name: 'v*', covers: { is: 'regexp', source: '^(?:v.*)$' }, forbids, bindsAll: false },
        { name: '/^checkpoint\\//', covers: { is: 'regexp', source: '^checkpoint\\/' }, forbids, bindsAll: true },
      ],
    },
  });
  assert.deepEqual([found.branchIsProtected, found.token.is], [told(true), 'writes']);
});

test('a protected branch that everyone may push to, or force, is not protected', async (t) => {
  const isProtected = async (change: Readonly<Record<string, unknown>>) =>
    (await readSettings(t, { branchRule: branchRule(change) })).branchIsProtected;
  assert.deepEqual(await isProtected({ enable_push: true }), told(false));
  const listed = { enable_push: true, enable_push_whitelist: true };
  assert.deepEqual(await isProtected(listed), told(true));
  assert.deepEqual(await isProtected({ ...listed, enable_force_push: true }), told(false));
  const both = { ...listed, enable_force_push: true, enable_force_push_allowlist: true };
  assert.deepEqual(await isProtected(both), told(true));
  const older = { enable_force_push: undefined, enable_force_push_allowlist: undefined };
  assert.deepEqual(await isProtected({ ...older, rule_name: 'ma*' }), told(true), 'a rule of another name');
});

test('who is no administrator learns that a branch is open, and of what is protected not how', async (t) => {
  const permissions = { admin: false, push: true, pull: true };
  const open = await readSettings(t, { permissions });
  assert.deepEqual(open.branchIsProtected, told(false));
  const takes = "the token of one of the repository's administrators";
  assert.deepEqual(open.tagRules, { is: 'withheld', takes });
  const closed = await readSettings(t, { permissions, branchRule: branchRule() });
  assert.deepEqual(closed.branchIsProtected, { is: 'withheld', takes });
});

test('a token that lacks a scope is told from a user who lacks a right, and neither writes', async (t) => {
  const narrow = await readSettings(t, { scopes: ['read:repository'] });
  assert.deepEqual(narrow.token, { is: 'reads', because: 'lacks the scope "write:repository"' });
  assert.equal(narrow.tagRules.is, 'told', 'reading takes no more');
  const reader = await readSettings(t, { permissions: { admin: false, push: false, pull: true } });
  assert.deepEqual(reader.token, { is: 'reads', because: 'is of a user who may only read the repository' });
  const archived = await readSettings(t, { isArchived: true });
  assert.match(archived.token.is === 'reads' ? archived.token.because : '', /archived/);
  const nobody = await readSettings(t, {}, false);
  assert.deepEqual([nobody.token.is, nobody.tagRules.is], ['missing', 'withheld']);
});

test('keys are read with what they lack: proof, or the scope to see them', async (t) => {
  const key = { verified: false, emails: [{ email: 'ada@acme.example', verified: false }], subkeys: [] };
  const openpgp = [
    { ...key, key_id: 'AAAA000000000001' },
    { ...key, key_id: 'AAAA000000000002', verified: true, subkeys: [{ key_id: 'aaaa000000000003' }] },
    { ...key, key_id: 'AAAA000000000004', emails: [{ email: 'ada@acme.example', verified: true }] },
  ];
  assert.deepEqual(await readKeys(t, { openpgp, ssh: ['ssh-ed25519 AAAA ada@laptop', 'nonsense'] }), {
    is: 'known',
    login: 'ada',
    openpgp: ['AAAA000000000002', 'AAAA000000000003', 'AAAA000000000004'],
    unproven: ['AAAA000000000001'],
    ssh: ['ssh-ed25519 AAAA'],
  });
  const narrow = await readKeys(t, { scopes: ['write:repository'] });
  assert.deepEqual(narrow, { is: 'withheld', takes: 'the scope "read:user"' });
  assert.deepEqual(await readKeys(t, {}, false), { is: 'nobody' });
});

test('an answer in another form is told by the name of its member, and a wrong token ends it as a wrong token', async (t) => {
  const { gitea, policy, options } = await open(t, {}, true);
  const reader = giteaSettings(policy, options);
  t.after(() => reader.close());
  const question = { branch: 'main', variables: [] };
  gitea.interfere = (request, response) => {
    if (request.url?.endsWith('/acme/tiny') !== true) return undefined;
    response.writeHead(200).end('{"permissions": {"push": "yes"}}');
    return 'answered';
  };
  serveThen(gitea);
  const { token, tagRules, branchIsProtected } = await reader.readSettings(question);
  assert.match(token.is === 'failed' ? token.because : '', /not what was expected at "permissions\.push"/);
  assert.deepEqual([tagRules.is, branchIsProtected], ['told', told(false)]);
  gitea.interfere = (request, response) => {
    if (request.url?.endsWith('/tag_protections') !== true) return undefined;
    response.writeHead(401).end('{}');
    return 'answered';
  };
  serveThen(gitea);
  await fails(reader.readSettings(question), 'UNAUTHENTICATED', [/wrong, expired or revoked/]);
});

/** Settings as ever, but for what is answered already. */
function serveThen(gitea: Awaited<ReturnType<typeof startGiteaServer>>): void {
  const first = gitea.interfere;
  serveGiteaSettings(gitea, openGitea);
  const second = gitea.interfere;
  gitea.interfere = (request, response) => first(request, response) ?? second(request, response);
}
