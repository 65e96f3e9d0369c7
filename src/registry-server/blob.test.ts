import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { truncate, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { errorCode, imageManifest, pushBlob, putManifest, send, startRegistry } from '../../test/registry-fixture.ts';
import { digestOf } from '../domain/digest.ts';
import { blobPath, isServedName, layoutFolder } from './repository-name.ts';
import type { Digest } from '../domain/digest.ts';

function fileOf(folder: string, repository: string, digest: Digest): string {
  assert.ok(isServedName(repository));
  return blobPath(layoutFolder(folder, repository), digest);
}

test('GET and HEAD of a blob give its bytes, size and digest; HEAD has no body', async (t) => {
  const { port } = await startRegistry(t);
  const bytes = randomBytes(3 * 1024 * 1024);
  const digest = await pushBlob(port, 'app', bytes);
  const got = await send(port, { path: `/v2/app/blobs/${digest}` });
  assert.equal(got.status, 200);
  assert.ok(got.body.equals(bytes));
  const head = await send(port, { method: 'HEAD', path: `/v2/app/blobs/${digest}` });
  assert.deepEqual([head.status, head.headers['content-length'], head.body.length], [200, String(bytes.length), 0]);
  assert.equal(head.headers['docker-content-digest'], digest);
  const unchanged = await send(port, { path: `/v2/app/blobs/${digest}`, headers: { 'If-None-Match': `"${digest}"` } });
  assert.equal(unchanged.status, 304);
  assert.equal((await send(port, { method: 'HEAD', path: `/v2/app/blobs/${digestOf('none')}` })).status, 404);
});

test('a Range gives that part, and one outside the blob is 416', async (t) => {
  const { port } = await startRegistry(t);
  const digest = await pushBlob(port, 'app', '0123456789');
  const get = (range: string) => send(port, { path: `/v2/app/blobs/${digest}`, headers: { Range: range } });
  const parts: readonly (readonly [string, string, string])[] = [
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-2', '89', 'bytes 8-9/10'],
    ['bytes=8-500', '89', 'bytes 8-9/10'],
  ];
  for (const [range, text, header] of parts) {
    const part = await get(range);
    assert.deepEqual([part.status, part.body.toString(), part.headers['content-range']], [206, text, header]);
  }
  for (const range of ['bytes=500-0', 'bytes=10-', 'bytes=-0']) {
    const outside = await get(range);
    assert.deepEqual([outside.status, outside.headers['content-range']], [416, 'bytes */10']);
  }
  assert.equal((await get('bytes=0-1,4-5')).status, 200);
});

test('a damaged small blob is a 500 with STORE_CORRUPT, and uploading it again mends it', async (t) => {
  const failures: unknown[] = [];
  const { port, folder } = await startRegistry(t, { onFailure: (error) => failures.push(error) });
  const digest = await pushBlob(port, 'app', 'sound content');
  await writeFile(fileOf(folder, 'app', digest), 'rotten contnt');
  const answer = await send(port, { path: `/v2/app/blobs/${digest}` });
  assert.deepEqual([answer.status, errorCode(answer)], [500, 'STORE_CORRUPT']);
  assert.ok(!answer.body.includes(folder), 'no path goes over the wire');
  assert.equal(failures.length, 1);
  await pushBlob(port, 'app', 'sound content');
  assert.equal((await send(port, { path: `/v2/app/blobs/${digest}` })).body.toString(), 'sound content');
});

test('a damaged large blob never arrives whole: the connection is cut before its last piece', async (t) => {
  const { port, folder } = await startRegistry(t);
  const bytes = randomBytes(2 * 1024 * 1024);
  const digest = await pushBlob(port, 'app', bytes);
  bytes[100] = 255 - (bytes[100] ?? 0);
  await writeFile(fileOf(folder, 'app', digest), bytes);
  await assert.rejects(send(port, { path: `/v2/app/blobs/${digest}` }));
  await truncate(fileOf(folder, 'app', digest), 1024 * 1024 + 1);
  await assert.rejects(send(port, { path: `/v2/app/blobs/${digest}` }));
});

test('a blob that a manifest names cannot be deleted; one that none names can', async (t) => {
  const { port } = await startRegistry(t);
  const config = await pushBlob(port, 'app', '{}');
  const loose = await pushBlob(port, 'app', 'loose');
  const manifest = imageManifest();
  assert.equal((await putManifest(port, '/v2/app/manifests/v1', manifest)).status, 201);
  assert.equal((await send(port, { method: 'DELETE', path: `/v2/app/blobs/${config}` })).status, 405);
  assert.equal((await send(port, { method: 'DELETE', path: `/v2/app/blobs/${manifest.digest}` })).status, 405);
  assert.equal((await send(port, { method: 'DELETE', path: `/v2/app/blobs/${loose}` })).status, 202);
  assert.equal((await send(port, { method: 'HEAD', path: `/v2/app/blobs/${loose}` })).status, 404);
  assert.equal((await send(port, { method: 'DELETE', path: `/v2/app/blobs/${loose}` })).status, 404);
  assert.equal((await send(port, { method: 'HEAD', path: '/v2/app/manifests/v1' })).status, 200);
});
