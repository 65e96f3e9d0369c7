import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coversRef } from './tag-rule-pattern.ts';

for (const [pattern, ref, covers] of [
  ['~ALL', 'refs/tags/v1.2.3', true],
  ['refs/tags/v*', 'refs/tags/v1.2.3', true],
  ['refs/tags/v*', 'refs/tags/withdrawn/v1.2.3/1', false],
  ['refs/tags/withdrawn/**/*', 'refs/tags/withdrawn/v1.2.3/1', true],
  ['refs/tags/**/*', 'refs/tags/v1.2.3', true],
  ['refs/tags/**', 'refs/tags/a/b', true],
  ['refs/tags/*', 'refs/tags/a/b', false],
  ['refs/tags/v1.2.?', 'refs/tags/v1.2.3', true],
  ['refs/tags/v1.2.3', 'refs/tags/v1x2.3', false],
  ['refs/tags/v[0-9]*', 'refs/tags/v1.2.3', true],
  ['refs/tags/[!v]*', 'refs/tags/v1', false],
  ['refs/tags/[', 'refs/tags/[', false],
  ['refs/heads/*', 'refs/tags/v1', false],
] as const)
  void test(`the rule "${pattern}" ${covers ? 'covers' : 'does not cover'} ${ref}`, () => {
    assert.equal(coversRef(pattern, ref), covers);
  });
