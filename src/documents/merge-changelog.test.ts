import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChangelogSides } from './merge-changelog.ts';
import { mergeChangelog } from './merge-changelog.ts';

const source = 'https://example.org/acme/app';
const head = '# Changelog\n\nAll notable changes.\n\n';
const first = '## [1.0.0] - 2026-01-01\n\n- First.\n';
const links = `\n[Unreleased]: ${source}/compare/v1.0.0...HEAD\n[1.0.0]: ${source}/releases/tag/v1.0.0\n`;
const mended = '## [1.0.1] - 2026-02-03\n\n### Fixed\n\n- Uploads   are kept. \n\n    code\n\n';

const base = `${head}## [Unreleased]\n\n${first}`;
const ours = `${head}## [Unreleased]\n\n### Added\n\n- On main.\n\n## [1.1.0] - 2026-02-02\n\n- More.\n\n${first}`;
const theirs = `${head}## [Unreleased]\n\n${mended}${first}`;

const merge = (sides: Partial<ChangelogSides>) => mergeChangelog({ base, ours, theirs, source: undefined, ...sides });

void test('the section of the hotfix comes to its place, and both sides keep every byte', () => {
  assert.deepEqual(merge({}), {
    is: 'edited',
    text: ours.replace(first, `${mended}${first}`),
  });
});

void test('compare links: the new one is added, Unreleased stays as the higher version needs it', () => {
  const link = (from: string, to: string) => `${source}/compare/v${from}...${to}`;
  const result = merge({
    base: base + links,
    ours: `${ours}\n[Unreleased]: ${link('1.1.0', 'HEAD')}\n[1.1.0]: ${link('1.0.0', 'v1.1.0')}\n[1.0.0]: ${source}/releases/tag/v1.0.0\n`,
    theirs: `${theirs}\n[Unreleased]: ${link('1.0.1', 'HEAD')}\n[1.0.1]: ${link('1.0.0', 'v1.0.1')}\n[1.0.0]: ${source}/releases/tag/v1.0.0\n`,
    source,
  });
  assert.ok(result.is === 'edited');
  const written = result.text.split('\n').filter((line) => /^\[.*\]: /.test(line));
  assert.deepEqual(written, [
    `[Unreleased]: ${link('1.1.0', 'HEAD')}`,
    `[1.1.0]: ${link('1.0.0', 'v1.1.0')}`,
    `[1.0.1]: ${link('1.0.0', 'v1.0.1')}`,
    `[1.0.0]: ${source}/releases/tag/v1.0.0`,
  ]);
});

void test('two hotfixes at once come in the right order', () => {
  const second = '## [1.0.2] - 2026-02-04\n\n- Downloads too.\n\n';
  assert.deepEqual(merge({ theirs: `${head}## [Unreleased]\n\n${second}${mended}${first}` }), {
    is: 'edited',
    text: ours.replace(first, `${second}${mended}${first}`),
  });
});

void test('what is there already, word for word, is left alone', () => {
  assert.equal(merge({ ours: ours.replace(first, `${mended}${first}`) }).is, 'unchanged');
});

for (const [what, sides, reason] of [
  [
    'another text for the same version',
    { ours: theirs.replace('Uploads', 'Downloads') },
    /says something else about 1\.0\.1/,
  ],
  [
    'a change of an older section',
    { theirs: theirs.replace('- First.', '- The first.') },
    /more than it adds sections/,
  ],
  ['a change of the preamble', { theirs: theirs.replace('All notable', 'Some notable') }, /more than it adds sections/],
  [
    'something unreleased',
    { theirs: theirs.replace('## [Unreleased]\n', '## [Unreleased]\n\n- Half done.\n') },
    /more than/,
  ],
  [
    'a heading nobody else writes',
    { theirs: theirs.replace('[1.0.1] - 2026-02-03', '1.0.1 (3 Feb 2026)') },
    /heading is not/,
  ],
  ['a link that would be lost', { theirs: `${theirs}\n[1.0.1]: https://example.org/x\n` }, /link \[1\.0\.1\]/],
  ['a section that swallows what follows', { theirs: theirs.replace('    code', '```') }, /./],
] as const)
  void test(`${what} is for a person to merge`, () => {
    const result = merge(sides);
    assert.ok(result.is === 'refused', JSON.stringify(result));
    assert.match(result.reason, reason);
  });
