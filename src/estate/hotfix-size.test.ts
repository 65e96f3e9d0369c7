import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HotfixPolicy } from '../policy/hotfix-schema.ts';
import { measureHotfix } from './hotfix-size.ts';

const measure = (files: Readonly<Record<string, number>>, change: Partial<HotfixPolicy> = {}) =>
  measureHotfix(
    Object.entries(files).map(([path, lines]) => ({ path, lines })),
    {
      hotfix: { maxLines: 10, maxFiles: 2, paths: [], mergeBack: 'required', ...change },
      notBuildInput: ['CHANGELOG.md', 'docs/**'],
    },
  );

void test('a hotfix is within the policy up to the very limit, and what is no build input does not count', () => {
  const size = measure({ 'CHANGELOG.md': 500, 'docs/a/b.md': 500, 'b.rs': 4, 'a.rs': 6 });
  assert.deepEqual(size, {
    files: [
      { path: 'a.rs', lines: 6 },
      { path: 'b.rs', lines: 4 },
    ],
    lines: 10,
    excesses: [],
  });
});

void test('each limit that is passed is said, with what was found and what is wanted', () => {
  assert.deepEqual(measure({ 'a.rs': 11 }).excesses, ['changes 11 lines, at most 10 are wanted']);
  assert.deepEqual(measure({ a: 0, b: 0, c: 0 }).excesses, ['changes 3 files, at most 2 are wanted']);
  assert.deepEqual(measure({ 'src/a.rs': 1, 'ci.yml': 1 }, { paths: ['src/**'] }).excesses, [
    'changes "ci.yml", outside of hotfix.paths',
  ]);
  const many = measure({ a: 9, b: 9, c: 9, d: 9, 'CHANGELOG.md': 1 }, { paths: ['src/**'] });
  assert.equal(many.excesses.length, 3);
  assert.match(many.excesses[2] ?? '', /"a", "b", "c" and 1 more, outside/);
});

void test('a hostile path is quoted', () => {
  assert.doesNotMatch(measure({ 'a\u001b[31m': 1 }, { paths: ['src/**'] }).excesses.join(), /\u001b/);
});
