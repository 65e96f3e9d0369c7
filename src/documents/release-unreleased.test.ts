import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { readVersion } from '../domain/version.ts';
import { addSection, releaseUnreleased } from './release-unreleased.ts';
import type { Edit } from './text-lines.ts';

const source = 'https://example.org/o/p';
const release = (version: string, from: string | undefined = source): Parameters<typeof releaseUnreleased>[1] => {
  return { version: readVersion(version), date: '2026-02-03', source: from };
};
const before = `# Changelog

## [Unreleased]

### Added
- A thing

## [1.0.0] - 2026-01-01
- First

[unreleased]:   ${source}/compare/v1.0.0...main "what is new"
[1.0.0]: ${source}/releases/tag/v1.0.0
`;
const after = `# Changelog

## [Unreleased]

## [1.1.0] - 2026-02-03

### Added
- A thing

## [1.0.0] - 2026-01-01
- First

[unreleased]:   ${source}/compare/v1.1.0...main "what is new"
[1.1.0]: ${source}/compare/v1.0.0...v1.1.0
[1.0.0]: ${source}/releases/tag/v1.0.0
`;

test('releaseUnreleased() dates the section, opens a fresh one and moves the compare links', () => {
  equal(textOf(releaseUnreleased(before, release('1.1.0'))), after);
});

test('releaseUnreleased() compares with the last tag, which a link can show, rather than with the last section', () => {
  const tagged = ['0.9.0', '1.0.2', '1.1.0-rc.1', '2.0.0'].map(readVersion);
  const edited = textOf(releaseUnreleased(before, { ...release('1.1.0'), tagged }));
  match(edited, /^\[1\.1\.0\]: .*compare\/v1\.0\.2\.\.\.v1\.1\.0$/m);
});

test('releaseUnreleased() keeps line endings, the byte order mark and a missing final newline', () => {
  const windows = (text: string): string => `\uFEFF${text.replaceAll('\n', '\r\n').trimEnd()}`;
  equal(textOf(releaseUnreleased(windows(before), release('1.1.0'))), windows(after));
});

test('releaseUnreleased() says that it is done already, whatever the date', () => {
  const again = releaseUnreleased(after, { ...release('1.1.0'), date: '2026-02-04' });
  deepEqual(again, { is: 'unchanged', reason: 'has the section 1.1.0 already (line 5)' });
});

test('releaseUnreleased() writes the links of each forge, and of a first release', () => {
  const start = '## [Unreleased]\n- x\n';
  const linked = (text: string, from: string): string => textOf(releaseUnreleased(text, release('1.1.0', from)));
  match(
    linked(start, `${source}.git`),
    /\n\n\[Unreleased\]: https:\/\/example.org\/o\/p\/compare\/v1.1.0...HEAD\n\[1.1.0\]: https:\/\/example.org\/o\/p\/releases\/tag\/v1.1.0\n$/,
  );
  match(
    linked(start, 'https://gitlab.example.org/o/p/'),
    /HEAD\n\[1.1.0\]: https:\/\/gitlab.example.org\/o\/p\/-\/tags\/v1.1.0\n$/,
  );
  const second = `${start}## [1.0.0] - 2026-01-01\n- x\n\n[1.0.0]: ${source}/-/tags/v1.0.0\n`;
  match(
    linked(second, source),
    /\n\n\[Unreleased\]: .*\/-\/compare\/v1.1.0...HEAD\n\[1.1.0\]: .*\/-\/compare\/v1.0.0...v1.1.0\n\[1.0.0\]: .*\n$/,
  );
});

test('releaseUnreleased() writes no links without a source, and none for a heading without brackets', () => {
  const start = '## Unreleased\n- x\n';
  const section = '## Unreleased\n\n## [1.1.0] - 2026-02-03\n- x\n';
  equal(textOf(releaseUnreleased(start, { ...release('1.1.0'), source: undefined })), section);
  equal(textOf(releaseUnreleased(start, release('1.1.0'))), `${section}\n[1.1.0]: ${source}/releases/tag/v1.1.0\n`);
});

test('releaseUnreleased() keeps a link that stands in the heading there', () => {
  const text = `## [Unreleased](${source}/compare/v1.0.0...HEAD)\n- x\n\n## [1.0.0](${source}/releases/tag/v1.0.0)\n- y\n`;
  const edited = textOf(releaseUnreleased(text, release('1.1.0')));
  match(
    edited,
    /^## \[Unreleased\]\(https:\/\/example.org\/o\/p\/compare\/v1.1.0...HEAD\)\n\n## \[1.1.0\] - 2026-02-03\n- x\n/,
  );
  match(edited, /- y\n\n\[1.1.0\]: https:\/\/example.org\/o\/p\/compare\/v1.0.0...v1.1.0\n$/);
});

test('releaseUnreleased() refuses with the reason', () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['# Changelog\n', '1.0.0', /has no section "## \[Unreleased\]"/],
    ['## [Unreleased]\n- x\n## Unreleased\n', '1.0.0', /two sections for what is unreleased, in lines 1 and 3/],
    ['## [Unreleased]\n\n### Added\n', '1.0.0', /has nothing in the section in line 1/],
    ['### [Unreleased]\n- x\n', '1.0.0', /at level 3, "## \[Unreleased\]" is wanted \(line 1\)/],
    ['## [Unreleased]\n```\n', '1.0.0', /never closed \(line 2\)/],
    [before, '0.9.1', /has a section for 1.0.0, which is higher than 0.9.1/],
    [before, '1.1.0-rc.1', /only stable versions have one/],
    [`${before}## 1.1.0\n## 1.1.0\n`, '1.1.0', /two sections for 1.1.0/],
  ];
  for (const [text, version, reason] of cases) match(reasonOf(releaseUnreleased(text, release(version))), reason);
  match(reasonOf(releaseUnreleased(before, { ...release('1.1.0'), date: '2026-02-30' })), /YYYY-MM-DD is wanted/);
});

test('addSection() puts the section of a hotfix at its place, and leaves what is unreleased alone', () => {
  const edited = textOf(addSection(after, { ...release('1.0.1'), body: '\n### Fixed\n\n- A hole\n' }));
  match(
    edited,
    /## \[Unreleased\]\n\n## \[1.1.0\][^]*- A thing\n\n## \[1.0.1\] - 2026-02-03\n\n### Fixed\n\n- A hole\n\n## \[1.0.0\]/,
  );
  match(
    edited,
    /compare\/v1.1.0...main "what is new"\n\[1.1.0\]: .*\n\[1.0.1\]: .*\/compare\/v1.0.0...v1.0.1\n\[1.0.0\]/,
  );
  equal(addSection(edited, { ...release('1.0.1'), body: '- Other' }).is, 'unchanged');
});

test('addSection() puts the lowest version last, above the links', () => {
  const edited = textOf(addSection(before, { ...release('0.9.0'), body: '- Old' }));
  match(
    edited,
    /- First\n\n## \[0.9.0\] - 2026-02-03\n\n- Old\n\n\[unreleased\]: {3}.*\/v1.0.0...main "what is new"\n\[1.0.0\]: .*\n\[0.9.0\]: .*\/tag\/v0.9.0\n$/,
  );
});

test('addSection() refuses a text that is empty or would break the file', () => {
  for (const body of ['', '### Added\n', '## [3.0.0] - 2026-01-01\n- x', '```\n- x'])
    equal(addSection(before, { ...release('1.0.1'), body }).is, 'refused', body);
});

function textOf(edit: Edit): string {
  return edit.is === 'edited' ? edit.text : `${edit.is}: ${edit.reason}`;
}

function reasonOf(edit: Edit): string {
  return edit.is === 'refused' ? edit.reason : edit.is;
}
