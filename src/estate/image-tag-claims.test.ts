import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contestedImageTags } from './image-tag-claims.ts';

void test('contestedImageTags() finds every image tag that two git tags would publish', () => {
  const contested = contestedImageTags([
    'v1.2.3',
    'v1.2.3+x',
    '1.2.4',
    'v1.2.4',
    'V1.2.5',
    'v1.2.5',
    'v1.2.6',
    'v1.2.6-rc.1',
    'api/v1.2.6',
    'nightly',
  ]);
  assert.deepEqual(
    contested,
    new Map([
      ['1.2.3', ['v1.2.3', 'v1.2.3+x']],
      ['1.2.4', ['1.2.4', 'v1.2.4']],
      ['1.2.5', ['V1.2.5', 'v1.2.5']],
    ]),
  );
});
