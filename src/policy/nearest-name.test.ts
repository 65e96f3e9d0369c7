import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestName } from './nearest-name.ts';

const known = ['branch', 'releaseBranches', 'ignoreTags', 'rc'];

test('nearestName() understands kebab case, case, swaps and slips', () => {
  assert.equal(nearestName('release-branches', known), 'releaseBranches');
  assert.equal(nearestName('IGNORE_TAGS', known), 'ignoreTags');
  assert.equal(nearestName('brnach', known), 'branch');
  assert.equal(nearestName('branhces', known), undefined);
  assert.equal(nearestName('branches', known), 'branch');
});

test('nearestName() proposes nothing where nothing is near', () => {
  assert.equal(nearestName('totally', known), undefined);
  assert.equal(nearestName('x'.repeat(10_000), known), undefined);
});
