import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Call } from '../../test/registry-fixture.ts';
import { errorCode, imageManifest, send, startRegistry } from '../../test/registry-fixture.ts';
import { digestOf } from '../domain/digest.ts';
import { isCutwaterError } from '../domain/error.ts';
import { Secret } from '../domain/secret.ts';
import { createAccountGuard } from './access.ts';
import { parseAccountList } from './account-list.ts';
import { formatPasswordHash, hashPassword, isPasswordOf, parsePasswordHash } from './password-hash.ts';

const line = `ci:${formatPasswordHash(await hashPassword(new Secret('right: ß "word"')))}`;

function basic(name: string, password: string): { readonly Authorization: string } {
  return { Authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` };
}

const right = basic('ci', 'right: ß "word"');

async function startGuarded(t: TestContext, { anonymousRead }: { readonly anonymousRead: boolean }) {
  const accounts = createAccountGuard(parseAccountList(`# team\n\n${line}\n`, 'accounts'));
  return startRegistry(t, { access: { accounts, anonymousRead } });
}

const write: Call = { method: 'POST', path: `/v2/app/blobs/uploads/?digest=${digestOf('{}')}`, body: '{}' };

test('without the right name and password everything is 401 with a Basic challenge, and nothing is written', async (t) => {
  const { port } = await startGuarded(t, { anonymousRead: false });
  const wrong: readonly Readonly<Record<string, string>>[] = [
    {},
    basic('ci', 'wrong'),
    basic('nobody', 'right: ß "word"'),
    basic('', 'right: ß "word"'),
    basic('', ''),
    { Authorization: 'Bearer abc' },
    { Authorization: 'Basic !!!' },
    { Authorization: `Basic ${Buffer.from('no colon').toString('base64')}` },
  ];
  for (const headers of wrong)
    for (const call of [{ path: '/v2/' }, { path: '/v2/app/tags/list' }, { path: '/elsewhere' }, write]) {
      const answer = await send(port, { ...call, headers });
      assert.deepEqual([answer.status, errorCode(answer)], [401, 'UNAUTHORIZED']);
      assert.match(answer.headers['www-authenticate'] ?? '', /^Basic realm="/);
    }
  assert.equal((await send(port, { path: '/v2/app/tags/list', headers: right })).status, 404);
});

test('the right name and password may do everything, again and again', async (t) => {
  const { port } = await startGuarded(t, { anonymousRead: false });
  assert.equal((await send(port, { path: '/v2/', headers: right })).status, 200);
  assert.equal((await send(port, { ...write, headers: right })).status, 201);
  const manifest = imageManifest();
  const headers = { ...right, 'Content-Type': manifest.mediaType };
  const put = { method: 'PUT', path: '/v2/app/manifests/v1', headers, body: manifest.text };
  for (let round = 0; round < 50; round += 1) assert.equal((await send(port, put)).status, 201);
});

test('with anonymous reading, reads need no account, writes and the ping do, and a wrong password is refused', async (t) => {
  const { port } = await startGuarded(t, { anonymousRead: true });
  assert.equal((await send(port, { ...write, headers: right })).status, 201);
  const read = { path: `/v2/app/blobs/${digestOf('{}')}` };
  assert.equal((await send(port, read)).status, 200);
  assert.equal((await send(port, { ...read, method: 'HEAD', headers: basic('', '') })).status, 200);
  assert.equal((await send(port, { ...read, headers: basic('ci', 'wrong') })).status, 401);
  for (const call of [write, { ...read, method: 'DELETE' }, { path: '/v2/' }])
    assert.equal((await send(port, call)).status, 401);
});

test('many wrong passwords at once are refused, the later ones with 429, while a known account goes on', async (t) => {
  const { port } = await startGuarded(t, { anonymousRead: false });
  assert.equal((await send(port, { path: '/v2/', headers: right })).status, 200);
  const guesses = Array.from({ length: 22 }, (_, at) =>
    send(port, { path: '/v2/', headers: basic('ci', `guess ${at}`) }),
  );
  assert.equal((await send(port, { path: '/v2/', headers: right })).status, 200);
  const statuses = (await Promise.all(guesses)).map((answer) => answer.status);
  assert.deepEqual(new Set(statuses), new Set([401, 429]));
});

test('isPasswordOf() knows the password of a hash that was written and read, and no other', async () => {
  const hash = parsePasswordHash(line.slice(3));
  assert.ok(hash !== undefined);
  assert.equal(await isPasswordOf(new Secret('right: ß "word"'), hash), true);
  for (const other of ['', 'right', 'right: ß "word" '])
    assert.equal(await isPasswordOf(new Secret(other), hash), false);
});

test('parseAccountList() refuses other lines, with their number and without what stands there', () => {
  const refused = [
    '',
    '# only a comment',
    'ci',
    'ci:plain-password',
    'ci:$2y$05$abcdefghijklmnopqrstuv',
    `:${line.slice(3)}`,
    `c i:${line.slice(3)}`,
    `${line}x`,
    `${line}\n${line}`,
    line.replace('ln=15', 'ln=99'),
  ];
  for (const text of refused)
    assert.throws(
      () => parseAccountList(text, 'accounts'),
      (error) => isCutwaterError(error, 'INPUT_INVALID') && !error.message.includes('plain-password'),
      text,
    );
});
