import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../domain/digest.ts';
import type { Descriptor } from '../../domain/oci.ts';
import type { Script, SeenRequest } from './scripted-registry.ts';
import { fastTiming, openScripted, sendError, startScript } from './scripted-registry.ts';

const mebibyte = 1024 * 1024;
const bytes = Buffer.concat(Array.from({ length: 3 * 1024 }, (_, at) => Buffer.alloc(1024, `part ${at} `)));
const blob: Descriptor = { mediaType: 'application/octet-stream', digest: digestOf(bytes), size: bytes.length };

/** The blob in chunks that do not fit any round number. */
async function* source(): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 70_001) yield await Promise.resolve(bytes.subarray(at, at + 70_001));
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A registry whose first PUT breaks off after `kept` bytes, and that then says what `status` says. */
function breakingUpload(kept: number, status: Script): { readonly script: Script; readonly stored: () => Buffer } {
  let stored: Buffer = Buffer.alloc(0);
  let broken = false;
  const script: Script = (request, response) => {
    if (request.method === 'HEAD') response.writeHead(404).end();
    else if (request.method === 'POST') {
      stored = Buffer.alloc(0);
      response.writeHead(202, { location: '/up/1?state=first' }).end();
    } else if (request.method === 'GET') status(request, response);
    else if (request.method === 'PUT' && !broken) {
      broken = true;
      stored = request.body.subarray(0, kept);
      response.writeHead(502).end();
    } else {
      stored = Buffer.concat([stored, request.body]);
      if (request.method === 'PATCH') response.writeHead(202, { location: `/up/1?state=${stored.length}` }).end();
      else response.writeHead(201).end();
    }
  };
  return { script, stored: () => stored };
}

function says(range: string, location = '/up/1?state=second'): Script {
  return (_, response) => response.writeHead(204, { range, location }).end();
}

function methods(seen: readonly SeenRequest[]): readonly string[] {
  return seen.map(({ method }) => method);
}

test('writeBlob() that broke off goes on where the registry says, at the newest Location', async (t) => {
  const kept = 2 * mebibyte + 5;
  const { script, stored } = breakingUpload(kept, says(`0-${kept - 1}`));
  const registry = await startScript(t, script);
  await openScripted(t, registry).writeBlob(blob, source);
  assert.deepEqual(methods(registry.seen), ['HEAD', 'POST', 'PUT', 'GET', 'PUT']);
  const last = registry.seen.at(-1);
  assert.equal(last?.path, `/up/1?state=second&digest=${encodeURIComponent(blob.digest)}`);
  assert.equal(last.headers['content-range'], `${kept}-${bytes.length - 1}`);
  assert.equal(last.headers['content-length'], String(bytes.length - kept));
  assert.equal(digestOf(stored()), blob.digest);
});

const untrusted: readonly { readonly claim: string; readonly status: Script }[] = [
  { claim: '0-0, which says one byte as well as none', status: says('0-0') },
  { claim: 'less than is worth asking for', status: says('0-1000') },
  { claim: 'all of it, which it does not have', status: says(`0-${bytes.length - 1}`) },
  { claim: 'more than was ever sent', status: says(`0-${9 * mebibyte}`) },
  { claim: 'a range from the middle', status: says(`5-${2 * mebibyte}`) },
  { claim: 'no range', status: (_, response) => response.writeHead(204).end() },
  { claim: 'that it knows no such upload', status: (_, response) => sendError(response, 404, 'BLOB_UPLOAD_UNKNOWN') },
  { claim: 'something else', status: (_, response) => response.writeHead(200, { range: `0-${2 * mebibyte}` }).end() },
  { claim: 'an error', status: (_, response) => response.writeHead(500).end() },
];
for (const { claim, status } of untrusted)
  test(`writeBlob() that broke off begins anew where the registry says ${claim}`, async (t) => {
    const { script, stored } = breakingUpload(2 * mebibyte, status);
    const registry = await startScript(t, script);
    await openScripted(t, registry).writeBlob(blob, source);
    assert.deepEqual(methods(registry.seen), ['HEAD', 'POST', 'PUT', 'GET', 'POST', 'PUT']);
    assert.equal(registry.seen.at(-1)?.headers['content-range'], undefined);
    assert.equal(digestOf(stored()), blob.digest);
  });

test('writeBlob() begins anew where a registry does not take the place it named itself', async (t) => {
  const { script, stored } = breakingUpload(2 * mebibyte, says(`0-${2 * mebibyte - 1}`));
  const registry = await startScript(t, (request, response) => {
    if (request.headers['content-range'] === undefined) script(request, response);
    else sendError(response, 416, 'BLOB_UPLOAD_INVALID');
  });
  await openScripted(t, registry).writeBlob(blob, source);
  assert.deepEqual(methods(registry.seen), ['HEAD', 'POST', 'PUT', 'GET', 'PUT', 'POST', 'PUT']);
  assert.equal(digestOf(stored()), blob.digest);
});

test('a source that changed since the upload broke off is never completed', async (t) => {
  const { script } = breakingUpload(2 * mebibyte, says(`0-${2 * mebibyte - 1}`));
  const registry = await startScript(t, script);
  let opened = 0;
  const changing = async function* (): AsyncGenerator<Uint8Array> {
    opened += 1;
    yield await Promise.resolve(opened === 1 ? bytes : Buffer.concat([Buffer.from('!'), bytes.subarray(1)]));
  };
  await assert.rejects(openScripted(t, registry).writeBlob(blob, changing), { code: 'DIGEST_MISMATCH' });
  assert.deepEqual(methods(registry.seen), ['HEAD', 'POST', 'PUT', 'GET']);
});

test('a body that is too large for one request goes in pieces, without "bytes" in Content-Range', async (t) => {
  const big = Buffer.concat(Array.from({ length: 12 }, () => bytes));
  const descriptor = { ...blob, digest: digestOf(big), size: big.length };
  let stored: Buffer = Buffer.alloc(0);
  const registry = await startScript(t, (request, response) => {
    if (request.method === 'HEAD') response.writeHead(404).end();
    else if (request.method === 'POST') response.writeHead(202, { location: '/up/1?s=0' }).end();
    else if (request.body.length > 20 * mebibyte) response.writeHead(413).end('<html>too large</html>');
    else {
      stored = Buffer.concat([stored, request.body]);
      // One registry answers a piece with 201.
      if (request.method === 'PATCH') response.writeHead(201, { location: `/up/1?s=${stored.length}` }).end();
      else response.writeHead(201).end();
    }
  });
  const open = async function* (): AsyncGenerator<Uint8Array> {
    for (let part = 0; part < 12; part += 1) yield* source();
  };
  await openScripted(t, registry).writeBlob(descriptor, open);
  const pieces = registry.seen
    .slice(-3)
    .map(({ method, path, headers }) => [method, path.slice(0, 20), headers['content-range']]);
  const step = 16 * mebibyte;
  assert.deepEqual(pieces, [
    ['PATCH', '/up/1?s=0', `0-${step - 1}`],
    ['PATCH', `/up/1?s=${step}`, `${step}-${2 * step - 1}`],
    ['PUT', `/up/1?s=${2 * step}&digest`.slice(0, 20), `${2 * step}-${big.length - 1}`],
  ]);
  assert.equal(digestOf(stored), descriptor.digest);
});

test('writeBlob() sends the whole body again to where a redirect leads, and after a token that ended meanwhile', async (t) => {
  let puts = 0;
  const registry = await startScript(t, (request, response) => {
    if (request.method === 'HEAD') response.writeHead(404).end();
    else if (request.method === 'POST') response.writeHead(202, { location: '/up/1' }).end();
    else if (request.path.startsWith('/up')) response.writeHead(307, { location: '/moved?x=1' }).end();
    else {
      puts += 1;
      response.writeHead(puts === 1 ? 503 : 201).end();
    }
  });
  await openScripted(t, registry).writeBlob(blob, source);
  assert.equal(digestOf(registry.seen.at(-1)?.body ?? ''), blob.digest);
});

/** Bearer tokens of which the registry stops taking the first one when `ends` says so. */
function tokens(ends: (request: SeenRequest) => boolean, script: Script): Script {
  let valid = 1;
  let given = 0;
  return (request, response) => {
    if (request.path.startsWith('/token')) {
      given += 1;
      response.writeHead(200).end(JSON.stringify({ token: `token-${given}`, expires_in: 3600 }));
      return;
    }
    if (request.headers.authorization === 'Bearer token-1' && ends(request)) valid = 2;
    const realm = `Bearer realm="http://${request.headers.host ?? ''}/token"`;
    if (request.headers.authorization === `Bearer token-${valid}`) script(request, response);
    else response.writeHead(401, { 'www-authenticate': realm }).end();
  };
}

test('a token that ends in the middle of an upload is renewed and the whole body sent once more', async (t) => {
  const { script, stored } = breakingUpload(0, says('0-0'));
  let first = true;
  const unbroken: Script = (request, response) => {
    if (first && request.method === 'PUT') response.writeHead(201).end();
    else script(request, response);
    first &&= request.method !== 'PUT';
  };
  const registry = await startScript(
    t,
    tokens(({ method }) => method === 'PUT', unbroken),
  );
  await openScripted(t, registry, { access: 'write' }).writeBlob(blob, source);
  const puts = registry.seen.filter(({ method }) => method === 'PUT');
  assert.deepEqual(
    puts.map(({ headers, body }) => [headers.authorization, digestOf(body) === blob.digest]),
    [
      ['Bearer token-1', true],
      ['Bearer token-2', true],
    ],
  );
  assert.equal(stored().length, 0);
  assert.equal(registry.seen.filter(({ method }) => method === 'POST').length, 1, 'the same upload goes on');
});

test('a token that ends between two pieces of an upload leads back to where the registry is', async (t) => {
  let stored: Buffer = Buffer.alloc(0);
  const script: Script = (request, response) => {
    if (request.method === 'HEAD') response.writeHead(404).end();
    else if (request.method === 'POST') response.writeHead(202, { location: '/up/1' }).end();
    else if (request.method === 'GET') says(`0-${stored.length - 1}`, '/up/1')(request, response);
    else if (request.headers['content-range'] === undefined) response.writeHead(413).end();
    else {
      stored = Buffer.concat([stored, request.body]);
      response.writeHead(request.method === 'PUT' ? 201 : 202, { location: '/up/1' }).end();
    }
  };
  const big = Buffer.concat(Array.from({ length: 11 }, () => bytes));
  const descriptor = { ...blob, digest: digestOf(big), size: big.length };
  const registry = await startScript(
    t,
    tokens(({ headers }) => headers['content-range']?.startsWith('16777216-') === true, script),
  );
  const open = async function* (): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(big);
  };
  await openScripted(t, registry, { access: 'write' }).writeBlob(descriptor, open);
  assert.equal(digestOf(stored), descriptor.digest);
});

test('readBlob() that breaks off goes on with Range, and whoever reads notices nothing', async (t) => {
  let cuts = 3;
  const registry = await startScript(t, (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const part = bytes.subarray(from);
    const range = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(from === 0 ? 200 : 206, { 'content-length': part.length, ...(from === 0 ? {} : range) });
    cuts -= 1;
    if (cuts < 0) response.end(part);
    else response.write(part.subarray(0, mebibyte / 2), () => response.destroy());
  });
  const timing = fastTiming();
  assert.equal(digestOf(await collect(openScripted(t, registry, { timing }).readBlob(blob))), blob.digest);
  assert.equal(registry.seen.length, 4);
  assert.equal(timing.waits.length, 3, 'it waits a little before each new try');
  assert.equal(registry.seen[0]?.headers.range, undefined);
  assert.match(registry.seen[1]?.headers.range ?? '', /^bytes=[1-9]\d*-$/);
});

test('readBlob() that breaks off drops what it has where a server sends all of it again', async (t) => {
  let cuts = 2;
  const registry = await startScript(t, (_, response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    cuts -= 1;
    if (cuts < 0) response.end(bytes);
    else response.write(bytes.subarray(0, mebibyte), () => response.destroy());
  });
  assert.equal(digestOf(await collect(openScripted(t, registry).readBlob(blob))), blob.digest);
});

const wrongParts: readonly { readonly claim: string; readonly headers: Record<string, string | number> }[] = [
  { claim: 'from another place', headers: { 'content-range': `bytes 7-${bytes.length - 1}/${bytes.length}` } },
  { claim: 'that it does not describe', headers: {} },
];
for (const { claim, headers } of wrongParts)
  test(`readBlob() refuses a part ${claim}`, async (t) => {
    let first = true;
    const registry = await startScript(t, (_, response) => {
      if (!first) return void response.writeHead(206, headers).end(bytes.subarray(7));
      first = false;
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, mebibyte), () => response.destroy());
    });
    await assert.rejects(collect(openScripted(t, registry).readBlob(blob)), { code: 'BAD_REPLY' });
  });

test('readBlob() from a server that always breaks off ends after nine requests', async (t) => {
  const registry = await startScript(t, (_, response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, 1000), () => response.destroy());
  });
  await assert.rejects(collect(openScripted(t, registry).readBlob(blob)), { code: 'BAD_REPLY', message: /ends after/ });
  assert.equal(registry.seen.length, 9);
});
