import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { digestOf } from '../../domain/digest.ts';
import { imageTag } from '../../domain/image-name.ts';
import type { Descriptor, Manifest } from '../../domain/oci.ts';
import { mediaTypes } from '../../domain/oci.ts';
import { anonymous } from './credentials.ts';
import type { CredentialQuery } from './credentials.ts';
import type { RegistryRepository } from './open-repository.ts';
import { openRepository } from './open-repository.ts';
import { quirksOf } from './quirks.ts';
import type { Script, ScriptedRegistry } from './scripted-registry.ts';
import { fastTiming, sampleIndex, sendError, sendJson, sendManifest, startScript } from './scripted-registry.ts';

/** A repository of a registry by its public name, served by a script that behaves as it does. */
function openAs(t: TestContext, registry: string, script: ScriptedRegistry): RegistryRepository {
  const address = { protocol: 'http', host: '127.0.0.1', port: script.port } as const;
  const options = { address, credentials: anonymous, timing: fastTiming(), environment: {} };
  const repository = openRepository({ registry, repository: 'acme/app' }, options);
  t.after(() => repository.close());
  return repository;
}

const mebibyte = 1024 * 1024;
const bytes = Buffer.alloc(9 * mebibyte, 'layer of an image ');
const blob: Descriptor = { mediaType: 'application/octet-stream', digest: digestOf(bytes), size: bytes.length };
const sample = sampleIndex();

async function* source(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

/** Keeps `kept` bytes of a PUT that breaks off and then says `range`; a piece goes to `take`, which may refuse it. */
function breaking(kept: number, range: string, take: Script): Script {
  let broken = false;
  return (request, response) => {
    if (request.method === 'HEAD') response.writeHead(404).end();
    else if (request.method === 'POST') response.writeHead(202, { location: '/up/1' }).end();
    else if (request.method === 'GET') response.writeHead(204, { range, location: '/up/1' }).end();
    else if (request.headers['content-range'] !== undefined) take(request, response);
    else if (!broken && kept > 0) {
      broken = true;
      response.writeHead(502).end();
    } else response.writeHead(digestOf(request.body) === blob.digest ? 201 : 400).end();
  };
}

test('ghcr.io: referrers are never asked for by the API, which leads to web pages with a strict limit', async (t) => {
  const script = await startScript(t, (request, response) => {
    if (request.path.includes('/referrers/')) sendJson(response, 429, {});
    else sendError(response, 404, 'MANIFEST_UNKNOWN');
  });
  const subject = digestOf('subject');
  assert.deepEqual(await openAs(t, 'ghcr.io', script).listReferrers(subject), []);
  assert.deepEqual(script.log(), [`GET /v2/acme/app/manifests/sha256-${subject.slice(7)}`]);
  await assert.rejects(openAs(t, 'registry.example', script).listReferrers(subject), { code: 'RATE_LIMITED' });
});

test('ghcr.io: an upload that broke off goes on in pieces of at most 4 MiB', async (t) => {
  let longest = 0;
  const pieces: Buffer[] = [];
  const script = await startScript(
    t,
    breaking(mebibyte, `0-${mebibyte - 1}`, (request, response) => {
      longest = Math.max(longest, request.body.length);
      pieces.push(request.body);
      if (request.body.length > 4 * mebibyte) sendError(response, 416, 'BLOB_UPLOAD_INVALID');
      else response.writeHead(request.method === 'PUT' ? 201 : 202, { location: '/up/1' }).end();
    }),
  );
  const repository = openAs(t, 'ghcr.io', script);
  await repository.writeBlob(blob, source);
  assert.equal(longest, 4 * mebibyte);
  assert.equal(digestOf(Buffer.concat(pieces)), digestOf(bytes.subarray(mebibyte)));
  assert.equal(repository.requestCount(), 6, 'look, begin, break, ask, one piece and the rest');
});

test('ghcr.io: an upload that is not needed is left to end by itself, since cancelling is refused', async (t) => {
  const script = await startScript(t, (request, response) => {
    if (request.method === 'POST') response.writeHead(202, { location: '/up/1' }).end();
    else response.writeHead(request.method === 'HEAD' ? 200 : 405).end();
  });
  for (const [registry, cancelled] of [
    ['ghcr.io', 0],
    ['registry.example', 1],
  ] as const) {
    const before = script.seen.length;
    const repository = openAs(t, registry, script);
    assert.equal(await repository.mountBlob(blob, 'acme/base'), false);
    await repository.writeBlob(blob, source);
    const sent = script.seen.slice(before).filter(({ method }) => method === 'DELETE');
    assert.equal(sent.length, cancelled, registry);
  }
});

for (const registry of [
  '123456789012.dkr.ecr.eu-central-1.amazonaws.com',
  'europe-docker.pkg.dev',
  'gcr.io',
  'eu.gcr.io',
])
  test(`${registry}: an upload that broke off begins anew, whatever range is reported`, async (t) => {
    const script = await startScript(
      t,
      // Stale: the registry has less than it says, and storing the rest at that place leaves a hole.
      breaking(5 * mebibyte, `0-${2 * mebibyte}`, (_, response) => sendError(response, 400, 'DIGEST_INVALID')),
    );
    const repository = openAs(t, registry, script);
    await repository.writeBlob(blob, source);
    assert.deepEqual(
      script.seen.map(({ method }) => method),
      ['HEAD', 'POST', 'PUT', 'POST', 'PUT'],
    );
  });

test('registry.gitlab.com: the API is not asked for, and its fallback tag is not taken for the subject', async (t) => {
  const referrer = referrerOf(sample);
  let index: Manifest | undefined;
  const script = await startScript(t, (request, response) => {
    const isFallback = request.path.endsWith(`/sha256-${sample.digest.slice(7)}`);
    if (request.path.includes('/referrers/')) sendJson(response, 429, {});
    else if (isFallback && request.method === 'PUT') {
      index = { mediaType: mediaTypes.ociIndex, digest: digestOf(request.body), bytes: request.body };
      response.writeHead(201).end();
    } else if (isFallback) sendManifest(response, index ?? sample);
    else response.writeHead(request.method === 'PUT' ? 201 : 404).end();
  });
  const repository = openAs(t, 'registry.gitlab.com', script);
  assert.deepEqual(await repository.listReferrers(sample.digest), []);
  const descriptor = { mediaType: referrer.mediaType, digest: referrer.digest, size: referrer.bytes.length };
  await repository.writeReferrer(referrer, descriptor, sample.digest);
  assert.deepEqual(
    (await repository.listReferrers(sample.digest)).map(({ digest }) => digest),
    [referrer.digest],
  );
  const put = script.seen.find(({ method, path }) => method === 'PUT' && path.includes('/sha256-'));
  assert.equal(put?.headers['if-match'], undefined, 'the subject was never at the tag');
});

test('*.jfrog.io: nothing is asked to be mounted, since that only leaves uploads open', async (t) => {
  const script = await startScript(t, (_, response) => response.writeHead(202, { location: '/up/1' }).end());
  assert.equal(await openAs(t, 'acme.jfrog.io', script).mountBlob(blob, 'acme/base'), false);
  assert.deepEqual(script.log(), []);
});

test("docker.io: one-word names live below library/, and credentials are looked up under Docker's own key", async (t) => {
  const script = await startScript(t, (request, response) => {
    if (request.headers.authorization === undefined)
      response.writeHead(401, { 'www-authenticate': 'Basic realm="hub"' }).end();
    else sendManifest(response, sample);
  });
  const asked: CredentialQuery[] = [];
  const address = { protocol: 'http', host: '127.0.0.1', port: script.port } as const;
  const repository = openRepository(
    { registry: 'docker.io', repository: 'alpine' },
    {
      address,
      environment: {},
      timing: fastTiming(),
      credentials: (query) => {
        asked.push(query);
        return anonymous(query);
      },
    },
  );
  t.after(() => repository.close());
  await assert.rejects(repository.readManifest(imageTag('3')), { code: 'UNAUTHENTICATED' });
  assert.deepEqual(script.log(), ['GET /v2/library/alpine/manifests/3']);
  assert.equal(asked[0]?.repository, 'library/alpine');
  assert.deepEqual(
    asked[0]?.hosts,
    [`127.0.0.1:${script.port}`],
    'credentials belong to the host that is really asked',
  );
  const { apiHost, credentialHosts } = quirksOf('docker.io');
  assert.equal(apiHost, 'registry-1.docker.io');
  assert.equal(credentialHosts[0], 'https://index.docker.io/v1/');
});

test('quirksOf() matches whole host names only', () => {
  for (const registry of [
    'ghcr.io.evil.example',
    'notghcr.io',
    'xghcr-io',
    'docker.io:5000',
    'pkg.dev',
    'a.gcr.io.example',
  ])
    assert.deepEqual(quirksOf(registry), quirksOf('registry.example'), registry);
  assert.equal(quirksOf('GHCR.io:443').cancel, false);
  assert.equal(quirksOf('1.dkr.ecr.cn-north-1.amazonaws.com.cn').chunked, false);
});

function referrerOf(subject: Manifest): Manifest {
  const empty = { mediaType: mediaTypes.ociEmpty, digest: digestOf('{}'), size: 2 };
  const about = { mediaType: subject.mediaType, digest: subject.digest, size: subject.bytes.length };
  const content = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: empty, layers: [], subject: about };
  const encoded = new TextEncoder().encode(JSON.stringify(content));
  return { mediaType: mediaTypes.ociManifest, digest: digestOf(encoded), bytes: encoded };
}
