import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { Credentials } from './credentials.ts';
import { dockerCredentials } from './docker-credentials.ts';

const query = { hosts: ['registry.example:5000'], repository: 'acme/app' };
const auth = (pair: string): { auth: string } => ({ auth: Buffer.from(pair).toString('base64') });

async function makeHome(
  t: TestContext,
  files: Readonly<Record<string, string>> = {},
): Promise<{ HOME: string; PATH: string }> {
  const home = await mkdtemp(join(tmpdir(), 'cutwater-home-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), text);
    await chmod(join(home, path), 0o755);
  }
  return { HOME: home, PATH: `${join(home, 'bin')}:${process.env['PATH'] ?? ''}` };
}

/** The secret in plain, to compare. */
function plain(credentials: Credentials): unknown {
  if (credentials.kind === 'password') return `${credentials.username} ${credentials.password.reveal()}`;
  return credentials.kind === 'none' ? credentials.problems : `${credentials.kind} ${credentials.token.reveal()}`;
}

test('without any configuration there are no credentials and no problems', async (t) => {
  assert.deepEqual(await dockerCredentials(await makeHome(t))(query), { kind: 'none', problems: [] });
});

const configs: readonly { claim: string; config: unknown; found: unknown }[] = [
  {
    claim: 'divides "auth" at the first colon only',
    config: { auths: { 'registry.example:5000': auth('ann:a:b:c') } },
    found: 'ann a:b:c',
  },
  {
    claim: 'takes keys with scheme, slash and version',
    config: { auths: { 'https://registry.example:5000/v2/': auth('ann:x') } },
    found: 'ann x',
  },
  {
    claim: 'prefers the key with the longer path',
    config: { auths: { 'registry.example:5000': auth('host:x'), 'registry.example:5000/acme': auth('acme:x') } },
    found: 'acme x',
  },
  {
    claim: 'matches no other host, port, or part of a name',
    config: {
      auths: {
        'registry.example': auth('a:x'),
        'registry.example:50001': auth('b:x'),
        'my.registry.example:5000': auth('c:x'),
        'registry.example:5000/acme/ap': auth('d:x'),
        'evil/registry.example:5000': auth('e:x'),
      },
    },
    found: [],
  },
  {
    claim: 'reads separate user name and password',
    config: { auths: { 'registry.example:5000': { username: 'ann', password: 'p' } } },
    found: 'ann p',
  },
  {
    claim: 'reads an identity token',
    config: { auths: { 'registry.example:5000': { ...auth('ann:'), identitytoken: 'id' } } },
    found: 'identity-token id',
  },
  {
    claim: 'reads a ready bearer token',
    config: { auths: { 'registry.example:5000': { registrytoken: 'ready' } } },
    found: 'bearer-token ready',
  },
  {
    claim: 'passes over empty and broken entries',
    config: { auths: { 'registry.example:5000': {}, 'http://registry.example:5000': { auth: 7 } } },
    found: [],
  },
];
for (const { claim, config, found } of configs)
  test(`a Docker configuration ${claim}`, async (t) => {
    const home = await makeHome(t, { '.docker/config.json': JSON.stringify(config) });
    assert.deepEqual(plain(await dockerCredentials(home)(query)), found);
  });

test('the sources are asked in order: inline, Docker, REGISTRY_AUTH_FILE, podman', async (t) => {
  const file = (user: string): string => JSON.stringify({ auths: { 'registry.example:5000': auth(`${user}:x`) } });
  const home = await makeHome(t, {
    'docker/config.json': file('docker'),
    'given.json': file('given'),
    'run/containers/auth.json': file('runtime'),
    '.config/containers/auth.json': file('config'),
  });
  const environment: Record<string, string> = {
    ...home,
    DOCKER_AUTH_CONFIG: file('inline'),
    DOCKER_CONFIG: join(home.HOME, 'docker'),
  };
  Object.assign(environment, {
    REGISTRY_AUTH_FILE: join(home.HOME, 'given.json'),
    XDG_RUNTIME_DIR: join(home.HOME, 'run'),
  });
  const found: unknown[] = [];
  for (const next of ['DOCKER_AUTH_CONFIG', 'DOCKER_CONFIG', 'REGISTRY_AUTH_FILE', 'XDG_RUNTIME_DIR', 'none']) {
    found.push(plain(await dockerCredentials(environment)(query)));
    delete environment[next];
  }
  assert.deepEqual(found, ['inline x', 'docker x', 'given x', 'runtime x', 'config x']);
});

test('a configuration that is no JSON is a problem to report, not an error', async (t) => {
  const home = await makeHome(t, { '.docker/config.json': '{"auths": oops' });
  const found = await dockerCredentials(home)(query);
  assert.match(String(plain(found)), /config\.json" cannot be read as JSON/);
});

const helper = (body: string): string => `#!/bin/sh\nread server\n${body}\n`;

test('credHelpers beat credsStore beat auths, and a helper gets the server on its standard input', async (t) => {
  const home = await makeHome(t, {
    '.docker/config.json': JSON.stringify({
      credHelpers: { 'registry.example:5000': 'one' },
      credsStore: 'two',
      auths: { 'registry.example:5000': auth('file:x'), 'third.example': auth('file:x') },
    }),
    'bin/docker-credential-one': helper(
      'echo "$1 $server" > "$HOME/asked"; echo \'{"ServerURL":"s","Username":"one","Secret":"x"}\'',
    ),
    'bin/docker-credential-two': helper(
      'case $server in registry*|second*) echo \'{"Username":"<token>","Secret":"two"}\';; *) echo "credentials not found in native keychain"; exit 1;; esac',
    ),
  });
  const find = dockerCredentials(home);
  assert.equal(plain(await find(query)), 'one x');
  assert.equal(await readFile(join(home.HOME, 'asked'), 'utf8'), 'get registry.example:5000\n');
  assert.equal(plain(await find({ hosts: ['second.example'], repository: 'a' })), 'identity-token two');
  assert.equal(plain(await find({ hosts: ['third.example'], repository: 'a' })), 'file x');
  assert.deepEqual(plain(await find({ hosts: ['fourth.example'], repository: 'a' })), []);
});

const helpers: readonly { claim: string; name: string; body: string; problem: RegExp }[] = [
  {
    claim: 'that fails',
    name: 'bad',
    body: 'echo "locked \\033[31m" >&2; exit 3',
    problem: /ends with 3: locked \\u\{1b\}/,
  },
  { claim: 'that answers nonsense', name: 'bad', body: 'echo hello', problem: /no credentials that can be read/ },
  { claim: 'that is not installed', name: 'absent', body: '', problem: /is not installed/ },
  { claim: 'whose name is a path', name: '../../bin/sh', body: '', problem: /has no valid name/ },
];
for (const { claim, name, body, problem } of helpers)
  test(`a credential helper ${claim} is a problem to report, not an error`, async (t) => {
    const home = await makeHome(t, {
      '.docker/config.json': JSON.stringify({ credsStore: name }),
      'bin/docker-credential-bad': helper(body),
    });
    assert.match(String(plain(await dockerCredentials(home)(query))), problem);
  });

test('a credential helper gets the environment of the user, but for the CI key', async (t) => {
  const home = await makeHome(t, {
    '.docker/config.json': JSON.stringify({ credsStore: 'one' }),
    'bin/docker-credential-one': helper('env > "$HOME/seen"; echo \'{"Username":"one","Secret":"x"}\''),
  });
  await dockerCredentials({ ...home, CUTWATER_CI_KEY: 'hunter2', OF_THE_USER: 'yes' })(query);
  const seen = await readFile(join(home.HOME, 'seen'), 'utf8');
  assert.match(seen, /OF_THE_USER=yes/);
  assert.doesNotMatch(seen, /hunter2|CUTWATER_CI_KEY/);
});

test('credentials never print their secret', async (t) => {
  const home = await makeHome(t, {
    '.docker/config.json': JSON.stringify({ auths: { 'registry.example:5000': auth('ann:hunter2') } }),
  });
  const found = await dockerCredentials(home)(query);
  assert.doesNotMatch(`${inspect(found)}${JSON.stringify(found)}`, /hunter2/);
});
