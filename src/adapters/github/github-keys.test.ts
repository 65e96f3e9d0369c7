import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { answering } from '../../../test/make/github-client.ts';
import type { GithubServer } from '../../../test/make/github-server.ts';
import { startGithub } from '../../../test/make/github-server.ts';
import { fastTiming } from '../oci-http/scripted-registry.ts';
import { githubKeys } from './github-keys.ts';

function openKeys(
  t: TestContext,
  { address, repository }: GithubServer,
  environment: Readonly<Record<string, string>>,
) {
  const reader = githubKeys({ kind: 'github', address, repository }, { environment, timing: fastTiming() });
  t.after(() => reader.close());
  return reader;
}

void test('the keys of the account are read page by page, with subkeys and without comments', async (t) => {
  const github = await startGithub(t, new Map());
  const asked: string[] = [];
  github.interfere = answering(({ path }) => {
    asked.push(path);
    if (path === 'api/v3/user') return [200, { login: 'ada-l' }];
    if (path === 'api/v3/users/ada-l/gpg_keys?per_page=100') {
      const link = `<${github.address}/api/v3/users/ada-l/gpg_keys?per_page=100&page=2>; rel="next"`;
      return [200, [{ key_id: 'aaaabbbbccccdddd', subkeys: [{ key_id: '1111222233334444' }, 5] }], { link }];
    }
    if (path.includes('gpg_keys')) return [200, [{ key_id: '5555666677778888' }]];
    return [200, [{ key: 'ssh-ed25519 AAAA ada@laptop' }, { key: 'nonsense' }]];
  });
  assert.deepEqual(await openKeys(t, github, github.environment).readOwnKeys(), {
    is: 'known',
    login: 'ada-l',
    unproven: [],
    openpgp: ['AAAABBBBCCCCDDDD', '1111222233334444', '5555666677778888'],
    ssh: ['ssh-ed25519 AAAA'],
  });
  assert.equal(asked.length, 4);
});

void test('the token of a workflow is nobody, and without one nothing is asked', async (t) => {
  const github = await startGithub(t, new Map());
  let count = 0;
  github.interfere = answering(() => {
    count += 1;
    return [403, { message: 'Resource not accessible by integration' }];
  });
  assert.deepEqual(await openKeys(t, github, {}).readOwnKeys(), { is: 'nobody' });
  assert.equal(count, 0);
  assert.deepEqual(await openKeys(t, github, github.environment).readOwnKeys(), { is: 'nobody' });
});
