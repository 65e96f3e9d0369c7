import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aliasNamed } from './alias.ts';

const channels = { major: 'always', latest: { kind: 'highest' } } as const;

void test('aliasNamed() finds latest, X and X.Y, and nothing else', () => {
  assert.deepEqual(aliasNamed('latest', channels), { kind: 'latest', name: 'latest', line: undefined });
  assert.deepEqual(aliasNamed('0', channels), { kind: 'major', name: '0', major: 0 });
  assert.deepEqual(aliasNamed('12', channels), { kind: 'major', name: '12', major: 12 });
  assert.deepEqual(aliasNamed('1.20', channels), { kind: 'minor', name: '1.20', major: 1, minor: 20 });
  for (const text of ['', 'Latest', 'edge', '1.2.3', '01', '1.', '.1', '1.02', 'v1', '-1', '1e3', '1234567890'])
    assert.equal(aliasNamed(text, channels), undefined, text);
});

void test('aliasNamed() knows the line of latest, and no alias that the policy does not publish', () => {
  const narrow = { major: 'from-1.0', latest: { kind: 'line', line: '2.1' } } as const;
  assert.equal(aliasNamed('0', narrow), undefined);
  assert.deepEqual(aliasNamed('0.3', narrow), { kind: 'minor', name: '0.3', major: 0, minor: 3 });
  assert.deepEqual(aliasNamed('latest', narrow), { kind: 'latest', name: 'latest', line: '2.1' });
});
