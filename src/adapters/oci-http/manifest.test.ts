import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { imageTag } from '../../domain/image-name.ts';
import { manifestTypes, mediaTypes } from '../../domain/oci.ts';
import type { Script } from './scripted-registry.ts';
import { openScripted, sampleIndex, sendError, sendManifest, stableTag, startScript } from './scripted-registry.ts';

const sample = sampleIndex();
const other = sampleIndex('other');

const serveSample: Script = (request, response) => {
  if (request.method !== 'PUT') return sendManifest(response, sample);
  response.writeHead(201, { 'docker-content-digest': digestOf(request.body) }).end();
};

test('moving an alias inside a repository costs two requests, and one where the caller has the bytes', async (t) => {
  const registry = await startScript(t, serveSample);
  const repository = openScripted(t, registry);
  const manifest = await repository.readManifest(stableTag);
  assert.ok(manifest);
  await repository.writeManifest(imageTag('latest'), manifest, other.digest);
  assert.equal(repository.requestCount(), 2);
  await repository.writeManifest(imageTag('1'), manifest, null);
  assert.equal(repository.requestCount(), 3);
  assert.deepEqual(registry.log(), [
    'GET /v2/acme/app/manifests/1.2.3',
    'PUT /v2/acme/app/manifests/latest',
    'PUT /v2/acme/app/manifests/1',
  ]);
  const [get, move, create] = registry.seen;
  assert.equal(get?.headers.accept, manifestTypes.join(', '));
  assert.deepEqual(move?.body, Buffer.from(sample.bytes), 'the bytes are not written anew');
  assert.equal(move?.headers['if-match'], `"${other.digest}"`);
  assert.equal(move?.headers['content-type'], mediaTypes.ociIndex);
  assert.equal(create?.headers['if-none-match'], '*');
});

test('resolve() believes the headers of HEAD and asks again with GET where one is missing', async (t) => {
  let headers: 'all' | 'none' = 'all';
  const registry = await startScript(t, (request, response) => {
    if (headers === 'none' && request.method === 'HEAD') response.writeHead(200).end();
    else sendManifest(response, sample);
  });
  const repository = openScripted(t, registry);
  const wanted = { mediaType: mediaTypes.ociIndex, digest: sample.digest, size: sample.bytes.length };
  assert.deepEqual(await repository.resolve(stableTag), wanted);
  assert.equal(repository.requestCount(), 1);
  headers = 'none';
  assert.deepEqual(await repository.resolve(stableTag), wanted);
  assert.equal(repository.requestCount(), 3);
});

test('a manifest that is not there is undefined, for HEAD and for GET', async (t) => {
  const registry = await startScript(t, (_, response) => sendError(response, 404, 'MANIFEST_UNKNOWN'));
  const repository = openScripted(t, registry);
  assert.equal(await repository.resolve(stableTag), undefined);
  assert.equal(await repository.readManifest(sample.digest), undefined);
});

const wrongReads: readonly { claim: string; code: string; found: RegExp; script: Script; byTag?: boolean }[] = [
  {
    claim: 'refuses bytes with another digest than the one asked for',
    code: 'DIGEST_MISMATCH',
    found: new RegExp(`found ${other.digest}, wanted ${sample.digest}`),
    script: (_, response) => sendManifest(response, other),
  },
  {
    claim: 'refuses a server that calls the bytes by another digest',
    code: 'DIGEST_MISMATCH',
    found: /wanted sha256:/,
    byTag: true,
    script: (_, response) => sendManifest(response, sample, { 'docker-content-digest': other.digest }),
  },
  {
    claim: 'refuses an HTML page with status 200',
    code: 'BAD_REPLY',
    found: /an HTML page/,
    script: (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>log in</html>'),
  },
  {
    claim: 'takes an HTML page with status 404 for a wrong address, not for "absent"',
    code: 'BAD_REPLY',
    found: /an HTML page/,
    script: (_, response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<html>lost?</html>'),
  },
  {
    claim: 'refuses a Content-Type that differs from the mediaType inside',
    code: 'BAD_REPLY',
    found: /but says it is/,
    script: (_, response) => sendManifest(response, sample, { 'content-type': mediaTypes.ociManifest }),
  },
  {
    claim: 'refuses a body above 8 MiB without reading it to its end',
    code: 'BAD_REPLY',
    found: /above 8388608 bytes/,
    script: (_, response) => {
      response.writeHead(200, { 'content-type': mediaTypes.ociIndex });
      const more = (): void => {
        if (!response.destroyed) response.write(Buffer.alloc(1024 * 1024), more);
      };
      more();
    },
  },
  {
    claim: 'reports a body that is cut short with what came',
    code: 'BAD_REPLY',
    found: /ends after 5 of 100 bytes/,
    script: (_, response) => {
      response.writeHead(200, { 'content-type': mediaTypes.ociIndex, 'content-length': 100 });
      response.write('short', () => response.destroy());
    },
  },
];

for (const { claim, code, found, script, byTag } of wrongReads)
  test(`readManifest() ${claim}`, async (t) => {
    const repository = openScripted(t, await startScript(t, script));
    await assert.rejects(repository.readManifest(byTag === true ? stableTag : sample.digest), (error) => {
      assert.ok(isCutwaterError(error), String(error));
      assert.equal(error.code, code);
      assert.match(error.message, found);
      assert.match(error.message, /acme\/app/);
      return true;
    });
  });

const refusedWrites: readonly {
  claim: string;
  holds: typeof sample;
  status: number;
  message: string;
  code?: string;
}[] = [
  { claim: 'is done where a 412 hides the same digest', holds: sample, status: 412, message: 'precondition' },
  {
    claim: 'is a conflict where somebody else was quicker',
    holds: other,
    status: 412,
    message: 'precondition',
    code: 'DIGEST_CONFLICT',
  },
  {
    claim: 'names immutability where a 412 speaks of it',
    holds: other,
    status: 412,
    message: "failed due to 'app:1.2.3' configured as immutable.",
    code: 'IMMUTABLE_IN_REGISTRY',
  },
  {
    claim: 'names immutability where a 400 speaks of it',
    holds: other,
    status: 400,
    message: 'The image tag already exists and cannot be overwritten',
    code: 'IMMUTABLE_IN_REGISTRY',
  },
  {
    claim: 'names immutability where a 403 speaks of it',
    holds: other,
    status: 403,
    message: 'tag is immutable',
    code: 'IMMUTABLE_IN_REGISTRY',
  },
  ...[400, 403, 412].map((status) => ({
    claim: `is done where an immutable tag that refuses with ${status} holds the same digest`,
    holds: sample,
    status,
    message: 'tag is immutable',
  })),
  {
    claim: 'is FORBIDDEN where a 403 speaks of rights',
    holds: other,
    status: 403,
    message: 'requested access',
    code: 'FORBIDDEN',
  },
  {
    claim: 'is REGISTRY_REFUSED where the manifest is too large',
    holds: other,
    status: 413,
    message: 'big',
    code: 'REGISTRY_REFUSED',
  },
];

for (const { claim, holds, status, message, code } of refusedWrites)
  test(`writeManifest() ${claim}`, async (t) => {
    const registry = await startScript(t, (request, response) => {
      if (request.method === 'PUT') sendError(response, status, { code: 'DENIED_OR_NOT', message: message });
      else sendManifest(response, holds);
    });
    const writing = openScripted(t, registry).writeManifest(stableTag, sample, null);
    if (code === undefined) await writing;
    else await assert.rejects(writing, (error) => isCutwaterError(error) && error.code === code);
  });

test('writeManifest() refuses a server that says it stored another digest', async (t) => {
  const registry = await startScript(t, (_, response) =>
    response.writeHead(201, { 'docker-content-digest': other.digest }).end(),
  );
  await assert.rejects(openScripted(t, registry).writeManifest(stableTag, sample), { code: 'DIGEST_MISMATCH' });
});

test('writeManifest() sends nothing where the bytes do not have the digest they are said to have', async (t) => {
  const registry = await startScript(t, serveSample);
  const repository = openScripted(t, registry);
  await assert.rejects(repository.writeManifest(stableTag, { ...sample, digest: other.digest }), {
    code: 'DIGEST_MISMATCH',
  });
  assert.equal(repository.requestCount(), 0);
});

test('an error shows what the server said, escaped and with host, repository and reference', async (t) => {
  const registry = await startScript(t, (_, response) =>
    sendError(response, 418, { code: 'TEAPOT', message: 'red \u001b[31m text' }),
  );
  await assert.rejects(openScripted(t, registry).readManifest(stableTag), {
    code: 'REGISTRY_REFUSED',
    message: `Cannot read the manifest "${registry.host}/acme/app:1.2.3": "${registry.host}" answers 418 TEAPOT "red \\u{1b}[31m text"`,
  });
});

test("a registry's warnings are passed on once, escaped", async (t) => {
  const registry = await startScript(t, (_, response) =>
    sendManifest(response, sample, { warning: '299 - "going \\"away\\" soon"' }),
  );
  const warnings: string[] = [];
  const repository = openScripted(t, registry, { onWarning: (text) => warnings.push(text) });
  await repository.resolve(stableTag);
  await repository.readManifest(stableTag);
  assert.deepEqual(warnings, ['going "away" soon']);
});
