import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import type { Digest } from '../../domain/digest.ts';
import { digestOf } from '../../domain/digest.ts';
import type { Manifest } from '../../domain/oci.ts';
import { mediaTypes } from '../../domain/oci.ts';
import { isJsonObject, parseJsonObject } from './json-object.ts';
import { referrersTag } from './referrer-index.ts';
import type { ScriptedRegistry, Script } from './scripted-registry.ts';
import {
  openScripted,
  sampleIndex,
  sendError,
  sendJson,
  sendManifest,
  startScript,
  withHeaders,
} from './scripted-registry.ts';

const subject = sampleIndex('subject');

function referrer(
  note: string,
  extra: Readonly<Record<string, unknown>> = { artifactType: mediaTypes.sigstoreBundle },
): Manifest {
  const content = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    ...extra,
    config: { mediaType: 'application/x-config', digest: digestOf('{}'), size: 2 },
    layers: [],
    subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.bytes.length },
    annotations: { note },
  };
  const bytes = new TextEncoder().encode(JSON.stringify(content));
  return { mediaType: mediaTypes.ociManifest, digest: digestOf(bytes), bytes };
}

function descriptor(manifest: Manifest): { mediaType: string; digest: Digest; size: number } {
  return { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.length };
}

function sendIndex(
  response: ServerResponse,
  manifests: readonly unknown[],
  headers: Record<string, string> = {},
): void {
  sendJson(withHeaders(response, { 'content-type': mediaTypes.ociIndex, ...headers }), 200, {
    schemaVersion: 2,
    mediaType: mediaTypes.ociIndex,
    manifests,
  });
}

function sendRaw(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': mediaTypes.ociIndex }).end(body);
}

/** A registry without the API that keeps manifests by reference; `onPut` runs after a write of the fallback tag. */
function plainRegistry(
  noApi: Script,
  onPut: (stored: Map<string, Buffer>, count: number) => void = () => undefined,
): Script {
  const stored = new Map<string, Buffer>();
  let writes = 0;
  return (request, response) => {
    if (request.path.includes('/referrers/')) return noApi(request, response);
    const reference = request.path.split('/').at(-1) ?? '';
    if (request.method === 'PUT') {
      stored.set(reference, request.body);
      response.writeHead(201, { 'docker-content-digest': digestOf(request.body), 'oci-subject': subject.digest }).end();
      if (reference.startsWith('sha256-')) onPut(stored, (writes += 1));
      return;
    }
    const bytes = stored.get(reference);
    if (bytes === undefined) sendError(response, 404, 'MANIFEST_UNKNOWN');
    else sendManifest(response, { mediaType: mediaTypes.ociIndex, digest: digestOf(bytes), bytes });
  };
}

function countOf(registry: ScriptedRegistry, part: string): number {
  return registry.log().filter((line) => line.includes(part)).length;
}

const notFound: Script = (_, response) =>
  response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found');

test('listReferrers() reads all pages of the API and leaves out what it cannot use', async (t) => {
  const [one, two] = [descriptor(referrer('one')), descriptor(referrer('two'))];
  const registry = await startScript(t, (request, response) => {
    if (request.path.includes('page=2'))
      sendIndex(response, [{ ...two, artifactType: 'x/y', annotations: { a: 'b', c: 3 } }, one]);
    else
      sendIndex(response, [one, { ...one, digest: 'sha512:ab' }, descriptor(subject), 7], {
        link: '<?page=2>; rel="next"',
      });
  });
  assert.deepEqual(await openScripted(t, registry).listReferrers(subject.digest), [
    one,
    { ...two, artifactType: 'x/y', annotations: { a: 'b' } },
  ]);
});

const next = { link: '<?page=2>; rel="next"' };
const brokenPages: readonly { claim: string; code: string; page: Script; link?: string }[] = [
  { claim: 'answers 500', code: 'SERVER_ERROR', page: (_, response) => response.writeHead(500).end() },
  { claim: 'is gone', code: 'REGISTRY_REFUSED', page: notFound },
  { claim: 'is no index', code: 'BAD_REPLY', page: (_, response) => sendJson(response, 200, { manifests: [] }) },
  { claim: 'is cut off', code: 'BAD_REPLY', page: (_, response) => sendRaw(response, '{"manifests": [{"digest"') },
  { claim: 'leads back', code: 'BAD_REPLY', page: (_, response) => sendIndex(response, [], next) },
  {
    claim: 'is on another host',
    code: 'BAD_REPLY',
    link: '<http://registry.invalid/v2/acme/app/referrers/x?page=2>; rel="next"',
    page: (_, response) => sendIndex(response, []),
  },
];
for (const { claim, code, page, link = next.link } of brokenPages)
  test(`a list whose second page ${claim} is no list, not even a short one`, async (t) => {
    const registry = await startScript(t, (request, response) => {
      if (request.path.includes('page=2')) page(request, response);
      else sendIndex(response, [descriptor(referrer('one'))], { link });
    });
    await assert.rejects(openScripted(t, registry).listReferrers(subject.digest), { code });
  });

test('a registry without the API may list referrers of any kind at the fallback tag, in the words of any client', async (t) => {
  const [one, two] = [descriptor(referrer('one')), descriptor(referrer('two'))];
  const listed = [
    { ...one, artifactType: mediaTypes.ociEmpty },
    { ...two, artifactType: 7, annotations: ['x'] },
    one,
    { ...one, digest: 'md5:ab' },
    { ...two, digest: digestOf('negative'), size: -1 },
    { digest: digestOf('typeless'), size: 1 },
    null,
    [],
  ];
  const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, manifests: listed }));
  const registry = await startScript(t, (request, response) => {
    if (request.path.includes('/referrers/')) notFound(request, response);
    else sendManifest(response, { mediaType: mediaTypes.ociIndex, digest: digestOf(bytes), bytes });
  });
  assert.deepEqual(await openScripted(t, registry).listReferrers(subject.digest), [one, two]);
});

const withoutApi: readonly { claim: string; script: Script }[] = [
  { claim: 'a 404 as plain text', script: notFound },
  { claim: 'a 405', script: (_, response) => sendError(response, 405, 'UNSUPPORTED') },
  { claim: 'a 406', script: (_, response) => sendError(response, 406, 'UNSUPPORTED') },
  { claim: 'a 501', script: (_, response) => sendError(response, 501, 'UNSUPPORTED') },
  {
    claim: 'an HTML page with 200',
    script: (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
  },
  { claim: 'JSON that is no index', script: (_, response) => sendJson(response, 200, { manifests: [] }) },
  {
    claim: 'a 303 to another host',
    script: (_, response) => response.writeHead(303, { location: 'https://web.example/-/v2/x' }).end(),
  },
];
for (const { claim, script } of withoutApi)
  test(`${claim} means no API: the fallback tag is written with type and annotations, and the API asked once only`, async (t) => {
    const registry = await startScript(t, plainRegistry(script));
    const repository = openScripted(t, registry);
    const [one, two] = [referrer('one'), referrer('two', {})];
    await repository.writeReferrer(one, descriptor(one), subject.digest);
    await repository.writeReferrer(two, descriptor(two), subject.digest);
    assert.deepEqual(await repository.listReferrers(subject.digest), [
      { ...descriptor(one), artifactType: mediaTypes.sigstoreBundle, annotations: { note: 'one' } },
      { ...descriptor(two), artifactType: 'application/x-config', annotations: { note: 'two' } },
    ]);
    assert.equal(countOf(registry, '/referrers/'), 1);
  });

test('where there is an API the fallback tag is left alone', async (t) => {
  const registry = await startScript(t, (request, response) => {
    if (request.method === 'PUT') response.writeHead(201).end();
    else sendIndex(response, []);
  });
  const one = referrer('one');
  const repository = openScripted(t, registry);
  await repository.writeReferrer(one, descriptor(one), subject.digest);
  await repository.writeReferrer(one, descriptor(one), subject.digest);
  assert.deepEqual(
    registry.log().map((line) => line.replace(/sha256:.*/, 'D')),
    ['PUT /v2/acme/app/manifests/D', 'GET /v2/acme/app/referrers/D', 'PUT /v2/acme/app/manifests/D'],
  );
});

test('an entry that another writer overwrote is put back, and the entry of the other kept', async (t) => {
  const [mine, theirs] = [referrer('mine'), referrer('theirs')];
  const foreign = { ...descriptor(theirs), 'x-unknown': true };
  const overwrite = (stored: Map<string, Buffer>, count: number): void => {
    if (count > 2) return;
    const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [foreign] };
    stored.set(referrersTag(subject.digest), Buffer.from(JSON.stringify(index)));
  };
  const registry = await startScript(t, plainRegistry(notFound, overwrite));
  await openScripted(t, registry).writeReferrer(mine, descriptor(mine), subject.digest);
  const last = registry.seen.filter(({ method }) => method === 'PUT').at(-1);
  const manifests = parseJsonObject(last?.body ?? '')?.['manifests'];
  assert.ok(Array.isArray(manifests));
  assert.deepEqual(
    manifests.map((entry: unknown) => isJsonObject(entry) && entry['digest']),
    [theirs.digest, mine.digest],
  );
  assert.deepEqual(manifests[0], foreign, 'what we do not understand stays');
});

test('an entry that is overwritten for ever ends as UNSTABLE after five writes', async (t) => {
  const clear = (stored: Map<string, Buffer>): void => {
    stored.delete(referrersTag(subject.digest));
  };
  const registry = await startScript(t, plainRegistry(notFound, clear));
  const one = referrer('one');
  await assert.rejects(openScripted(t, registry).writeReferrer(one, descriptor(one), subject.digest), {
    code: 'UNSTABLE',
  });
  assert.equal(countOf(registry, 'PUT /v2/acme/app/manifests/sha256-'), 5);
});

test('a registry that takes the fallback tag for the digest has no referrers; a write that it does not show is found out', async (t) => {
  const registry = await startScript(t, (request, response) => {
    if (request.path.includes('/referrers/')) notFound(request, response);
    else if (request.method === 'PUT') response.writeHead(201).end();
    else sendManifest(response, subject);
  });
  const repository = openScripted(t, registry);
  assert.deepEqual(await repository.listReferrers(subject.digest), []);
  const one = referrer('one');
  await assert.rejects(repository.writeReferrer(one, descriptor(one), subject.digest), { code: 'REGISTRY_REFUSED' });
  assert.equal(countOf(registry, 'PUT /v2/acme/app/manifests/sha256-'), 1);
});

test('a server error is not taken for a missing API', async (t) => {
  const registry = await startScript(t, (_, response) => response.writeHead(500).end());
  await assert.rejects(openScripted(t, registry).listReferrers(subject.digest), { code: 'SERVER_ERROR' });
});

test('writeReferrer() sends nothing for a manifest with another subject', async (t) => {
  const registry = await startScript(t, notFound);
  const repository = openScripted(t, registry);
  const one = referrer('one');
  await assert.rejects(repository.writeReferrer(one, descriptor(one), one.digest), { code: 'INPUT_INVALID' });
  assert.equal(repository.requestCount(), 0);
});
