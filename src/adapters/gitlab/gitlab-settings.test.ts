import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { startGitlabServer } from '../../../test/make/gitlab-server.ts';
import type { GitlabSetup } from '../../../test/make/gitlab-settings.ts';
import { openGitlab, serveGitlabSettings } from '../../../test/make/gitlab-settings.ts';
import { makeOpenpgpKey } from '../../../test/make/keys.ts';
import type { OwnKeys } from '../../ports/forge-keys.ts';
import type { ForgeSettings } from '../../ports/forge-settings.ts';
import { told } from '../../ports/forge-settings.ts';
import { fastTiming } from '../oci-http/scripted-registry.ts';
import { gitlabKeys } from './gitlab-keys.ts';
import { gitlabSettings } from './gitlab-settings.ts';

async function open(t: TestContext, change: Partial<GitlabSetup>, environment?: Readonly<Record<string, string>>) {
  const gitlab = await startGitlabServer(t, new Map());
  serveGitlabSettings(gitlab, { ...openGitlab, ...change });
  const policy = { kind: 'gitlab', address: gitlab.address, repository: 'acme/tiny' } as const;
  const server = { CI_SERVER_URL: gitlab.address };
  const given = environment === undefined ? gitlab.environment : { ...server, ...environment };
  return { gitlab, parts: [policy, { environment: given, timing: fastTiming() }] as const };
}

async function readSettings(
  t: TestContext,
  change: Partial<GitlabSetup>,
  environment?: Readonly<Record<string, string>>,
): Promise<ForgeSettings> {
  const { parts } = await open(t, change, environment);
  const reader = gitlabSettings(...parts);
  t.after(() => reader.close());
  return reader.readSettings({ branch: 'main', variables: ['CUTWATER_CI_KEY', 'OTHER', 'OF_THE_GROUP'] });
}

async function readKeys(
  t: TestContext,
  change: Partial<GitlabSetup>,
  environment?: Readonly<Record<string, string>>,
): Promise<OwnKeys> {
  const reader = gitlabKeys(...(await open(t, change, environment)).parts);
  t.after(() => reader.close());
  return reader.readOwnKeys();
}

test('nobody moves a protected tag, and a developer who may make one cannot delete it', async (t) => {
  const person = { access_level: null, user_id: 10, group_id: null };
  const { tagRules } = await readSettings(t, {
    tagRules: [
      { name: 'v*', levels: [{ access_level: 40 }, { access_level: 40, deploy_key_id: 1 }] },
      { name: 'rc-1.0', levels: [{ access_level: 30, user_id: null, group_id: null }] },
      { name: 'withdrawn/*', levels: [{ access_level: 0 }] },
      { name: 'evidence/*', levels: [{ access_level: 0 }, person] },
    ],
  });
  assert.ok(tagRules.is === 'told');
  assert.equal(tagRules.value.several, 'loosest-binds');
  const all = ['creation', 'update', 'deletion'];
  assert.deepEqual(
    tagRules.value.rules.map(({ covers, forbids, bindsAll }) => [covers, forbids, bindsAll]),
    [
      [{ is: 'regexp', source: '^v.*$' }, all, false],
      [{ is: 'regexp', source: String.raw`^rc-1\.0$` }, ['update', 'deletion'], false],
      [{ is: 'regexp', source: '^withdrawn/.*$' }, all, true],
      [{ is: 'regexp', source: '^evidence/.*$' }, all, false],
    ],
  );
});

test('a branch is as open as the loosest of its rules', async (t) => {
  const isProtected = async (...branchRules: GitlabSetup['branchRules']) =>
    (await readSettings(t, { branchRules })).branchIsProtected;
  assert.deepEqual(await isProtected(), told(false));
  assert.deepEqual(await isProtected({ name: 'main', push: [40] }), told(true));
  assert.deepEqual(await isProtected({ name: 'main', push: [0] }, { name: 'release/*', push: [30] }), told(true));
  assert.deepEqual(await isProtected({ name: 'main', push: [0] }, { name: 'm*', push: [30, 40] }), told(false));
  assert.deepEqual(await isProtected({ name: 'main', push: [40], force: true }), told(false));
});

test('who is no Maintainer learns that a branch is open, and for all else which role it takes', async (t) => {
  const takes = 'a token with the scope "read_api" of a member with the role Maintainer';
  const withheld = { is: 'withheld', takes };
  const open = await readSettings(t, { role: 30, branchRules: [{ name: 'main', push: [30] }] });
  assert.deepEqual(open.branchIsProtected, told(false));
  const closed = await readSettings(t, { role: 30, branchRules: [{ name: 'main', push: [40] }], imagePrefix: 'r/t' });
  assert.deepEqual(
    [closed.tagRules, closed.branchIsProtected, closed.jobsMayPush, closed.variables, closed.imageTags],
    [withheld, withheld, withheld, withheld, withheld],
  );
  assert.equal(closed.token.is, 'writes');
});

test('a token writes by its scope and by the role of its member, until its last day', async (t) => {
  const rights = async (change: Partial<GitlabSetup>) => (await readSettings(t, change)).token;
  assert.deepEqual(await rights({ expires: '2026-12-01' }), { is: 'writes', lastDay: '2026-12-01' });
  assert.deepEqual(await rights({ scopes: ['read_api', 'read_user'] }), {
    is: 'reads',
    because: 'has read_api, read_user as its scopes, and "api" is wanted',
  });
  assert.deepEqual(await rights({ scopes: ['granular'] }), { is: 'untold' });
  for (const role of [0, 20])
    assert.deepEqual(await rights({ role }), {
      is: 'reads',
      because: 'is of a member with a role below Developer, or of no member',
    });
  assert.equal((await rights({ isArchived: true })).is, 'reads');
});

test('the token of a job sees nothing, and says so of everything', async (t) => {
  const found = await readSettings(t, {}, { CI_JOB_TOKEN: 'job' });
  assert.equal(found.token.is, 'untold');
  const { tagRules, branchIsProtected, jobsMayPush, variables, imageTags } = found;
  for (const one of [tagRules, branchIsProtected, jobsMayPush, variables, imageTags])
    assert.match(one.is === 'withheld' ? one.takes : '', /in GITLAB_TOKEN$/);
  assert.deepEqual(await readKeys(t, {}, { CI_JOB_TOKEN: 'job' }), { is: 'nobody' });
});

test('of secrets it is read whether they are protected, and what the project does not have is the group’s', async (t) => {
  const variables = new Map([
    ['CUTWATER_CI_KEY', false],
    ['OTHER', true],
  ] as const);
  const found = await readSettings(t, { variables, jobsMayPush: true });
  assert.deepEqual(
    found.variables,
    told([
      { name: 'CUTWATER_CI_KEY', reach: 'everywhere' },
      { name: 'OTHER', reach: 'protected' },
    ]),
  );
  assert.deepEqual(found.jobsMayPush, told(true));
  const several = await readSettings(t, { variables: new Map([['OTHER', undefined]]), jobsMayPush: undefined });
  assert.deepEqual(several.variables, told([{ name: 'OTHER', reach: 'untold' }]));
  assert.deepEqual(several.jobsMayPush, { is: 'absent' });
});

test('rules about image tags are those about pushing, where there is a registry and the version tells', async (t) => {
  const imagePrefix = 'registry.acme.example/acme/tiny';
  const imageRules = [
    { pattern: String.raw`^\d+\.\d+\.\d+`, push: 'maintainer' },
    { pattern: '.*', push: null },
  ];
  const found = await readSettings(t, { imagePrefix, imageRules });
  assert.deepEqual(found.imageTags, told({ prefix: imagePrefix, guarded: [String.raw`^\d+\.\d+\.\d+`] }));
  assert.deepEqual((await readSettings(t, { imageRules })).imageTags, { is: 'absent' });
  const older = await readSettings(t, { imagePrefix, imageRules: undefined });
  assert.deepEqual(older.imageTags, { is: 'withheld', takes: 'GitLab 18.7 or newer' });
});

test('OpenPGP keys are read out of what was uploaded, and SSH keys count where they sign', async (t) => {
  const key = await makeOpenpgpKey(t, 'Ada');
  const ssh = [
    { id: 1, key: 'ssh-ed25519 AAAA ada@laptop', usage_type: 'signing' },
    { id: 2, key: 'ssh-ed25519 BBBB', usage_type: 'auth' },
    { id: 3, key: 'ssh-ed25519 CCCC' },
  ];
  assert.deepEqual(await readKeys(t, { openpgp: [key.publicKeyArmored, 'no key'], ssh }), {
    is: 'known',
    login: 'ada',
    openpgp: [key.fingerprint.slice(-16)],
    unproven: [],
    ssh: ['ssh-ed25519 AAAA', 'ssh-ed25519 CCCC'],
  });
  const narrow = await readKeys(t, { scopes: ['read_repository'] });
  assert.deepEqual(narrow, { is: 'withheld', takes: 'a token with the scope "read_user"' });
});

test('an answer in another form is told by the name of its member, and hides nothing else', async (t) => {
  const { gitlab, parts } = await open(t, { tagRules: [{ name: 'v*', levels: [] }] });
  const reader = gitlabSettings(...parts);
  t.after(() => reader.close());
  const answer = gitlab.interfere;
  gitlab.interfere = (request, response) => {
    if (request.url?.includes('/protected_tags') !== true) return answer(request, response);
    response.writeHead(200).end('[{"name": "v*", "create_access_levels": [{"access_level": "40"}]}]');
    return 'answered';
  };
  const found = await reader.readSettings({ branch: 'main', variables: ['CUTWATER_CI_KEY'] });
  assert.ok(found.tagRules.is === 'failed');
  assert.match(found.tagRules.because, /expected at "create_access_levels\.0\.access_level".*; Check forge\.address/);
  assert.equal(found.token.is, 'writes');
  assert.deepEqual([found.branchIsProtected, found.jobsMayPush, found.variables], [told(false), told(false), told([])]);
});
