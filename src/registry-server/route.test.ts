import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { digestOf } from '../domain/digest.ts';
import { isRepositoryName } from '../domain/image-name.ts';
import { RegistryFault } from './registry-fault.ts';
import { parseRoute } from './route.ts';

const digest = digestOf('x');
const id = '0123456789abcdef0123456789abcdef';

test('parseRoute() reads every endpoint, also where a repository name holds words of endpoints', () => {
  assert.deepEqual(parseRoute('/v2/'), { kind: 'ping' });
  for (const repository of ['app', 'team/app', 'a/manifests/b', 'tags/list', 'blobs']) {
    assert.deepEqual(parseRoute(`/v2/${repository}/blobs/uploads/`), { kind: 'uploads', repository });
    assert.deepEqual(parseRoute(`/v2/${repository}/blobs/uploads`), { kind: 'uploads', repository });
    assert.deepEqual(parseRoute(`/v2/${repository}/blobs/uploads/${id}`), { kind: 'upload', repository, id });
    assert.deepEqual(parseRoute(`/v2/${repository}/blobs/${digest}`), { kind: 'blob', repository, digest });
    assert.deepEqual(parseRoute(`/v2/${repository}/blobs/${encodeURIComponent(digest)}`), {
      kind: 'blob',
      repository,
      digest,
    });
    assert.deepEqual(parseRoute(`/v2/${repository}/referrers/${digest}`), {
      kind: 'referrers',
      repository,
      subject: digest,
    });
    assert.deepEqual(parseRoute(`/v2/${repository}/tags/list`), { kind: 'tags', repository });
    assert.deepEqual(parseRoute(`/v2/${repository}/manifests/1.0`), {
      kind: 'manifest',
      repository,
      reference: { kind: 'tag', tag: '1.0' },
    });
  }
});

test('parseRoute() refuses repositories that would lie in the layout of another one', () => {
  for (const repository of ['a/blobs', 'a/blobs/sha256', 'a/index.json', 'a/b/oci-layout/c'])
    assert.throws(() => parseRoute(`/v2/${repository}/tags/list`), RegistryFault, repository);
});

test('parseRoute() answers any path with checked parts or with a fault 400 or 404', () => {
  const part = fc.oneof(
    fc.constantFrom(
      'v2',
      'blobs',
      'uploads',
      'manifests',
      'tags',
      'list',
      'referrers',
      '..',
      '.',
      '%2e%2e',
      '%2f',
      digest,
      id,
      'a',
      '',
    ),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  const path = fc.array(part, { maxLength: 9 }).map((parts) => `/v2/${parts.join('/')}`);
  fc.assert(
    fc.property(path, (text) => {
      try {
        const route = parseRoute(text);
        if (route.kind !== 'ping') assert.ok(isRepositoryName(route.repository));
        if (route.kind === 'upload') assert.match(route.id, /^[0-9a-f]{32}$/);
      } catch (error) {
        assert.ok(error instanceof RegistryFault && [400, 404].includes(error.status), String(error));
      }
    }),
    { numRuns: 2000 },
  );
});
