import { deepEqual, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { readVersion } from '../../domain/version.ts';
import { changelogSection } from './changelog-section.ts';

const changelog = `# Changelog

## [Unreleased]

## [1.2.3] - 2026-02-28

### Fixed

- A thing.

\`\`\`
## [9.9.9] - not a heading
\`\`\`

## [1.2.2] - 2026-01-01

### Added

<!-- nothing yet -->

## [1.2.1] - 2026-02-30
- Text

## [1.2.0]
- Text

## [1.1.0] - 2025-01-01
- First
- Second

[unreleased]: https://example.org/compare/v1.2.3...HEAD
[1.2.3]: https://example.org/releases/v1.2.3
`;

test('changelogSection() takes the text of one version, with code that looks like a heading', () => {
  deepEqual(section('1.2.3'), { is: 'ok', value: '### Fixed\n\n- A thing.\n\n```\n## [9.9.9] - not a heading\n```' });
});

test('changelogSection() leaves the link list at the end out, and reads CRLF', () => {
  deepEqual(section('1.1.0'), { is: 'ok', value: '- First\n- Second' });
  deepEqual(changelogSection(changelog.replaceAll('\n', '\r\n'), readVersion('1.1.0')), {
    is: 'ok',
    value: '- First\n- Second',
  });
});

test('changelogSection() says whether a section is missing, empty, undated or there twice', () => {
  refused('9.9.9', /has no section "## \[9.9.9\] - YYYY-MM-DD"/);
  refused('1.2.2', /empty section for 1.2.2 \(line 15\)/);
  refused('1.2.1', /no date in the heading of 1.2.1/);
  refused('1.2.0', /no date in the heading of 1.2.0/);
  const twice = changelogSection(`${changelog}\n## [1.2.3] - 2026-03-01\n- x\n`, readVersion('1.2.3'));
  ok(twice.is === 'refused');
  match(twice.reason, /two sections for 1.2.3, in lines 5 and 34/);
});

test('changelogSection() never mistakes a version for a longer one', () => {
  refused('1.2.3-rc.1', /has no section/);
});

function section(version: string): ReturnType<typeof changelogSection> {
  return changelogSection(changelog, readVersion(version));
}

function refused(version: string, reason: RegExp): void {
  const found = section(version);
  ok(found.is === 'refused');
  match(found.reason, reason);
}
