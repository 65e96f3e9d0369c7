import { deepEqual, match } from 'node:assert/strict';
import { test } from 'node:test';
import { readVersion } from '../domain/version.ts';
import { parseChangelog } from './changelog.ts';
import { lintChangelog } from './lint-changelog.ts';

const source = 'https://example.org/o/p';

test('lintChangelog() finds nothing in a changelog as Keep a Changelog writes it', () => {
  const text = `# Changelog

## [Unreleased]

## [1.1.0] - 2026-02-03

### Added

- A thing

## [1.0.1] - 2026-02-01 [YANKED]

### Fixed

- A thing

## [1.0.0] - 2026-01-01

- The first release

[unreleased]: ${source}/compare/v1.1.0...HEAD
[1.1.0]: ${source}/compare/v1.0.0...v1.1.0
[1.0.1]: ${source}/compare/v1.0.0...v1.0.1
[1.0.0]: ${source}/releases/tag/v1.0.0
`;
  deepEqual(found(text, ['1.1.0', '1.0.1', '1.0.0', '1.2.0-rc.1']), []);
});

test('lintChangelog() names each defect of a heading with its line', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['## v1.2.3 - 2026-01-02', ['heading-form']],
    ['## [v1.2.3] - 2026-01-02', ['heading-form']],
    ['## 1.2.3 / 2026-01-02', ['heading-form']],
    ['## [1.2.3] (2026-01-02)', ['heading-form']],
    ['# [1.2.3] - 2026-01-02', ['heading-level']],
    ['### [1.2.3] - 2026-01-02', ['heading-level']],
    ['## [1.2.3]', ['date-missing']],
    ['## [1.2.3] - 2026.01.02', ['date-form']],
    ['## [1.2.3] - 2026 01 02', ['date-form']],
    ['## [1.2.3] - 03.04.2025', ['date-form']],
    ['## [1.2.3] - 03/04/2025', ['date-ambiguous']],
    ['## [1.2.3] - 2026-08-XX', ['date-placeholder']],
    ['## [1.2.3] - TBD', ['date-placeholder']],
    ['## [1.2.3] - 2026-02-30', ['date-impossible']],
    ['## [1.2.3] - 2026-03-01', ['date-future']],
    ['## [1.2.3] - Otter', ['date-unreadable']],
    ['## [1.2.3]  - 2026-01-02 [YANKED]', ['heading-form']],
    ['## [1.2.03] - 2026-01-02', ['version-invalid']],
    ['## [1.2] - 2026-01-02', ['version-invalid']],
    ['[1.2.3] - 2026-01-02\n---', ['heading-form']],
  ];
  for (const [heading, codes] of cases) {
    const defects = lintChangelog(parseChangelog(`## [Unreleased]\n\n${heading}\n- x\n`), facts([], undefined));
    deepEqual(
      defects.map(({ code, line }) => `${code} ${line ?? 0}`),
      codes.map((code) => `${code} 3`),
      heading,
    );
  }
});

test('lintChangelog() names sections that are missing, double, empty or out of order', () => {
  const text = '## 1.0.0 - x\n- x\n## [1.1.0] - 2026-01-01\n### Added\n## [1.0.0] - 2026-01-01\n- x\n## [Unreleased]\n';
  deepEqual(found(text, ['1.0.0', '0.9.0', '0.9.0'], 'local'), [
    'section-missing 0 0.9.0',
    'date-unreadable 1 1.0.0',
    'heading-form 1 1.0.0',
    'section-order 3 1.1.0',
    'section-empty 3 1.1.0',
    'category-empty 4 1.1.0',
    'section-duplicate 5 1.0.0',
    'section-order 7 Unreleased',
  ]);
  deepEqual(found('# Changelog\n', [], 'local'), ['unreleased-missing 0 Unreleased']);
  deepEqual(found('## [Unreleased]\n```\n', [], 'local'), ['unclosed-block 2 nowhere']);
});

test('lintChangelog() names categories that are unknown, double, empty or of the wrong level', () => {
  const text = '## [Unreleased]\n### Fixes\n- x\n### Added\n### Added\n- y\n## Security\n- z\n#### Detail\n- z\n';
  deepEqual(found(text, [], 'local'), [
    'category-unknown 2 Unreleased',
    'category-empty 4 Unreleased',
    'category-duplicate 5 Unreleased',
    'category-level 7 Unreleased',
  ]);
});

test('lintChangelog() names compare links that are missing or lead elsewhere', () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    [`${source}/compare/v1.0.0...HEAD`, /does not end at v1.1.0/],
    [`${source}/compare/v1.1.0...v1.1.0`, /does not begin below v1.1.0/],
    [`${source}/compare/v1.0.5...v1.1.0`, /begins at "v1.0.5", which is not known/],
    [`${source}/releases/tag/v1.0.0`, /does not show v1.1.0/],
    ['https://example.org/another/p/compare/v1.0.0...v1.1.0', /leads to another repository/],
    [`${source}/-/compare/v1.0.0...v1.0.1`, /does not end at v1.1.0/],
  ];
  const section = '## [1.1.0] - 2026-01-02\n- x\n\n## [1.0.0](x) - 2026-01-01\n- x\n\n';
  for (const [url, message] of wrong) {
    const [defect, ...more] = lintChangelog(
      parseChangelog(`## [Unreleased](x)\n${section}[1.1.0]: ${url}\n`),
      facts([], source),
    );
    deepEqual([defect?.code, defect?.line, more.length], ['link-wrong', 8, 0], url);
    match(defect?.message ?? '', message);
  }
  deepEqual(found(`## [Unreleased]\n${section}[unreleased]: ${source}/compare/v1.0.0...HEAD\n`, []), [
    'link-missing 2 1.1.0',
    'link-wrong 8 Unreleased',
  ]);
  for (const url of [
    `${source}/compare/v1.0.0...v1.1.0`,
    `${source}/-/tags/v1.1.0`,
    `${source}/releases/tag/v1.1.0`,
    `${source}/commits/main`,
    `${source}.git/compare/v1.0.0..v1.1.0`,
  ])
    deepEqual(found(`## [Unreleased](x)\n${section}[1.1.0]: ${url}\n`, []), [], url);
});

function found(text: string, versions: readonly string[], origin: 'linked' | 'local' = 'linked'): readonly string[] {
  const defects = lintChangelog(parseChangelog(text), facts(versions, origin === 'linked' ? source : undefined));
  return defects.map(({ code, line, section }) => `${code} ${line ?? 0} ${section ?? 'nowhere'}`);
}

function facts(versions: readonly string[], origin: string | undefined): Parameters<typeof lintChangelog>[1] {
  return { versions: versions.map(readVersion), today: '2026-02-28', source: origin };
}
