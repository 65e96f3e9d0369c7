import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../domain/digest.ts';
import { objectId } from '../domain/object-id.ts';
import { judgeSha } from './judge-sha.ts';
import { shaTag } from './registry-tags.ts';

const commit = objectId(`${'a'.repeat(12)}${'0'.repeat(28)}`);
const twin = objectId(`${'a'.repeat(12)}${'1'.repeat(28)}`);
const digest = digestOf('image');

void test('judgeSha() tells two commits apart that share their short form, whichever of them has the tag', () => {
  assert.equal(shaTag(commit, 'short'), shaTag(twin, 'short'));
  assert.deepEqual(judgeSha(commit, { digest, commits: [twin] }), { is: 'taken', digest, by: twin });
  assert.deepEqual(judgeSha(twin, { digest, commits: [commit] }), { is: 'taken', digest, by: commit });
});

void test('judgeSha() takes a build of the commit over, and nothing that only says so', () => {
  assert.deepEqual(judgeSha(commit, { digest, commits: [twin, commit] }), { is: 'own', digest });
  assert.deepEqual(judgeSha(commit, { digest, commits: [] }), { is: 'unvouched', digest });
  assert.deepEqual(judgeSha(commit, undefined), { is: 'free' });
});
