import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readVersion } from './version.ts';
import { isInRange, parseVersionRange } from './version-range.ts';

const versions = ['0.9.0', '1.0.0-rc.1', '1.0.0', '1.2.0', '1.2.9', '1.10.0', '2.0.0'];

function within(text: string): readonly string[] {
  const range = parseVersionRange(text);
  assert.ok(range.is === 'ok', `${text} ${range.is === 'refused' ? range.reason : ''}`);
  return versions.filter((version) => isInRange(range.value, readVersion(version)));
}

void test('a range holds both its ends, a line all its versions with their candidates', () => {
  assert.deepEqual(within('1.0.0..1.2.0'), ['1.0.0', '1.2.0']);
  assert.deepEqual(within('v1.2.0..v1.10.0'), ['1.2.0', '1.2.9', '1.10.0']);
  assert.deepEqual(within('1.10.0..'), ['1.10.0', '2.0.0']);
  assert.deepEqual(within('..1.0.0'), ['0.9.0', '1.0.0-rc.1', '1.0.0']);
  assert.deepEqual(within('1'), ['1.0.0-rc.1', '1.0.0', '1.2.0', '1.2.9', '1.10.0']);
  assert.deepEqual(within('1.2'), ['1.2.0', '1.2.9']);
  assert.deepEqual(within('1.2.0'), ['1.2.0']);
});

void test('parseVersionRange() refuses what could be read in two ways', () => {
  for (const text of [
    '',
    '..',
    '1.0.0..2.0.0..',
    '1.0.0...2.0.0',
    '2.0.0..1.0.0',
    '>=1.0.0',
    '^1',
    '1..2',
    '01',
    'x',
    '1.x',
  ])
    assert.equal(parseVersionRange(text).is, 'refused', text);
});
