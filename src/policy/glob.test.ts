import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesGlob } from './glob.ts';

const table: readonly (readonly [string, string, boolean])[] = [
  ['CHANGELOG.md', 'CHANGELOG.md', true],
  ['CHANGELOG.md', 'CHANGELOGxmd', false],
  ['CHANGELOG.md', 'a/CHANGELOG.md', false],
  ['docs/**', 'docs/a/b.md', true],
  ['docs/**', 'docs', false],
  ['docs/**', 'docs-internal/a.md', false],
  ['**/README.md', 'README.md', true],
  ['**/README.md', 'a/b/README.md', true],
  ['a/**/z', 'a/z', true],
  ['*.md', 'a/b.md', false],
  ['a*c', 'ac', true],
  ['a*a', 'a', false],
  ['*a*b*', 'xaybz', true],
  ['*a*b*', 'xbya', false],
  ['hotfix/*', 'hotfix/v1.2.3', true],
  ['hotfix/*', 'hotfix/a/b', false],
  ['hotfix/*', 'main', false],
  ['release-1.x', 'release-1.x', true],
  ['release-1.x', 'release-1yx', false],
  ['fix/*(1)+$', 'fix/a(1)+$', true],
];

for (const [pattern, text, expected] of table)
  test(`matchesGlob() says ${expected} for ${pattern} and ${text}`, () =>
    assert.equal(matchesGlob(pattern, text), expected));
