import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../../domain/secret.ts';
import type { Manifest } from '../../domain/oci.ts';
import { openScripted, sampleIndex, sendManifest, stableTag, startScript } from './scripted-registry.ts';

const sample: Manifest = sampleIndex();
const credentials = () => Promise.resolve({ kind: 'password', username: 'ann', password: new Secret('x') } as const);

test('a redirect to another port is followed without Authorization, one to the same origin with it', async (t) => {
  const storage = await startScript(t, (_, response) => sendManifest(response, sample));
  const registry = await startScript(t, (request, response) => {
    if (request.headers.authorization === undefined)
      response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
    else if (request.path.endsWith('/1.2.3')) response.writeHead(307, { location: '../moved/here?a=b%20c' }).end();
    else response.writeHead(302, { location: `http://${storage.host}/blob?signature=1` }).end();
  });
  await openScripted(t, registry, { credentials }).readManifest(stableTag);
  assert.deepEqual(registry.log().slice(1), [
    'GET /v2/acme/app/manifests/1.2.3',
    'GET /v2/acme/app/moved/here?a=b%20c',
  ]);
  assert.ok(registry.seen[2]?.headers.authorization);
  assert.deepEqual(storage.log(), ['GET /blob?signature=1']);
  assert.equal(storage.seen[0]?.headers.authorization, undefined);
});

test('a challenge of a redirected-to host is not answered', async (t) => {
  const storage = await startScript(t, (_, response) =>
    response.writeHead(401, { 'www-authenticate': 'Basic realm="give"' }).end(),
  );
  const registry = await startScript(t, (_, response) =>
    response.writeHead(307, { location: `http://${storage.host}/x` }).end(),
  );
  await assert.rejects(openScripted(t, registry, { credentials }).readManifest(stableTag), { code: 'UNAUTHENTICATED' });
  assert.equal(storage.seen.length, 1);
});

const refused = [
  'http://127.0.0.2:9/',
  'http://2130706434/',
  'http://[::1]:9/',
  'http://169.254.169.254/latest/',
  'http://localhost:9/',
  'ftp://example.com/',
  'https://a:b@example.com/',
];
for (const location of refused)
  test(`a redirect to ${location} is refused and not followed`, async (t) => {
    const registry = await startScript(t, (_, response) => response.writeHead(307, { location }).end());
    const repository = openScripted(t, registry);
    await assert.rejects(repository.readManifest(stableTag), { code: 'BAD_REPLY' });
    assert.equal(repository.requestCount(), 1);
  });

test('a redirect loop ends as BAD_REPLY', async (t) => {
  const registry = await startScript(t, (request, response) =>
    response.writeHead(308, { location: request.path }).end(),
  );
  const repository = openScripted(t, registry);
  await assert.rejects(repository.readManifest(stableTag), { code: 'BAD_REPLY' });
  assert.equal(repository.requestCount(), 6);
});

test('a write is repeated at the new place for 307 and turned into no read for 302', async (t) => {
  let status = 307;
  const registry = await startScript(t, (request, response) => {
    if (request.path.endsWith('/moved')) response.writeHead(201).end();
    else response.writeHead(status, { location: '/moved' }).end();
  });
  const repository = openScripted(t, registry);
  await repository.writeManifest(stableTag, sample);
  assert.deepEqual(registry.seen.at(-1)?.body, Buffer.from(sample.bytes));
  status = 302;
  await assert.rejects(repository.writeManifest(stableTag, sample), { code: 'BAD_REPLY' });
  assert.equal(repository.requestCount(), 3);
});
