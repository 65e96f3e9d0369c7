import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { listenRegistry } from '../../src/registry-server/listen-registry.ts';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import type { Scope } from '../make/folder.ts';
import { makeFolder } from '../make/folder.ts';
import { answering } from '../make/github-client.ts';
import { makeGithubProject } from '../make/github-project.ts';
import type { GithubSetup } from '../make/github-settings.ts';
import { answerSettings, tagRuleset } from '../make/github-settings.ts';
import type { RunAt } from '../make/program.ts';
import { runProgram, succeed } from '../make/program.ts';
import { makeProject } from '../make/project.ts';

interface Finding {
  readonly is: string;
  readonly says: string;
}

/** What doctor says, by the name of the check. */
async function findings(
  at: RunAt,
): Promise<Readonly<Record<string, Finding | undefined>> & { readonly exitCode: number }> {
  const { exitCode, stdout } = await runProgram(['doctor', '--json'], at);
  const told: { readonly checks: readonly (Finding & { readonly name: string })[] } = JSON.parse(stdout);
  return Object.assign({ exitCode }, Object.fromEntries(told.checks.map((check) => [check.name, check])));
}

void test('what Cutwater wrote is compared with the policy of the protected branch, and each drift has its command', async (t) => {
  const registry = await listenRegistry({ folder: await makeFolder(t) });
  t.after(() => registry.close());
  const project = await makeProject(t, { image: `${registry.url.slice('http://'.length)}/tiny` });
  const ada = await maintainer(project);
  await changePolicy(project, (text) => `${text}ci: {system: github}\n`);
  const before = await findings(ada);
  assert.match(before['workflows']?.says ?? '', /no workflow releases what is tagged; run 'cutwater ci write'/);
  assert.equal(before['process document'], undefined, 'a project may do without the page');

  await succeed(['ci', 'write'], ada);
  await succeed(['docs', 'write'], ada);
  await project.commit({ '.cutwater/tool/package-lock.json': '{}\n' });
  const right = await findings(ada);
  assert.deepEqual([right['workflows']?.is, right['process document']?.is], ['passed', 'passed']);

  const file = join(ada.folder, '.github/workflows/release.yml');
  await writeFile(file, (await readFile(file, 'utf8')).replace('permissions: {}', 'permissions: write-all'));
  assert.equal((await findings(ada))['workflows']?.is, 'passed', 'what is not on the branch runs nowhere');
  await changePolicy(project, (text) => `${text}upgradingRequired: []\nchannels: {major: from-1.0}\n`);
  const drift = await findings(ada);
  assert.match(drift['workflows']?.says ?? '', /release\.yml" differs in line \d+; run 'cutwater ci write' and commit/);
  assert.match(drift['process document']?.says ?? '', /line \d+ of "docs\/release-process\.md".*'cutwater docs write'/);
});

void test('rights on the registry are found out by an upload that leaves nothing, and only CI needs them', async (t) => {
  const data = await makeFolder(t);
  const isKnown = async (name: string, given: { reveal(): string }): Promise<boolean> =>
    name === 'ci' && given.reveal() === 'swordfish';
  const folder = join(data, 'registry');
  const registry = await listenRegistry({ folder, access: { anonymousRead: true, accounts: { isKnown } } });
  t.after(() => registry.close());
  const host = registry.url.slice('http://'.length);
  const project = { ...(await makeProject(t, { image: `${host}/tiny` })), data };
  const name = 'rights on the registry';

  const ada = (await findings(await maintainer(project)))[name];
  assert.equal(ada?.is, 'warning');
  assert.match(
    ada.says,
    /takes no uploads from here, which CI needs and a maintainer does not; Log in with 'docker login/,
  );
  const stranger = await findings(await runner(t, project));
  assert.deepEqual([stranger[name]?.is, stranger.exitCode], ['failed', 3]);
  const ci = (await findings(await loggedIn(t, await runner(t, project), host)))[name];
  assert.equal(ci?.is, 'passed');
  const left = (await readdir(folder, { recursive: true })).filter((path) => /upload/i.test(path));
  assert.deepEqual(
    left.filter((path) => /[0-9a-f-]{20}/.test(path)),
    [],
    'the upload was cancelled',
  );
});

void test('a lightweight copy of a signed tag is known for what a checkout does, with the way out', async (t) => {
  const project = await makeProject(t);
  await project.tag('1.0.0');
  const ci = await runner(t, project);
  const git = (...args: readonly string[]) => project.clone.git('-C', ci.folder, ...args);
  await git('fetch', '-q', 'origin');
  await git('update-ref', 'refs/tags/v1.0.0', 'HEAD');
  const found = (await findings(ci))['tags'];
  assert.equal(found?.is, 'failed');
  const command = "git fetch --force origin '+refs/tags/*:refs/tags/*'";
  assert.ok(found.says.includes(`v1.0.0 are lightweight here and annotated on the remote`), found.says);
  assert.ok(found.says.endsWith(`run ${command}`));
  const refused = await runProgram(['release', 'v1.0.0'], ci);
  assert.equal(refused.exitCode, 3);
  assert.ok(refused.stderr.includes(`next: The checkout left a lightweight copy of the signed tag: run ${command}`));
  await git('fetch', '--force', 'origin', '+refs/tags/*:refs/tags/*');
  assert.equal((await findings(ci))['tags']?.is, 'passed');

  await git('update-ref', 'refs/tags/v1.0.0', await git('hash-object', '-w', '-t', 'blob', 'app.txt'));
  assert.match(
    (await findings(ci))['tags']?.says ?? '',
    /find out who moved them/,
    'any other difference is none of that',
  );
});

async function loggedIn(scope: Scope, at: RunAt, host: string): Promise<RunAt> {
  const folder = await makeFolder(scope);
  await mkdir(folder, { recursive: true });
  const auth = Buffer.from('ci:swordfish').toString('base64');
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }));
  return { folder: at.folder, env: { ...at.env, DOCKER_CONFIG: folder } };
}

void test('on a forge, doctor says what the forge would let happen to tags and releases', async (t) => {
  const { github, maintainer: ada } = await makeGithubProject(t);
  const permissions = { admin: true, push: true, pull: true };
  const open: GithubSetup = {
    permissions,
    rulesets: [],
    branchRules: [],
    isProtected: false,
    locksReleases: false,
    workflows: 'write',
  };
  github.interfere = answerSettings(open);
  const at = await ada();
  const found = await findings(at);
  for (const name of ['tag rules', 'protection of the branch', 'immutable releases', 'rights of workflows'])
    assert.equal(found[name]?.is, 'warning', name);
  assert.match(found['immutable releases']?.says ?? '', /run gh api --hostname 127\.0\.0\.1:\d+ --method PUT /);
  const all = tagRuleset(1, ['~ALL'], ['creation', 'update', 'deletion']);
  github.interfere = answerSettings({
    ...open,
    rulesets: [all],
    isProtected: true,
    locksReleases: true,
    workflows: 'read',
  });
  const closed = await findings(at);
  for (const name of ['tag rules', 'protection of the branch', 'immutable releases', 'rights of workflows'])
    assert.equal(closed[name]?.is, 'passed', name);
});

void test('on GitHub, a signing key that the account does not have is said, with the command that adds it', async (t) => {
  const { github, project, maintainer: ada } = await makeGithubProject(t);
  const at = await ada();
  const known: { ssh: readonly object[] } = { ssh: [] };
  github.interfere = answering(({ path }) => {
    if (path === 'api/v3/user') return [200, { login: 'ada-l' }];
    if (path.startsWith('api/v3/users/ada-l/gpg_keys')) return [200, []];
    if (path.startsWith('api/v3/users/ada-l/ssh_signing_keys')) return [200, known.ssh];
    return path.includes('api/v3') ? [500, {}] : [404, { message: 'Not Found' }];
  });
  const name = 'signing key on the forge';
  const unknown = (await findings(at))[name];
  assert.equal(unknown?.is, 'warning');
  const [before, after] = unknown.says.split(/ \| GH_HOST=127\.0\.0\.1:\d+ /);
  assert.ok(before?.endsWith(`run echo '${project.key.publicKey}'`), unknown.says);
  assert.equal(after, 'gh ssh-key add --type signing -');
  known.ssh = [{ id: 1, key: `${project.key.publicKey} laptop`, title: 'laptop', created_at: '2026-01-01T00:00:00Z' }];
  assert.equal((await findings(at))[name]?.is, 'passed');
});
