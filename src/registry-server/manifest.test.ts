import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import {
  errorCode,
  imageIndex,
  imageManifest,
  pushBlob,
  putManifest,
  send,
  startRegistry,
} from '../../test/registry-fixture.ts';
import { digestOf, hexOf } from '../domain/digest.ts';
import type { ListenOptions } from './listen-registry.ts';

const base = '/v2/app/manifests';
const first = imageManifest({ annotations: { number: '1' } });
const second = imageManifest({ annotations: { number: '2' } });

async function startWithConfig(t: TestContext, options: Partial<ListenOptions> = {}) {
  const server = await startRegistry(t, options);
  await pushBlob(server.port, 'app', '{}');
  return server;
}

async function digestAt(port: number, tag: string): Promise<string | undefined> {
  return (await send(port, { method: 'HEAD', path: `${base}/${tag}` })).headers['docker-content-digest']?.toString();
}

test('a manifest is served byte for byte by tag and digest, with its type, digest and entity tag', async (t) => {
  const { port } = await startWithConfig(t);
  const put = await putManifest(port, `${base}/v1`, first);
  assert.equal(put.status, 201);
  assert.equal(put.headers.location, `${base}/${first.digest}`);
  for (const reference of ['v1', first.digest]) {
    const got = await send(port, { path: `${base}/${reference}` });
    assert.equal(got.body.toString(), first.text);
    const { etag, 'content-type': type, 'docker-content-digest': digest } = got.headers;
    assert.deepEqual([type, etag, digest], [first.mediaType, `"${first.digest}"`, first.digest]);
    const head = await send(port, { method: 'HEAD', path: `${base}/${reference}` });
    assert.deepEqual([head.status, head.headers['content-length'], head.body.length], [200, String(first.size), 0]);
  }
  const unchanged = await send(port, { path: `${base}/v1`, headers: { 'If-None-Match': `"${first.digest}"` } });
  assert.equal(unchanged.status, 304);
  const missing = await send(port, { path: `${base}/v2` });
  assert.deepEqual([missing.status, errorCode(missing)], [404, 'MANIFEST_UNKNOWN']);
  assert.equal((await send(port, { path: '/v2/nobody/manifests/v1' })).status, 404);
});

test('If-None-Match: * creates a tag once, and If-Match moves it only from the digest named', async (t) => {
  const { port } = await startWithConfig(t);
  const create = { 'If-None-Match': '*' };
  assert.equal((await putManifest(port, `${base}/v1`, first, { 'If-Match': `"${first.digest}"` })).status, 412);
  assert.equal((await putManifest(port, `${base}/v1`, first, create)).status, 201);
  const again = await putManifest(port, `${base}/v1`, second, create);
  assert.deepEqual([again.status, errorCode(again)], [412, 'PRECONDITION_FAILED']);
  assert.ok(again.body.includes(first.digest), 'the answer says where the tag points');
  assert.equal((await putManifest(port, `${base}/v1`, second, { 'If-Match': `"${second.digest}"` })).status, 412);
  assert.equal(await digestAt(port, 'v1'), first.digest);
  assert.equal((await putManifest(port, `${base}/v1`, second, { 'If-Match': `"${first.digest}"` })).status, 201);
  assert.equal(await digestAt(port, 'v1'), second.digest);
});

test('of many writers that send the same If-Match exactly one wins', async (t) => {
  const { port } = await startWithConfig(t);
  await putManifest(port, `${base}/latest`, first);
  const rivals = Array.from({ length: 8 }, (_, number) => imageManifest({ annotations: { rival: String(number) } }));
  const answers = await Promise.all(
    rivals.map((rival) => putManifest(port, `${base}/latest`, rival, { 'If-Match': `"${first.digest}"` })),
  );
  const winners = rivals.filter((_, number) => answers[number]?.status === 201);
  assert.equal(winners.length, 1);
  assert.equal(await digestAt(port, 'latest'), winners[0]?.digest);
});

test('a PUT by digest with tag parameters moves all tags, or none where one may not move', async (t) => {
  const { port } = await startWithConfig(t, { immutableTags: (tag) => /^\d+\.\d+\.\d+$/.test(tag) });
  const put = await putManifest(port, `${base}/${first.digest}?tag=1.0.0&tag=1.0&tag=latest`, first);
  assert.equal(put.status, 201);
  assert.equal(put.headers['oci-tag'], '1.0.0, 1.0, latest');
  const refused = await putManifest(port, `${base}/${second.digest}?tag=latest&tag=1.0&tag=1.0.0`, second);
  assert.deepEqual([refused.status, errorCode(refused)], [412, 'TAG_IMMUTABLE']);
  for (const tag of ['1.0.0', '1.0', 'latest']) assert.equal(await digestAt(port, tag), first.digest);
  const moved = await putManifest(port, `${base}/${second.digest}?tag=latest&tag=1.0`, second);
  assert.equal(moved.status, 201);
  assert.equal(await digestAt(port, 'latest'), second.digest);
  assert.equal((await putManifest(port, `${base}/${second.digest}?tag=a%2Fb`, second)).status, 400);
  const many = Array.from({ length: 101 }, (_, number) => `tag=t${number}`).join('&');
  assert.equal((await putManifest(port, `${base}/${second.digest}?${many}`, second)).status, 414);
});

test('an immutable tag takes the same digest again, never another, and cannot be deleted', async (t) => {
  const { port } = await startWithConfig(t, { immutableTags: (tag) => tag === '1.0.0' });
  assert.equal((await putManifest(port, `${base}/1.0.0`, first)).status, 201);
  assert.equal((await putManifest(port, `${base}/1.0.0`, first)).status, 201);
  assert.equal((await putManifest(port, `${base}/1.0.0`, second)).status, 412);
  for (const reference of ['1.0.0', first.digest])
    assert.equal((await send(port, { method: 'DELETE', path: `${base}/${reference}` })).status, 405);
  assert.equal(await digestAt(port, '1.0.0'), first.digest);
});

test('a manifest whose blobs or platforms are missing is MANIFEST_BLOB_UNKNOWN, a missing subject is not', async (t) => {
  const { port } = await startRegistry(t);
  const noConfig = await putManifest(port, `${base}/v1`, first);
  assert.deepEqual([noConfig.status, errorCode(noConfig)], [404, 'MANIFEST_BLOB_UNKNOWN']);
  await pushBlob(port, 'app', '{}');
  const index = imageIndex([first]);
  assert.equal((await putManifest(port, `${base}/v1`, index)).status, 404);
  await putManifest(port, `${base}/${first.digest}`, first);
  assert.equal((await putManifest(port, `${base}/v1`, index)).status, 201);
  const subject = { mediaType: first.mediaType, digest: digestOf('nowhere'), size: 7 };
  const referrer = await putManifest(port, `${base}/ref`, imageManifest({ subject }));
  assert.deepEqual([referrer.status, referrer.headers['oci-subject']], [201, subject.digest]);
  const foreign = {
    mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
    digest: digestOf('f'),
    size: 1,
  };
  assert.equal((await putManifest(port, `${base}/foreign`, imageManifest({ layers: [foreign] }))).status, 201);
  const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: digestOf('{}'), size: 3 };
  assert.equal((await putManifest(port, `${base}/size`, imageManifest({ layers: [layer] }))).status, 400);
});

test('what is no manifest, is called what it is not, or is above 4 MiB is refused', async (t) => {
  const { port } = await startWithConfig(t);
  const put = (body: string, type: string) =>
    send(port, { method: 'PUT', path: `${base}/v1`, headers: { 'Content-Type': type }, body });
  assert.equal((await put('not json', first.mediaType)).status, 400);
  assert.equal((await put(first.text, 'application/vnd.oci.image.index.v1+json')).status, 400);
  assert.equal((await put(first.text, 'text/html')).status, 400);
  assert.equal((await put(imageManifest({ manifests: [] }).text, first.mediaType)).status, 400);
  const other = await putManifest(port, `${base}/${second.digest}`, first);
  assert.deepEqual([other.status, errorCode(other)], [400, 'DIGEST_INVALID']);
  const padding = 'x'.repeat(4 * 1024 * 1024);
  assert.equal((await putManifest(port, `${base}/v1`, imageManifest({ annotations: { padding } }))).status, 413);
  const streamed = await putManifest(port, `${base}/v1`, imageManifest({ annotations: { padding } }), {
    'Transfer-Encoding': 'chunked',
  });
  assert.equal(streamed.status, 413);
  assert.equal(
    (await putManifest(port, `${base}/v1`, imageManifest({ annotations: { padding: 'x'.repeat(3_900_000) } }))).status,
    201,
  );
});

test('deleting a tag keeps its manifest, deleting a manifest takes its tags, and a platform of an index stays', async (t) => {
  const { port } = await startWithConfig(t);
  await putManifest(port, `${base}/${first.digest}?tag=a&tag=b`, first);
  assert.equal((await send(port, { method: 'DELETE', path: `${base}/a` })).status, 202);
  assert.equal((await send(port, { path: `${base}/a` })).status, 404);
  assert.equal((await send(port, { method: 'DELETE', path: `${base}/a` })).status, 404);
  assert.equal(await digestAt(port, 'b'), first.digest);
  const index = imageIndex([first]);
  await putManifest(port, `${base}/index`, index);
  assert.equal((await send(port, { method: 'DELETE', path: `${base}/${first.digest}` })).status, 405);
  assert.equal((await send(port, { method: 'DELETE', path: `${base}/${index.digest}` })).status, 202);
  assert.equal((await send(port, { path: `${base}/index` })).status, 404);
  assert.equal((await send(port, { method: 'DELETE', path: `${base}/${first.digest}` })).status, 202);
  for (const reference of ['b', first.digest])
    assert.equal((await send(port, { path: `${base}/${reference}` })).status, 404);
});

test('a damaged manifest is a 500 with STORE_CORRUPT until it is pushed again', async (t) => {
  const { port, folder } = await startWithConfig(t);
  await putManifest(port, `${base}/v1`, first);
  await writeFile(join(folder, 'app/blobs/sha256', hexOf(first.digest)), second.text);
  const answer = await send(port, { path: `${base}/v1` });
  assert.deepEqual([answer.status, errorCode(answer)], [500, 'STORE_CORRUPT']);
  assert.equal((await send(port, { method: 'HEAD', path: `${base}/v1` })).status, 500);
  assert.equal((await putManifest(port, `${base}/v1`, first)).status, 201);
  assert.equal((await send(port, { path: `${base}/v1` })).body.toString(), first.text);
});

test('a damaged index.json is an error and is never overwritten', async (t) => {
  const { port, folder } = await startWithConfig(t);
  await putManifest(port, `${base}/v1`, first);
  await writeFile(join(folder, 'app/index.json'), '{"manifests": [');
  for (const answer of [await send(port, { path: `${base}/v1` }), await putManifest(port, `${base}/v2`, second)])
    assert.deepEqual([answer.status, errorCode(answer)], [500, 'STORE_CORRUPT']);
});
