import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Answer } from '../../test/registry-fixture.ts';
import { imageManifest, pushBlob, putManifest, send, startRegistry } from '../../test/registry-fixture.ts';
import { digestOf } from '../domain/digest.ts';
import { isJsonObject, parseJsonObject } from './json-object.ts';

function listOf(answer: Answer, field: string): readonly unknown[] {
  const value = parseJsonObject(answer.body)?.[field];
  assert.ok(Array.isArray(value), answer.body.toString());
  return value;
}

function nextOf(answer: Answer): string | undefined {
  return /^<([^>]+)>; rel="next"$/.exec(answer.headers['link']?.toString() ?? '')?.[1];
}

test('tags come sorted, in pages that Link joins, and n=0 is an empty page without Link', async (t) => {
  const { port } = await startRegistry(t);
  await pushBlob(port, 'app', '{}');
  const manifest = imageManifest();
  await putManifest(port, `/v2/app/manifests/${manifest.digest}?tag=latest&tag=1.10.0&tag=1.9.0&tag=Z&tag=a`, manifest);
  const sorted = ['1.10.0', '1.9.0', 'Z', 'a', 'latest'];
  assert.deepEqual(listOf(await send(port, { path: '/v2/app/tags/list' }), 'tags'), sorted);
  const pages: unknown[] = [];
  let sizes = 0;
  for (let path: string | undefined = '/v2/app/tags/list?n=2'; path !== undefined; sizes += 1) {
    const answer: Answer = await send(port, { path });
    pages.push(...listOf(answer, 'tags'));
    path = nextOf(answer);
  }
  assert.deepEqual([pages, sizes], [sorted, 3]);
  const none = await send(port, { path: '/v2/app/tags/list?n=0' });
  assert.deepEqual([listOf(none, 'tags'), none.headers['link']], [[], undefined]);
  assert.deepEqual(listOf(await send(port, { path: '/v2/app/tags/list?last=Y' }), 'tags'), ['Z', 'a', 'latest']);
  assert.equal((await send(port, { path: '/v2/app/tags/list?n=-1' })).status, 400);
  assert.equal((await send(port, { path: '/v2/nobody/tags/list' })).status, 404);
});

test('referrers carry type and annotations, can be filtered and paged, and an unknown subject has none', async (t) => {
  const { port } = await startRegistry(t);
  await pushBlob(port, 'app', '{}');
  const target = imageManifest();
  await putManifest(port, '/v2/app/manifests/v1', target);
  const subject = { mediaType: target.mediaType, digest: target.digest, size: target.size };
  for (const number of ['1', '2', '3']) {
    const artifactType = number === '3' ? 'application/vnd.test.sbom' : 'application/vnd.test.signature';
    const referrer = imageManifest({ artifactType, subject, annotations: { number } });
    const put = await putManifest(port, `/v2/app/manifests/${referrer.digest}`, referrer);
    assert.equal(put.headers['oci-subject'], target.digest);
  }
  const implied = imageManifest({ subject });
  await putManifest(port, `/v2/app/manifests/${implied.digest}`, implied);

  const path = `/v2/app/referrers/${target.digest}`;
  const all = await send(port, { path });
  assert.equal(all.headers['content-type'], 'application/vnd.oci.image.index.v1+json');
  assert.equal(all.headers['oci-filters-applied'], undefined);
  const types = listOf(all, 'manifests').map((item) => (isJsonObject(item) ? item['artifactType'] : undefined));
  assert.deepEqual(types.toSorted(), [
    'application/vnd.oci.empty.v1+json',
    'application/vnd.test.sbom',
    'application/vnd.test.signature',
    'application/vnd.test.signature',
  ]);
  const filtered = await send(port, { path: `${path}?artifactType=application/vnd.test.sbom` });
  assert.equal(filtered.headers['oci-filters-applied'], 'artifactType');
  const [only, ...more] = listOf(filtered, 'manifests');
  assert.ok(isJsonObject(only) && more.length === 0);
  assert.deepEqual(only['annotations'], { number: '3' });

  const paged: unknown[] = [];
  for (let next: string | undefined = `${path}?n=1&artifactType=application/vnd.test.signature`; next !== undefined;) {
    const answer: Answer = await send(port, { path: next });
    assert.equal(answer.headers['oci-filters-applied'], 'artifactType');
    paged.push(...listOf(answer, 'manifests'));
    next = nextOf(answer);
  }
  assert.equal(paged.length, 2);
  for (const unknown of [`/v2/app/referrers/${digestOf('x')}`, `/v2/nobody/referrers/${digestOf('x')}`]) {
    const empty = await send(port, { path: unknown });
    assert.deepEqual([empty.status, listOf(empty, 'manifests')], [200, []]);
  }
  assert.equal((await send(port, { path: '/v2/app/referrers/sha256:short' })).status, 400);
});

test('ten thousand tags come whole, and in pages, each once and in order', async (t) => {
  const { port, folder } = await startRegistry(t);
  await pushBlob(port, 'app', '{}');
  const manifest = imageManifest();
  await putManifest(port, '/v2/app/manifests/latest', manifest);
  const { mediaType, digest, size } = manifest;
  const names = Array.from({ length: 10_000 }, (_, at) => `v${at}`);
  const manifests = names.map((name) => ({
    mediaType,
    digest,
    size,
    annotations: { 'org.opencontainers.image.ref.name': name },
  }));
  await writeFile(join(folder, 'app/index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  const sorted = names.toSorted();
  assert.deepEqual(listOf(await send(port, { path: '/v2/app/tags/list' }), 'tags'), sorted);
  const pages: unknown[] = [];
  for (let path: string | undefined = '/v2/app/tags/list?n=999'; path !== undefined;) {
    const answer: Answer = await send(port, { path });
    pages.push(...listOf(answer, 'tags'));
    path = nextOf(answer);
  }
  assert.deepEqual(pages, sorted);
  assert.equal((await putManifest(port, '/v2/app/manifests/zzz', manifest)).status, 201);
  assert.equal(listOf(await send(port, { path: '/v2/app/tags/list?last=v9999' }), 'tags').join(), 'zzz');
});
