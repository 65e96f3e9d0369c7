import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { errorCode, imageIndex, imageManifest, pushBlob, send, startRegistry } from '../../test/registry-fixture.ts';
import { contentDigestOf, encodedPart } from './content-digest.ts';
import { parseJsonObject } from './json-object.ts';

const longDigest = (text: string): string => contentDigestOf(Buffer.from(text), 'sha512');

test('blobs are taken and served by SHA-512, announced or not, and lie where the image layout says', async (t) => {
  const { port, folder } = await startRegistry(t);
  const uploads = '/v2/app/blobs/uploads/';
  const digest = longDigest('content');
  const blob = `/v2/app/blobs/${digest}`;
  assert.equal(
    (await send(port, { method: 'POST', path: `${uploads}?digest=${digest}`, body: 'content' })).status,
    201,
  );
  assert.equal(await readFile(join(folder, 'app/blobs/sha512', digest.slice('sha512:'.length)), 'utf8'), 'content');
  for (const query of ['', '?digest-algorithm=sha512', '?digest-algorithm=sha256']) {
    assert.equal((await send(port, { method: 'DELETE', path: blob })).status, 202);
    const path = (await send(port, { method: 'POST', path: `${uploads}${query}` })).headers.location ?? '';
    await send(port, { method: 'PATCH', path, body: 'cont' });
    assert.equal((await send(port, { method: 'PUT', path: `${path}?digest=${digest}`, body: 'ent' })).status, 201);
    const got = await send(port, { path: blob });
    assert.deepEqual([got.body.toString(), got.headers['docker-content-digest']], ['content', digest]);
  }
  const mounted = await send(port, { method: 'POST', path: `/v2/other/blobs/uploads/?mount=${digest}&from=app` });
  assert.equal(mounted.status, 201);
  const unknown = await send(port, { method: 'POST', path: `${uploads}?digest-algorithm=md5` });
  assert.deepEqual([unknown.status, errorCode(unknown)], [400, 'DIGEST_INVALID']);
  const wrong = await send(port, { method: 'POST', path: `${uploads}?digest=${longDigest('x')}`, body: 'content' });
  assert.deepEqual([wrong.status, errorCode(wrong)], [400, 'DIGEST_INVALID']);
});

test('a manifest pushed by SHA-512 has tags, platforms and referrers like any other', async (t) => {
  const { port } = await startRegistry(t);
  await pushBlob(port, 'app', '{}');
  const child = imageManifest();
  const childDigest = longDigest(child.text);
  const top = imageIndex([child]).text.replace(child.digest, childDigest);
  const topDigest = longDigest(top);
  const put = (digest: string, text: string, type: string, query = '') =>
    send(port, {
      method: 'PUT',
      path: `/v2/app/manifests/${digest}${query}`,
      headers: { 'Content-Type': type },
      body: text,
    });
  const index = 'application/vnd.oci.image.index.v1+json';
  assert.equal((await put(topDigest, top, index)).status, 404, 'its platform is not there');
  assert.equal((await put(childDigest, child.text, child.mediaType)).status, 201);
  const tagged = await put(topDigest, top, index, '?tag=1.0.0&tag=latest');
  assert.deepEqual([tagged.status, tagged.headers['oci-tag']], [201, '1.0.0, latest']);
  for (const reference of ['latest', topDigest]) {
    const got = await send(port, { path: `/v2/app/manifests/${reference}` });
    assert.deepEqual([got.body.toString(), got.headers['docker-content-digest']], [top, topDigest]);
  }
  const subject = { mediaType: index, digest: topDigest, size: top.length };
  const referrer = imageManifest({ subject, artifactType: 'application/x-test' });
  const answer = await put(referrer.digest, referrer.text, referrer.mediaType);
  assert.deepEqual([answer.status, answer.headers['oci-subject']], [201, topDigest]);
  const listed = parseJsonObject((await send(port, { path: `/v2/app/referrers/${topDigest}` })).body);
  assert.match(JSON.stringify(listed?.['manifests']), new RegExp(referrer.digest));
  assert.equal((await send(port, { method: 'DELETE', path: `/v2/app/manifests/${topDigest}` })).status, 202);
  assert.equal((await send(port, { path: '/v2/app/manifests/latest' })).status, 404);
  const wrong = await put(childDigest, top, index);
  assert.deepEqual([wrong.status, errorCode(wrong)], [400, 'DIGEST_INVALID']);
});

test('a sparse registry takes images and indexes whose parts are missing; another one refuses them', async (t) => {
  const [{ port: sparse }, { port: whole }] = [await startRegistry(t, { sparse: true }), await startRegistry(t)];
  const image = imageManifest();
  const index = imageIndex([image]);
  for (const manifest of [index, image]) {
    const call = {
      method: 'PUT',
      path: '/v2/app/manifests/v1',
      headers: { 'Content-Type': manifest.mediaType },
      body: manifest.text,
    };
    assert.equal((await send(sparse, call)).status, 201);
    assert.equal((await send(whole, call)).status, 404);
  }
  assert.equal(encodedPart(image.digest).length, 64);
});
