import assert from 'node:assert/strict';
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { makeFolder } from '../../../test/make/folder.ts';
import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import { Secret } from '../../domain/secret.ts';
import { announcerContract, sampleAnnouncement as announcement } from '../../ports/announcer.contract.ts';
import type { ScriptedRegistry } from '../oci-http/scripted-registry.ts';
import { startScript } from '../oci-http/scripted-registry.ts';
import { fileAnnouncer } from './file-announcer.ts';
import { webhookAnnouncer } from './webhook-announcer.ts';

const secretPath = '/hooks/T0PS3CRET?token=abc';

announcerContract('file', async (t) => {
  const root = await makeFolder(t);
  const file = join(root, 'announcements.md');
  const keysSeen = async (): Promise<readonly string[]> => {
    const text = await readFile(file, 'utf8').catch(() => '');
    return [...text.matchAll(/<!-- \/cutwater:announcement (\S+) -->/g)].map(([, key = '']) => key);
  };
  return { announcer: fileAnnouncer({ root, file }), keysSeen, secret: undefined };
});

announcerContract('webhook', async (t) => {
  const server = await startScript(t, (_, response) => response.end('{}'));
  const keysSeen = async (): Promise<readonly string[]> =>
    server.seen.map(({ headers }) => String(headers['idempotency-key']));
  return { announcer: webhook(t, server), keysSeen, secret: 'T0PS3CRET' };
});

test('a file gets each announcement once, behind what is there, also where a crash left half of one', async (t) => {
  const root = await makeFolder(t);
  const file = join(root, 'public', 'announcements.md');
  const log = fileAnnouncer({ root, file });
  await log.send(announcement, 'one');
  await log.send(announcement, 'one');
  await writeFile(file, `${await readFile(file, 'utf8')}<!-- cutwater:announcement two -->\n**app`);
  await log.send(announcement, 'two');
  await log.send(announcement, 'two');
  const text = await readFile(file, 'utf8');
  assert.equal(text.split('<!-- /cutwater:announcement one -->').length, 2);
  assert.equal(text.split('<!-- /cutwater:announcement two -->').length, 2);
  assert.match(
    text,
    /^<!-- cutwater:announcement one -->\n\*\*app[^]*two -->\n\*\*app\n<!-- cutwater:announcement two -->/,
  );
  assert.equal(log.description, 'file "public/announcements.md"');
});

test('a file that is a link, lies behind one, or is no file is not written', async (t) => {
  const root = await makeFolder(t);
  const outside = await makeFolder(t);
  await writeFile(join(outside, 'target'), 'kept');
  await symlink(join(outside, 'target'), join(root, 'link.md'));
  await symlink(outside, join(root, 'folder'));
  await mkdir(join(root, 'real.md'));
  for (const name of ['link.md', 'folder/new.md', 'folder/a/b/new.md', 'link.md/new.md', 'real.md']) {
    const sending = fileAnnouncer({ root, file: join(root, name) }).send(announcement, 'one');
    await assert.rejects(sending, { code: 'INPUT_INVALID' }, name);
  }
  assert.equal(await readFile(join(outside, 'target'), 'utf8'), 'kept');
  assert.deepEqual(await readdir(outside), ['target']);
});

test('a webhook gets one POST with the announcement and its key, and its answer is the receipt', async (t) => {
  const server = await startScript(t, (_, response) => {
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end('{"id": 42, "url": "https://chat.example.org/42", "more": true}');
  });
  const receipt = await webhook(t, server).send(announcement, 'key-1');
  assert.deepEqual(receipt, { id: '42', url: 'https://chat.example.org/42' });
  const [request] = server.seen;
  assert.deepEqual(server.log(), [`POST ${secretPath}`]);
  assert.equal(request?.headers['idempotency-key'], 'key-1');
  assert.equal(request?.headers['content-type'], 'application/json');
  assert.deepEqual(JSON.parse(String(request?.body)), { ...announcement, key: 'key-1' });
});

test('an answer that is odd is a receipt without id and url', async (t) => {
  const answers = ['', 'ok', '[1]', '{"id": "a b", "url": "javascript:x"}', '{"id": {}, "url": "http://e.org"}'];
  const server = await startScript(t, (_, response) => response.end(answers[server.seen.length - 1]));
  const chat = webhook(t, server);
  for (const answer of answers) assert.deepEqual(await chat.send(announcement, 'k'), {}, answer);
});

test('only 2xx is an answer; a redirect is not followed; nothing of the address or the answer is shown', async (t) => {
  const elsewhere = await startScript(t, (_, response) => response.end('{}'));
  const cases: readonly (readonly [number, string])[] = [
    [307, 'ANNOUNCEMENT_REFUSED'],
    [302, 'ANNOUNCEMENT_REFUSED'],
    [401, 'UNAUTHENTICATED'],
    [403, 'FORBIDDEN'],
    [404, 'ANNOUNCEMENT_REFUSED'],
    [429, 'RATE_LIMITED'],
    [500, 'SERVER_ERROR'],
  ];
  const server = await startScript(t, (request, response) => {
    const [status] = cases[server.seen.length - 1] ?? [200];
    response.writeHead(status, { location: `http://${elsewhere.host}${request.path}` });
    response.end(`no such hook ${request.path}`);
  });
  const chat = webhook(t, server);
  for (const [status, code] of cases) {
    const error = await chat.send(announcement, 'k').then(() => undefined, shown);
    assert.match(
      error ?? '',
      new RegExp(`^${code} Cannot announce 1\\.1\\.0 on chat: ${server.host} answers ${status}`),
    );
    assert.doesNotMatch(error ?? '', /T0PS3CRET|no such hook/);
  }
  assert.equal(server.seen.length, cases.length, 'no second try');
  assert.equal(elsewhere.seen.length, 0);
});

test('a host that does not answer in time, or at all, is said to be unreachable', async (t) => {
  const silent = await startScript(t, () => undefined);
  const error = await webhook(t, silent, { timeoutSeconds: 0.2 })
    .send(announcement, 'k')
    .then(() => undefined, shown);
  assert.match(error ?? '', /^UNREACHABLE .*no end after/);
  assert.doesNotMatch(error ?? '', /T0PS3CRET/);
});

test('an address is refused before anything is sent, and never shown', async (t) => {
  const cases: readonly (readonly [string | undefined, RegExp])[] = [
    [undefined, /^UNAUTHENTICATED .*CHAT_URL is not set/],
    ['', /^INPUT_INVALID .*is no address/],
    ['T0PS3CRET', /is no address/],
    ['https://evil.example/T0PS3CRET', /is not at the host the policy names, hooks\.example\.org/],
    ['https://hooks.example.org.evil.example/T0PS3CRET', /is not at the host/],
    ['https://hooks.example.org:8443/T0PS3CRET', /is not at the host/],
    ['https://T0PS3CRET@hooks.example.org/', /has a user or a password/],
    ['http://hooks.example.org/T0PS3CRET', /does not begin with https/],
    ['file://hooks.example.org/T0PS3CRET', /does not begin with https/],
  ];
  for (const [address, wanted] of cases) {
    let error = '';
    try {
      webhook(t, undefined, { address: address === undefined ? undefined : new Secret(address) });
    } catch (thrown) {
      error = shown(thrown);
    }
    assert.match(error, wanted, address);
    assert.doesNotMatch(error, /T0PS3CRET/);
  }
  webhook(t, undefined, { address: new Secret('https://hooks.example.org/T0PS3CRET') });
});

type Change = Partial<Parameters<typeof webhookAnnouncer>[0]>;

function webhook(t: TestContext, server: ScriptedRegistry | undefined, change: Change = {}) {
  return webhookAnnouncer({
    channel: 'chat',
    host: server?.host ?? 'hooks.example.org',
    variable: 'CHAT_URL',
    address: server === undefined ? undefined : new Secret(`http://${server.host}${secretPath}`),
    timeoutSeconds: 30,
    environment: {},
    signal: t.signal,
    ...change,
  });
}

/** Everything of an error that anybody may see. */
function shown(error: unknown): string {
  assert.ok(error instanceof CutwaterError && isCutwaterError(error), String(error));
  return [`${error.code} ${error.message}`, error.hint, ...error.details, error.stack, String(error.cause)].join('\n');
}
