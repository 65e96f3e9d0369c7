import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Script } from './scripted-registry.ts';
import {
  fastTiming,
  openScripted,
  sampleIndex,
  sendError,
  sendJson,
  sendManifest,
  stableTag,
  startScript,
  withHeaders,
} from './scripted-registry.ts';
import { retryAfter } from './retry-after.ts';

const sample = sampleIndex();
const now = Date.UTC(2026, 0, 1);

/** Fails as told for the first requests and then serves the sample. */
function failing(times: number, fail: Script): Script {
  let left = times;
  return (request, response) => {
    left -= 1;
    if (left >= 0) fail(request, response);
    else if (request.method === 'PUT') response.writeHead(201).end();
    else sendManifest(response, sample);
  };
}

for (const status of [408, 429, 500, 502, 503, 504])
  test(`a ${status} is asked again, for reads and for manifest writes`, async (t) => {
    const timing = fastTiming();
    const repository = openScripted(
      t,
      await startScript(
        t,
        failing(2, (_, response) => response.writeHead(status).end()),
      ),
      { timing },
    );
    await repository.readManifest(stableTag);
    await repository.writeManifest(stableTag, sample);
    assert.equal(repository.requestCount(), 4);
    assert.deepEqual(timing.waits, [150, 300]);
  });

test('a broken connection is asked again', async (t) => {
  const broken = openScripted(
    t,
    await startScript(
      t,
      failing(2, (_, response) => response.destroy()),
    ),
  );
  assert.ok(await broken.readManifest(stableTag));
  assert.equal(broken.requestCount(), 3);
});

test('a server that never answers is UNREACHABLE at the deadline', async (t) => {
  const repository = openScripted(t, await startScript(t, () => undefined), { deadlineSeconds: 0.2 });
  await assert.rejects(repository.readManifest(stableTag), { code: 'UNREACHABLE' });
});

const waits: readonly { claim: string; header?: string; message?: string; wait: number }[] = [
  { claim: 'seconds', header: '7', wait: 7350 },
  { claim: 'an HTTP date', header: new Date(now + 9000).toUTCString(), wait: 9450 },
  { claim: 'a past date, which is no wait beyond the usual', header: new Date(now - 9000).toUTCString(), wait: 150 },
  { claim: "a duration in the server's message", message: 'retry-after: 1.5s, allowed: 2000/minute', wait: 1575 },
];
for (const { claim, header, message, wait } of waits)
  test(`a 429 is waited for as told by ${claim}`, async (t) => {
    const timing = fastTiming();
    const script = failing(1, (_, response) =>
      sendJson(withHeaders(response, header === undefined ? {} : { 'retry-after': header }), 429, {
        errors: [{ code: 'TOOMANYREQUESTS', message }],
      }),
    );
    await openScripted(t, await startScript(t, script), { timing }).readManifest(stableTag);
    assert.deepEqual(timing.waits, [wait]);
  });

test('a 403 that speaks of a secondary rate limit is a rate limit', async (t) => {
  const script = failing(1, (_, response) =>
    sendError(response, 403, { code: 'DENIED', message: 'You have exceeded a secondary rate limit' }),
  );
  assert.ok(await openScripted(t, await startScript(t, script)).readManifest(stableTag));
});

test('a wait beyond the deadline ends at once, for this call and the next', async (t) => {
  const script = failing(9, (_, response) => sendJson(withHeaders(response, { 'retry-after': '3600' }), 429, {}));
  const timing = fastTiming();
  const repository = openScripted(t, await startScript(t, script), { timing, deadlineSeconds: 60 });
  await assert.rejects(repository.readManifest(stableTag), { code: 'RATE_LIMITED' });
  await assert.rejects(repository.readManifest(stableTag), { code: 'RATE_LIMITED' });
  assert.deepEqual(timing.waits, []);
  assert.equal(repository.requestCount(), 1, 'a server that asked to wait is not asked again');
});

test('errors that go on end after six tries as SERVER_ERROR', async (t) => {
  const repository = openScripted(
    t,
    await startScript(
      t,
      failing(99, (_, response) => response.writeHead(503).end()),
    ),
  );
  await assert.rejects(repository.readManifest(stableTag), { code: 'SERVER_ERROR' });
  assert.equal(repository.requestCount(), 6);
});

test('501 and other refusals are not asked again', async (t) => {
  const repository = openScripted(
    t,
    await startScript(
      t,
      failing(99, (_, response) => response.writeHead(501).end()),
    ),
  );
  await assert.rejects(repository.readManifest(stableTag), { code: 'SERVER_ERROR' });
  assert.equal(repository.requestCount(), 1);
});

test('nobody listening is UNREACHABLE and names the host', async (t) => {
  const registry = await startScript(t, () => undefined);
  const address = { protocol: 'http', host: '127.0.0.1', port: 1 } as const;
  await assert.rejects(openScripted(t, registry, { address }).readManifest(stableTag), {
    code: 'UNREACHABLE',
    message: /127\.0\.0\.1:1/,
  });
});

test('speaking https to an http server is no reason to try again', async (t) => {
  const registry = await startScript(t, () => undefined);
  const repository = openScripted(t, registry, {
    address: { protocol: 'https', host: '127.0.0.1', port: registry.port },
  });
  await assert.rejects(repository.readManifest(stableTag), { code: 'BAD_REPLY' });
  assert.equal(repository.requestCount(), 1);
});

test('an abort ends a request under way as INTERRUPTED', async (t) => {
  const controller = new AbortController();
  const registry = await startScript(t, () => controller.abort());
  const repository = openScripted(t, registry, { signal: controller.signal });
  await assert.rejects(repository.readManifest(stableTag), { code: 'INTERRUPTED' });
  await assert.rejects(repository.readManifest(stableTag), { code: 'INTERRUPTED' });
  assert.equal(repository.requestCount(), 1);
});

test('http beyond loopback goes through the proxy that the environment names, loopback never', async (t) => {
  const proxy = await startScript(t, (_, response) => sendManifest(response, sample));
  const environment = { HTTP_PROXY: `http://${proxy.host}`, http_proxy: `http://${proxy.host}` };
  const address = { protocol: 'http', host: 'registry.example', port: 80 } as const;
  await openScripted(t, proxy, { address, environment }).readManifest(stableTag);
  assert.match(proxy.log()[0] ?? '', /^GET http:\/\/registry\.example\/v2\/acme\/app\//);
  const direct = await startScript(t, (_, response) => sendManifest(response, sample));
  await openScripted(t, direct, { environment }).readManifest(stableTag);
  assert.equal(direct.seen.length, 1);
});

test('retryAfter() takes neither negative numbers nor arbitrary text for a time', () => {
  for (const header of ['-5', '1e9', 'soon', '', '12.5', '99999999999999999999'])
    assert.equal(retryAfter(header, '', now), undefined, header);
  assert.equal(retryAfter(undefined, 'retry-after: 1m2.5s', now), 62_500);
  assert.equal(retryAfter(undefined, 'retry-after: 12.5ms, allowed', now), 13);
});
