import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { imageIndex, imageManifest, pushBlob, putManifest, send, startRegistry } from '../../test/registry-fixture.ts';
import { digestOf, hexOf } from '../domain/digest.ts';
import { isJsonObject, parseJsonObject } from './json-object.ts';

const refName = 'org.opencontainers.image.ref.name';

async function readEntries(folder: string, repository: string): Promise<readonly unknown[]> {
  const json = parseJsonObject(await readFile(join(folder, repository, 'index.json')));
  assert.ok(Array.isArray(json?.['manifests']));
  return json['manifests'];
}

test('the folder of a repository is an image layout that lists tagged and untagged manifests', async (t) => {
  const { port, folder } = await startRegistry(t);
  await pushBlob(port, 'team/app', '{}');
  const [old, now] = [imageManifest({ annotations: { n: '1' } }), imageManifest({ annotations: { n: '2' } })];
  await putManifest(port, '/v2/team/app/manifests/v1', old);
  await putManifest(port, '/v2/team/app/manifests/v1', now);
  await putManifest(port, '/v2/team/app/manifests/latest', now);
  const layout = await readFile(join(folder, 'team/app/oci-layout'), 'utf8');
  assert.deepEqual(JSON.parse(layout), { imageLayoutVersion: '1.0.0' });
  const listed = (await readEntries(folder, 'team/app')).map((entry) => {
    assert.ok(isJsonObject(entry) && isJsonObject(entry['annotations']));
    return [entry['digest'], entry['annotations'][refName]];
  });
  assert.deepEqual(listed, [
    [old.digest, undefined],
    [now.digest, 'v1'],
    [now.digest, 'latest'],
  ]);
  const bytes = await readFile(join(folder, 'team/app/blobs/sha256', hexOf(now.digest)), 'utf8');
  assert.equal(bytes, now.text);
});

test('a layout written by another program is served, its platforms too, and what it says is kept', async (t) => {
  const { port, folder } = await startRegistry(t);
  const child = imageManifest();
  const top = imageIndex([child]);
  const blobs = join(folder, 'foreign/blobs/sha256');
  await mkdir(blobs, { recursive: true });
  for (const text of ['{}', child.text, top.text]) await writeFile(join(blobs, hexOf(digestOf(text))), text);
  const manifests = [
    {
      mediaType: top.mediaType,
      digest: top.digest,
      size: top.size,
      annotations: { [refName]: '2.0.0', 'com.example.note': 'kept' },
    },
    { mediaType: child.mediaType, digest: `sha512:${'0'.repeat(128)}`, size: 1 },
  ];
  await writeFile(join(folder, 'foreign/index.json'), JSON.stringify({ schemaVersion: 2, manifests, extra: true }));
  await writeFile(join(folder, 'foreign/oci-layout'), '{"imageLayoutVersion":"1.0.0"}');

  assert.equal((await send(port, { path: '/v2/foreign/manifests/2.0.0' })).body.toString(), top.text);
  const platform = await send(port, { path: `/v2/foreign/manifests/${child.digest}` });
  assert.deepEqual([platform.body.toString(), platform.headers['content-type']], [child.text, child.mediaType]);
  assert.equal(
    (await send(port, { path: `/v2/foreign/manifests/${digestOf('{}')}` })).status,
    404,
    'a blob is no manifest',
  );
  assert.equal((await putManifest(port, '/v2/foreign/manifests/mine', child)).status, 201);
  assert.deepEqual(
    (await readEntries(folder, 'foreign')).filter((entry) => isJsonObject(entry) && entry['digest'] !== child.digest),
    manifests,
  );
  assert.equal((await send(port, { method: 'DELETE', path: `/v2/foreign/blobs/${digestOf('{}')}` })).status, 405);
});

test('a media type that no header can hold is a 500, and the next request is answered', async (t) => {
  const { port, folder } = await startRegistry(t);
  const image = imageManifest();
  const blobs = join(folder, 'foreign/blobs/sha256');
  await mkdir(blobs, { recursive: true });
  await writeFile(join(blobs, hexOf(image.digest)), image.text);
  const mediaType = `${image.mediaType}\r\nset-cookie: a=b`;
  const manifests = [{ mediaType, digest: image.digest, size: image.size, annotations: { [refName]: 'v1' } }];
  await writeFile(join(folder, 'foreign/index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  await writeFile(join(folder, 'foreign/oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const reply = await send(port, { path: '/v2/foreign/manifests/v1' });
  assert.equal(reply.status, 500);
  assert.equal(reply.headers['set-cookie'], undefined);
  assert.equal(
    (await send(port, { path: '/v2/foreign/tags/list' })).body.toString(),
    '{"name":"foreign","tags":["v1"]}',
  );
});

test('referrers in a layout written by another program are found', async (t) => {
  const { port, folder } = await startRegistry(t);
  const target = imageManifest();
  const referrer = imageManifest({
    subject: { mediaType: target.mediaType, digest: target.digest, size: target.size },
  });
  const blobs = join(folder, 'foreign/blobs/sha256');
  await mkdir(blobs, { recursive: true });
  for (const text of ['{}', target.text, referrer.text]) await writeFile(join(blobs, hexOf(digestOf(text))), text);
  const manifests = [target, referrer].map(({ mediaType, digest, size }) => ({ mediaType, digest, size }));
  await writeFile(join(folder, 'foreign/index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  const found = parseJsonObject((await send(port, { path: `/v2/foreign/referrers/${target.digest}` })).body)?.[
    'manifests'
  ];
  assert.ok(Array.isArray(found) && found.length === 1 && isJsonObject(found[0]));
  assert.equal(found[0]['digest'], referrer.digest);
});
