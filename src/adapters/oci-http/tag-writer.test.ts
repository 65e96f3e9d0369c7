import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImageTag } from '../../domain/image-name.ts';
import { imageTag } from '../../domain/image-name.ts';
import { createRegistryHosts } from './registry-hosts.ts';
import type { Script } from './scripted-registry.ts';
import { openScripted, sampleIndex, sendError, sendManifest, startScript } from './scripted-registry.ts';

const sample = sampleIndex();
const tags = ['1.2.3', '1.2', '1', 'latest'].map(imageTag);

/** Takes single tags always, and of several those that `accept` lets through, named as `name` says. */
function taking(
  accept: (tags: readonly string[]) => readonly string[],
  name: (tags: readonly string[]) => string[],
): Script {
  return (request, response) => {
    const asked = new URL(request.path, 'http://x').searchParams.getAll('tag');
    const taken = accept(asked);
    if (taken.length > 0) response.setHeader('oci-tag', name(taken));
    response.writeHead(201).end();
  };
}

const forms: readonly {
  claim: string;
  accept: (tags: readonly string[]) => readonly string[];
  single: readonly string[];
}[] = [
  { claim: 'all tags are taken', accept: (asked) => asked, single: [] },
  { claim: 'the first two only', accept: (asked) => asked.slice(0, 2), single: ['1', 'latest'] },
  { claim: 'the parameter is ignored', accept: () => [], single: ['1.2.3', '1.2', '1', 'latest'] },
];
for (const { claim, accept, single } of forms)
  for (const [form, name] of [
    ['repeated headers', (taken: readonly string[]) => [...taken]],
    ['a comma list', (taken: readonly string[]) => [taken.join(', ')]],
  ] as const)
    test(`writeTags() with ${form}: where ${claim}, one request and one for each of the rest do it`, async (t) => {
      const registry = await startScript(t, taking(accept, name));
      assert.deepEqual(await openScripted(t, registry).writeTags(sample, tags), tags);
      const query = 'tag=1.2.3&tag=1.2&tag=1&tag=latest';
      const [first, ...rest] = registry.log();
      assert.equal(first, `PUT /v2/acme/app/manifests/${sample.digest}?${query}`);
      assert.deepEqual(rest.toSorted(), single.map((tag) => `PUT /v2/acme/app/manifests/${tag}`).toSorted());
    });

test('that a host ignores the parameter is learned once, for all its repositories', async (t) => {
  const registry = await startScript(
    t,
    taking(
      () => [],
      () => [],
    ),
  );
  const hosts = createRegistryHosts();
  await openScripted(t, registry, { hosts }).writeTags(sample, tags);
  const other = openScripted(t, registry, { hosts });
  await other.writeTags(sample, tags);
  assert.equal(other.requestCount(), tags.length);
});

test('writeTags() of one tag is one ordinary request, of none it is nothing', async (t) => {
  const registry = await startScript(
    t,
    taking(
      (asked) => asked,
      (taken) => [...taken],
    ),
  );
  const repository = openScripted(t, registry);
  assert.deepEqual(await repository.writeTags(sample, [imageTag('latest'), imageTag('latest')]), ['latest']);
  assert.deepEqual(await repository.writeTags(sample, []), []);
  assert.deepEqual(registry.log(), ['PUT /v2/acme/app/manifests/latest']);
});

test('writeTags() splits after 414 until the pieces are taken', async (t) => {
  const many = Array.from({ length: 10 }, (_, number) => imageTag(`1.${number}`));
  const takes = taking(
    (asked) => asked,
    (taken) => [...taken],
  );
  const registry = await startScript(t, (request, response) => {
    const asked = new URL(request.path, 'http://x').searchParams.getAll('tag');
    if (asked.length > 3) sendError(response, 414, 'SIZE_INVALID');
    else takes(request, response);
  });
  assert.deepEqual(await openScripted(t, registry).writeTags(sample, many), many);
  assert.equal(
    registry.seen.filter(({ path }) => path.includes('?')).length,
    7,
    '10, then 5 and 5, then 3 and 2 twice',
  );
});

test('writeTags() keeps its request lines short', async (t) => {
  const many = Array.from({ length: 100 }, (_, number) => imageTag(`${'x'.repeat(120)}-${number}`));
  const registry = await startScript(
    t,
    taking(
      (asked) => asked,
      (taken) => [...taken],
    ),
  );
  assert.deepEqual(await openScripted(t, registry).writeTags(sample, many), many);
  assert.ok(registry.seen.every(({ path }) => path.length < 4200));
  assert.ok(registry.seen.length <= 5);
});

test('writeTags() that fails as a whole is tried tag by tag, and leaves out a tag that another writer changed', async (t) => {
  const other = sampleIndex('other');
  const registry = await startScript(t, (request, response) => {
    if (request.path.includes('?')) sendError(response, 412, 'PRECONDITION_FAILED');
    else if (request.method === 'HEAD') sendManifest(response, other);
    else if (request.path.endsWith('/latest')) sendError(response, 412, 'PRECONDITION_FAILED');
    else response.writeHead(201).end();
  });
  const written: readonly ImageTag[] = await openScripted(t, registry).writeTags(sample, tags, other.digest);
  assert.deepEqual(written, ['1.2.3', '1.2', '1']);
  for (const { headers, method } of registry.seen)
    if (method === 'PUT') assert.equal(headers['if-match'], `"${other.digest}"`);
});

test('writeTags() goes on tag by tag after a failure in the middle, and reports an immutable tag', async (t) => {
  const other = sampleIndex('other');
  const registry = await startScript(t, (request, response) => {
    if (request.method === 'HEAD') sendManifest(response, other);
    else if (request.path.includes('?')) response.setHeader('oci-tag', '1.2.3').writeHead(201).end();
    else if (request.path.endsWith('/1.2'))
      sendError(response, 400, { code: 'TAG_INVALID', message: 'it is immutable' });
    else response.writeHead(201).end();
  });
  await assert.rejects(openScripted(t, registry).writeTags(sample, tags), { code: 'IMMUTABLE_IN_REGISTRY' });
  assert.equal(
    registry.seen.filter(({ method }) => method === 'PUT').length,
    4,
    'the others were written all the same',
  );
});

test('writeTags() does not believe tags nobody asked for, and refuses another digest', async (t) => {
  let digest = '';
  const registry = await startScript(t, (_, response) => {
    if (digest !== '') response.setHeader('docker-content-digest', digest);
    response.setHeader('oci-tag', 'evil, other').writeHead(201).end();
  });
  const repository = openScripted(t, registry);
  assert.deepEqual(await repository.writeTags(sample, tags), tags);
  assert.equal(repository.requestCount(), 5);
  digest = sampleIndex('x').digest;
  await assert.rejects(repository.writeTags(sample, tags), { code: 'DIGEST_MISMATCH' });
});
