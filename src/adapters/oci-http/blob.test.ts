import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import type { Descriptor } from '../../domain/oci.ts';
import { Secret } from '../../domain/secret.ts';
import type { Script } from './scripted-registry.ts';
import { openScripted, sendError, startScript } from './scripted-registry.ts';

const bytes = Buffer.from('some bytes of a layer');
const blob: Descriptor = { mediaType: 'application/octet-stream', digest: digestOf(bytes), size: bytes.length };

async function* source(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** An upload as it should be; `put` answers the PUT. */
function uploads(location: string, put: Script = (_, response) => response.writeHead(201).end()): Script {
  return (request, response) => {
    if (request.method === 'HEAD') response.writeHead(404).end();
    else if (request.method === 'POST') response.writeHead(202, { location }).end();
    else put(request, response);
  };
}

test('writeBlob() sends one PUT with Content-Length to a relative Location and keeps its query as it is', async (t) => {
  const registry = await startScript(t, uploads('../../../../else/where?state=a%20b~c%2B'));
  await openScripted(t, registry).writeBlob(blob, () => source(bytes.subarray(0, 4), bytes.subarray(4)));
  assert.deepEqual(registry.log(), [
    `HEAD /v2/acme/app/blobs/${blob.digest}`,
    'POST /v2/acme/app/blobs/uploads/',
    `PUT /v2/else/where?state=a%20b~c%2B&digest=${encodeURIComponent(blob.digest)}`,
  ]);
  const [, post, put] = registry.seen;
  assert.equal(post?.headers['content-length'], '0');
  assert.equal(put?.headers['content-length'], String(bytes.length));
  assert.equal(put?.headers['transfer-encoding'], undefined);
  assert.deepEqual(put?.body, bytes);
});

test('writeBlob() uploads an empty blob', async (t) => {
  const registry = await startScript(t, uploads('/up/1'));
  await openScripted(t, registry).writeBlob({ ...blob, digest: digestOf(''), size: 0 }, () => source());
  assert.equal(registry.seen.at(-1)?.headers['content-length'], '0');
});

test('writeBlob() sends its body but no Authorization to a Location on another port', async (t) => {
  const storage = await startScript(t, (_, response) => response.writeHead(201).end());
  const upload = uploads(`http://${storage.host}/put?sig=1`);
  const registry = await startScript(t, (request, response) => {
    if (request.headers.authorization !== undefined) upload(request, response);
    else response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
  });
  const credentials = () => Promise.resolve({ kind: 'password', username: 'a', password: new Secret('b') } as const);
  await openScripted(t, registry, { credentials }).writeBlob(blob, () => source(bytes));
  assert.deepEqual(storage.seen[0]?.body, bytes);
  assert.equal(storage.seen[0]?.headers.authorization, undefined);
});

test('writeBlob() refuses a Location on a private address of another host', async (t) => {
  const registry = await startScript(t, uploads('http://192.168.0.1/up'));
  await assert.rejects(
    openScripted(t, registry).writeBlob(blob, () => source(bytes)),
    { code: 'BAD_REPLY' },
  );
});

for (const [claim, fail] of [
  ['an error', (_, response) => response.writeHead(502).end()],
  ['a broken connection', (_, response) => response.destroy()],
  ['an upload that is gone', (_, response) => sendError(response, 404, 'BLOB_UPLOAD_UNKNOWN')],
] as const satisfies readonly (readonly [string, Script])[])
  test(`writeBlob() begins a new upload with a fresh source after ${claim}`, async (t) => {
    let failures = 1;
    const put: Script = (request, response) => {
      failures -= 1;
      if (failures >= 0) fail(request, response);
      else response.writeHead(201).end();
    };
    const registry = await startScript(t, uploads('/up/1', put));
    let opened = 0;
    await openScripted(t, registry).writeBlob(blob, () => {
      opened += 1;
      return source(bytes);
    });
    assert.equal(opened, 2);
    assert.deepEqual(
      registry.seen.map(({ method }) => method),
      ['HEAD', 'POST', 'PUT', 'POST', 'PUT'],
    );
  });

const wrongSources: readonly { claim: string; chunks: readonly Uint8Array[] }[] = [
  { claim: 'ends early', chunks: [bytes.subarray(0, 5)] },
  { claim: 'does not end', chunks: [bytes, Buffer.from('!')] },
  { claim: 'has other bytes', chunks: [bytes.subarray(0, 5), Buffer.alloc(bytes.length - 5)] },
];
for (const { claim, chunks } of wrongSources)
  test(`writeBlob() never completes an upload whose source ${claim}`, async (t) => {
    const registry = await startScript(t, uploads('/up/1'));
    await assert.rejects(
      openScripted(t, registry).writeBlob(blob, () => source(...chunks)),
      { code: 'DIGEST_MISMATCH' },
    );
    assert.deepEqual(
      registry.seen.map(({ method }) => method),
      ['HEAD', 'POST'],
    );
  });

test('writeBlob() reports a refusal that comes before the body is sent', async (t) => {
  const script = uploads('/up/1', (_, response) =>
    sendError(response, 413, { code: 'SIZE_INVALID', message: 'too large' }),
  );
  const registry = await startScript(t, script, { early: true });
  const size = 64 * 1024 * 1024;
  const endless = async function* (): AsyncGenerator<Uint8Array> {
    for (let sent = 0; sent < size; sent += 65_536) yield await Promise.resolve(new Uint8Array(65_536));
  };
  await assert.rejects(openScripted(t, registry).writeBlob({ ...blob, size }, endless), {
    code: 'REGISTRY_REFUSED',
    message: /too large/,
  });
});

test('mountBlob() costs one request, and the upload a refused mount left open is used', async (t) => {
  const registry = await startScript(t, uploads('/up/left'));
  const repository = openScripted(t, registry);
  assert.equal(await repository.mountBlob(blob, 'acme/base'), false);
  await repository.writeBlob(blob, () => source(bytes));
  const digest = encodeURIComponent(blob.digest);
  assert.deepEqual(registry.log(), [
    `POST /v2/acme/app/blobs/uploads/?mount=${digest}&from=acme%2Fbase`,
    `HEAD /v2/acme/app/blobs/${blob.digest}`,
    `PUT /up/left?digest=${digest}`,
  ]);
});

for (const status of [400, 403, 404, 405, 500])
  test(`mountBlob() is false where the registry answers ${status}`, async (t) => {
    const registry = await startScript(t, (_, response) => sendError(response, status, 'NO'));
    assert.equal(await openScripted(t, registry).mountBlob(blob, 'acme/base'), false);
  });

test('mountBlob() sends nothing for a source that is no repository name', async (t) => {
  const registry = await startScript(t, uploads('/x'));
  const repository = openScripted(t, registry);
  await assert.rejects(repository.mountBlob(blob, '../a&mount=x'), { code: 'INPUT_INVALID' });
  assert.equal(repository.requestCount(), 0);
});

const wrongReads: readonly { claim: string; code: string; script: Script }[] = [
  { claim: 'other bytes', code: 'DIGEST_MISMATCH', script: (_, response) => response.end(Buffer.alloc(bytes.length)) },
  {
    claim: 'another length',
    code: 'BAD_REPLY',
    script: (_, response) => response.writeHead(200, { 'content-length': 3 }).end('abc'),
  },
  {
    claim: 'fewer bytes in chunks',
    code: 'DIGEST_MISMATCH',
    script: (_, response) => {
      response.write(bytes.subarray(0, 3));
      response.end();
    },
  },
  {
    claim: 'a body that breaks off',
    code: 'BAD_REPLY',
    script: (_, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 3), () => response.destroy());
    },
  },
  {
    claim: 'a body without an end',
    code: 'DIGEST_MISMATCH',
    script: (_, response) => {
      const more = (): void => {
        if (!response.destroyed) response.write(Buffer.alloc(65_536), more);
      };
      more();
    },
  },
  { claim: 'a part only', code: 'BAD_REPLY', script: (_, response) => response.writeHead(206).end(bytes) },
  { claim: 'a 404', code: 'CONTENT_MISSING', script: (_, response) => sendError(response, 404, 'BLOB_UNKNOWN') },
];
for (const { claim, code, script } of wrongReads)
  test(`readBlob() that meets ${claim} is ${code}, and never gives the whole away`, async (t) => {
    const registry = await startScript(t, script);
    let received = 0;
    const reading = (async () => {
      for await (const chunk of openScripted(t, registry).readBlob(blob)) received += chunk.length;
    })();
    await assert.rejects(reading, (error) => isCutwaterError(error) && error.code === code);
    assert.ok(received < bytes.length);
  });

test('readBlob() asks again where the first answer is an error, and can be left in the middle', async (t) => {
  let failures = 2;
  const registry = await startScript(t, (_, response) => {
    failures -= 1;
    if (failures >= 0) response.writeHead(503).end();
    else response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  });
  const repository = openScripted(t, registry);
  assert.equal(await collect(repository.readBlob(blob)), bytes.toString());
  assert.equal(repository.requestCount(), 3);
  for await (const _ of repository.readBlob(blob)) break;
  assert.equal(await collect(repository.readBlob(blob)), bytes.toString());
});
