import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tagPatternExamples } from '../../../test/make/gitea-tag-patterns.ts';
import { searchRegexp } from '../../domain/regexp-search.ts';
import { regexpOfPattern } from './tag-pattern.ts';

test('a pattern covers the tags that Gitea says it covers', () => {
  for (const [pattern, covered, not] of tagPatternExamples) {
    for (const tag of covered) assert.equal(searchRegexp(regexpOfPattern(pattern), tag), true, `${pattern} ${tag}`);
    for (const tag of not) assert.equal(searchRegexp(regexpOfPattern(pattern), tag), false, `${pattern} ${tag}`);
  }
});

test('what is no pattern is unreadable, and not what covers nothing', () => {
  for (const pattern of ['{v*', '/(?i)v/', '/v(/'])
    assert.equal(searchRegexp(regexpOfPattern(pattern), 'v1'), undefined);
});
