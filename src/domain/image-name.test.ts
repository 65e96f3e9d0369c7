import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from './digest.ts';
import { formatImageName, parseImageName, parseImageReference } from './image-name.ts';

void test('parseImageName() wants a registry host, so that no image goes to a guessed one', () => {
  for (const text of ['ghcr.io/acme/app', '127.0.0.1:5000/app', 'localhost/app', 'embedded/app', '[::1]:5000/a/b']) {
    const parsed = parseImageName(text);
    assert.equal(parsed.is === 'ok' ? formatImageName(parsed.value) : parsed.reason, text);
  }
  for (const text of [
    'app',
    'acme/app',
    'ghcr.io/',
    'ghcr.io/App',
    'ghcr.io/a/../b',
    '/app',
    'ghcr.io//a',
    'gh cr.io/a',
  ])
    assert.equal(parseImageName(text).is, 'refused', text);
});

void test('parseImageReference() tells a port from a tag and prefers the digest', () => {
  const digest = digestOf('x');
  const at = (text: string): string => {
    const parsed = parseImageReference(text);
    if (parsed.is === 'refused') return parsed.reason;
    return parsed.value.target.kind === 'tag' ? parsed.value.target.tag : parsed.value.target.digest;
  };
  assert.equal(at('localhost:5000/app:1.2'), '1.2');
  assert.equal(at(`localhost:5000/app:1.2@${digest}`), digest);
  assert.match(at('localhost:5000/app'), /neither/);
  assert.match(at('ghcr.io/a/b:../x'), /OCI grammar/);
  assert.match(at('ghcr.io/a/b@sha256:12'), /64/);
});
