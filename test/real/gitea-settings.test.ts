import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { giteaKeys } from '../../src/adapters/gitea/gitea-keys.ts';
import { giteaSettings } from '../../src/adapters/gitea/gitea-settings.ts';
import type { ForgeSettings } from '../../src/ports/forge-settings.ts';
import { told } from '../../src/ports/forge-settings.ts';
import { makeFolder } from '../make/folder.ts';
import type { TestRepository } from '../make/git-repository.ts';
import { makeGitRepository } from '../make/git-repository.ts';
import { startGiteaServer } from '../make/gitea-server.ts';
import { branchRule, openGitea, serveGiteaSettings } from '../make/gitea-settings.ts';
import { tagPatternExamples } from '../make/gitea-tag-patterns.ts';
import { makeOpenpgpKey, makeSshKey } from '../make/keys.ts';
import { loadOpenapiJudge } from '../make/openapi-judge.ts';
import type { RunningGitea } from './gitea-peer.ts';
import { obtainGitea, startGitea } from './gitea-peer.ts';
import { notRun } from './peers.ts';

const cache = join(fileURLToPath(new URL('../..', import.meta.url)), 'node_modules', '.cache', 'test-real');
const peer = await obtainGitea(cache);
let running: Promise<RunningGitea> | undefined;
after(async () => (await running)?.close());

if (peer.is === 'missing') notRun('settings and keys on Gitea', peer.why);
else {
  const start = (): Promise<RunningGitea> => (running ??= startGitea(peer.path));

  test('gitea: rules, rights and scopes are read as they are, by who may see them and by who may not', async (t) => {
    const { gitea, call, repository, read } = await prepare(t, await start(), 'settings');
    const open = await read(gitea.token);
    assert.deepEqual([open.token.is, open.branchIsProtected], ['writes', told(false)]);
    assert.deepEqual(open.tagRules, told({ several: 'loosest-binds', rules: [] }));

    const rules = [{ name_pattern: '{v*,withdrawn/*}', whitelist_usernames: ['ada'] }];
    for (const rule of rules) await call('POST', 'repos/ada/settings/tag_protections', rule);
    await call('POST', 'repos/ada/settings/branch_protections', { rule_name: 'ma*', enable_push: false });
    const closed = await read(gitea.token);
    assert.equal(closed.tagRules.is === 'told' && closed.tagRules.value.rules[0]?.bindsAll, false);
    assert.deepEqual(closed.branchIsProtected, told(true));
    await call('PATCH', 'repos/ada/settings/branch_protections/ma%2A', { enable_push: true });
    assert.deepEqual((await read(gitea.token)).branchIsProtected, told(false));
    await repository.git('branch', 'release/1.x');
    await repository.git('push', '-q', 'origin', 'release/1.x');
    await call('POST', 'repos/ada/settings/branch_protections', { rule_name: 'release/1.x', enable_push: false });
    assert.deepEqual((await read(gitea.token, 'release/1.x')).branchIsProtected, told(true));

    const narrow = await read(await makeToken(gitea, 'ada', ['read:repository']));
    assert.deepEqual(narrow.token, { is: 'reads', because: 'lacks the scope "write:repository"' });
    const enough = await read(await makeToken(gitea, 'ada', ['write:repository']));
    assert.deepEqual([enough.token.is, enough.tagRules.is], ['writes', 'told']);

    await makeUser(call, 'bob');
    const takes = "the token of one of the repository's administrators";
    const bobs = await makeToken(gitea, 'bob', ['all']);
    assert.deepEqual((await read(bobs)).token, {
      is: 'reads',
      because: 'is of a user who may only read the repository',
    });
    await call('PUT', 'repos/ada/settings/collaborators/bob', { permission: 'write' });
    const writer = await read(bobs);
    assert.deepEqual([writer.token.is, writer.tagRules], ['writes', { is: 'withheld', takes }]);
    assert.deepEqual(writer.branchIsProtected, { is: 'withheld', takes });
    const nobody = await read(undefined);
    assert.deepEqual([nobody.token.is, nobody.tagRules], ['missing', { is: 'withheld', takes }]);
  });

  test('gitea: a rule covers the tags that we say it covers', async (t) => {
    const { gitea, call } = await prepare(t, await start(), 'patterns');
    await makeUser(call, 'eve');
    await call('PUT', 'repos/ada/patterns/collaborators/eve', { permission: 'write' });
    const eves = await makeToken(gitea, 'eve', ['all']);
    const mayMake = async (tag: string): Promise<boolean> => {
      const reply = await send(gitea, eves, 'POST', 'repos/ada/patterns/tags', { tag_name: tag, message: tag });
      if (reply.status !== 201) return false;
      await call('DELETE', `repos/ada/patterns/tags/${tag}`);
      return true;
    };
    for (const [pattern, covered, not] of tagPatternExamples) {
      const rule = { name_pattern: pattern, whitelist_usernames: ['ada'] };
      const made: unknown = await call('POST', 'repos/ada/patterns/tag_protections', rule);
      for (const tag of covered) assert.equal(await mayMake(tag), false, `${pattern} ${tag}`);
      for (const tag of not) assert.equal(await mayMake(tag), true, `${pattern} ${tag}`);
      await call('DELETE', `repos/ada/patterns/tag_protections/${String(Reflect.get(Object(made), 'id'))}`);
    }
  });

  test('gitea: the keys of an account are read as they were added', async (t) => {
    const { gitea, call, options } = await prepare(t, await start(), 'keys');
    const [openpgp, ssh] = [await makeOpenpgpKey(t, 'Ada', { signingSubkey: true }), await makeSshKey(t)];
    await call('POST', 'user/gpg_keys', { armored_public_key: openpgp.publicKeyArmored });
    await call('POST', 'user/keys', { title: 'laptop', key: `${ssh.publicKey} laptop` });
    const readKeys = async (token: string) => {
      const reader = giteaKeys(...options('keys', token));
      t.after(() => reader.close());
      return reader.readOwnKeys();
    };
    const own = await readKeys(gitea.token);
    assert.ok(own.is === 'known');
    assert.deepEqual([own.login, own.ssh, own.unproven], ['ada', [ssh.publicKey], []]);
    assert.ok(own.openpgp.includes(openpgp.fingerprint.slice(-16)));
    assert.equal(own.openpgp.length, 2, 'with the subkey');
    const narrow = await readKeys(await makeToken(gitea, 'ada', ['write:repository']));
    assert.deepEqual(narrow, { is: 'withheld', takes: 'the scope "read:user"' });
  });

  test('gitea: our test server answers what the description that Gitea serves says', async (t) => {
    const gitea = await start();
    const file = join(await makeFolder(t), 'swagger.json');
    await writeFile(file, await (await fetch(`${gitea.address}/swagger.v1.json`)).text());
    const judge = await loadOpenapiJudge(file);
    const server = await startGiteaServer(t, new Map());
    let answers = 0;
    const key = { verified: true, emails: [{ email: 'ada@example.org', verified: true }], subkeys: [] };
    const setup = {
      ...openGitea,
      tagRules: [{ pattern: 'v*', users: ['ada'] }],
      branchRule: branchRule(),
      openpgp: [{ ...key, key_id: 'AAAA000000000001' }],
      ssh: ['ssh-ed25519 AAAA'],
    };
    serveGiteaSettings(server, setup, (method, path, [status, json]) => {
      const body = method === 'PATCH' ? Buffer.from('{}') : Buffer.alloc(0);
      const asked = { method, path, query: new URLSearchParams(), contentType: undefined, body };
      const judged = { ...asked, contentType: method === 'PATCH' ? 'application/json' : undefined };
      assert.deepEqual([...judge.judgeRequest(judged), ...judge.judgeReply(judged, { status, json })], []);
      answers += 1;
    });
    const policy = { kind: 'gitea', address: server.address, repository: 'acme/tiny' } as const;
    const readers = [giteaSettings(policy, server), giteaKeys(policy, server)] as const;
    t.after(() => readers.forEach((reader) => reader.close()));
    await readers[0].readSettings({ branch: 'main', variables: [] });
    await readers[1].readOwnKeys();
    assert.equal(answers, 8);
  });
}

interface Prepared {
  readonly gitea: RunningGitea;
  readonly repository: TestRepository;
  /** As Ada; the JSON of the answer. */
  readonly call: (method: string, path: string, json?: object) => Promise<unknown>;
  readonly options: (
    name: string,
    token: string | undefined,
  ) => readonly [Parameters<typeof giteaSettings>[0], Parameters<typeof giteaSettings>[1]];
  readonly read: (token: string | undefined, branch?: string) => Promise<ForgeSettings>;
}

async function prepare(t: TestContext, gitea: RunningGitea, name: string): Promise<Prepared> {
  const remote = await gitea.makeRepository(name);
  const repository = await makeGitRepository(t);
  await repository.commit({ 'app.txt': 'one\n' });
  await repository.git('remote', 'add', 'origin', remote);
  await repository.git('push', '-q', 'origin', 'main');
  const options: Prepared['options'] = (which, token) => [
    { kind: 'gitea', address: gitea.address, repository: `ada/${which}` },
    { environment: { GITEA_SERVER_URL: gitea.address, ...(token === undefined ? {} : { GITEA_TOKEN: token }) } },
  ];
  const call: Prepared['call'] = async (method, path, json) => {
    const reply = await send(gitea, gitea.token, method, path, json);
    const text = await reply.text();
    assert.ok(reply.ok, `${method} ${path}: ${reply.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const read: Prepared['read'] = async (token, branch = 'main') => {
    const reader = giteaSettings(...options(name, token));
    t.after(() => reader.close());
    return reader.readSettings({ branch, variables: [] });
  };
  // Gitea looks at pushes later.
  for (let attempt = 0; attempt < 400; attempt += 1) {
    if ((await send(gitea, gitea.token, 'GET', `repos/ada/${name}/branches/main`)).ok) break;
    await delay(25);
  }
  return { gitea, repository, call, options, read };
}

function send(
  { address }: RunningGitea,
  token: string,
  ...[method, path, json]: readonly [method: string, path: string, json?: object | undefined]
): Promise<Response> {
  const headers = { authorization: `token ${token}`, 'content-type': 'application/json' };
  return fetch(`${address}/api/v1/${path}`, { method, headers, ...(json && { body: JSON.stringify(json) }) });
}

const password = 'not-a-secret-1';

async function makeUser(call: Prepared['call'], username: string): Promise<void> {
  const email = `${username}@example.org`;
  await call('POST', 'admin/users', { username, email, password, must_change_password: false });
}

async function makeToken({ address }: RunningGitea, user: string, scopes: readonly string[]): Promise<string> {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const reply = await fetch(`${address}/api/v1/users/${user}/tokens`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ name: randomUUID(), scopes }),
  });
  const made: unknown = await reply.json();
  const token: unknown = Reflect.get(Object(made), 'sha1');
  assert.ok(typeof token === 'string', JSON.stringify(made));
  return token;
}
