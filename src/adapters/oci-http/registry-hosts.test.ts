import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { createRegistryHosts } from './registry-hosts.ts';
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

const sample = sampleIndex();

test('a wait that a registry asks of one repository holds for every other of the host', async (t) => {
  let failures = 1;
  const registry = await startScript(t, (_, response) => {
    failures -= 1;
    if (failures >= 0) sendJson(withHeaders(response, { 'retry-after': '30' }), 429, {});
    else sendManifest(response, sample);
  });
  const [hosts, timing] = [createRegistryHosts(), fastTiming()];
  const first = openScripted(t, registry, { hosts, timing, deadlineSeconds: 5 });
  await assert.rejects(first.readManifest(stableTag), { code: 'RATE_LIMITED' });
  const second = openScripted(t, registry, { hosts, timing, deadlineSeconds: 120 });
  assert.ok(await second.readManifest(stableTag));
  assert.deepEqual(timing.waits, [30_500], 'the whole wait, and a little more by chance');
  const third = openScripted(t, registry, { hosts: createRegistryHosts(), timing });
  assert.ok(await third.readManifest(stableTag));
  assert.equal(registry.seen.length, 3);
});

test('a wait that the token endpoint asks for holds for the registry on the same host', async (t) => {
  let failures = 1;
  const registry = await startScript(t, (request, response) => {
    if (request.path.startsWith('/token')) {
      failures -= 1;
      if (failures >= 0) sendJson(withHeaders(response, { 'retry-after': '20' }), 429, {});
      else sendJson(response, 200, { token: 'abc' });
    } else if (request.headers.authorization === undefined)
      response
        .writeHead(401, { 'www-authenticate': `Bearer realm="http://${request.headers.host ?? ''}/token"` })
        .end();
    else sendManifest(response, sample);
  });
  const [hosts, timing] = [createRegistryHosts(), fastTiming()];
  const limited = openScripted(t, registry, { hosts, timing, deadlineSeconds: 10 });
  await assert.rejects(limited.readManifest(stableTag), { code: 'RATE_LIMITED' });
  await assert.rejects(limited.readManifest(stableTag), { code: 'RATE_LIMITED' });
  assert.equal(registry.seen.length, 2, 'the second call asks nothing at all');
  assert.ok(await openScripted(t, registry, { hosts, timing }).readManifest(stableTag));
  assert.deepEqual(timing.waits, [20_500]);
});

test('rate limits without a time, and 403 secondary limits, slow down every repository of the host', async (t) => {
  let failures = 1;
  const registry = await startScript(t, (_, response) => {
    failures -= 1;
    if (failures >= 0)
      sendError(response, 403, { code: 'DENIED', message: 'You have exceeded a secondary rate limit' });
    else sendManifest(response, sample);
  });
  const [hosts, timing] = [createRegistryHosts(), fastTiming()];
  await openScripted(t, registry, { hosts, timing }).readManifest(stableTag);
  assert.deepEqual(timing.waits, [150]);
});

test('an endless rate limit ends at the deadline as RATE_LIMITED', async (t) => {
  const registry = await startScript(t, (_, response) =>
    sendJson(withHeaders(response, { 'retry-after': '25' }), 429, {}),
  );
  const timing = fastTiming();
  const repository = openScripted(t, registry, { timing, deadlineSeconds: 60 });
  await assert.rejects(repository.readManifest(stableTag), { code: 'RATE_LIMITED' });
  assert.equal(registry.seen.length, 3);
});

test('only so many requests wait for an answer at a time, and a body that is read takes no place', async (t) => {
  const waiting: ServerResponse[] = [];
  let most = 0;
  const registry = await startScript(t, (_, response) => {
    waiting.push(response);
    most = Math.max(most, waiting.length);
    setImmediate(() => {
      const next = waiting.shift();
      if (next !== undefined) sendManifest(next, sample);
    });
  });
  const hosts = createRegistryHosts({ parallel: 3 });
  const [left, right] = [openScripted(t, registry, { hosts }), openScripted(t, registry, { hosts })];
  await Promise.all(Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? left : right).readManifest(stableTag)));
  assert.equal(registry.seen.length, 20);
  assert.ok(most <= 3, `${most} at a time`);
});

test('a stopped run leaves the queue of a host at once, and others go on', async (t) => {
  const held: ServerResponse[] = [];
  const registry = await startScript(t, (_, response) => held.push(response));
  const hosts = createRegistryHosts({ parallel: 1 });
  const controller = new AbortController();
  const first = openScripted(t, registry, { hosts }).readManifest(stableTag);
  const stopped = openScripted(t, registry, { hosts, signal: controller.signal }).readManifest(stableTag);
  const last = openScripted(t, registry, { hosts }).readManifest(stableTag);
  controller.abort();
  await assert.rejects(stopped, { code: 'INTERRUPTED' });
  for (let answered = 0; answered < 2;) {
    await new Promise((resolve) => setImmediate(resolve));
    const response = held.shift();
    if (response === undefined) continue;
    sendManifest(response, sample);
    answered += 1;
  }
  assert.ok(await first);
  assert.ok(await last);
  assert.equal(registry.seen.length, 2);
});

test("a host's warning is shown once, however many repositories hear it", async (t) => {
  const registry = await startScript(t, (_, response) =>
    sendManifest(response, sample, { warning: '299 - "this registry closes in May"' }),
  );
  const hosts = createRegistryHosts();
  const shown: string[] = [];
  for (let count = 0; count < 3; count += 1)
    await openScripted(t, registry, { hosts, onWarning: (text) => shown.push(text) }).readManifest(stableTag);
  assert.deepEqual(shown, ['this registry closes in May']);
});
