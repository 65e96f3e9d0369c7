import { deepEqual, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import type { Parsed } from '../domain/brand.ts';
import { accept } from '../domain/brand.ts';
import { readVersion } from '../domain/version.ts';
import { parseChangelog, sectionText } from './changelog.ts';
import { changesFor } from './changes-for.ts';

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

test('changesFor() takes the text of one version, with code that looks like a heading', () => {
  deepEqual(section('1.2.3'), { is: 'ok', value: '### Fixed\n\n- A thing.\n\n```\n## [9.9.9] - not a heading\n```' });
});

test('changesFor() leaves the link list at the end out, and reads CRLF', () => {
  deepEqual(section('1.1.0'), { is: 'ok', value: '- First\n- Second' });
  deepEqual(section('1.1.0', changelog.replaceAll('\n', '\r\n')), {
    is: 'ok',
    value: '- First\n- Second',
  });
});

test('changesFor() says whether a section is missing, empty, undated or there twice', () => {
  refused('9.9.9', /has no section "## \[9.9.9\] - YYYY-MM-DD"/);
  refused('1.2.2', /empty section for 1.2.2 \(line 15\)/);
  refused('1.2.1', /no date in the heading of 1.2.1/);
  refused('1.2.0', /no date in the heading of 1.2.0/);
  const twice = section('1.2.3', `${changelog}\n## [1.2.3] - 2026-03-01\n- x\n`);
  ok(twice.is === 'refused');
  match(twice.reason, /two sections for 1.2.3, in lines 5 and 34/);
});

test('changesFor() never mistakes a version for a longer one', () => {
  refused('1.2.33', /has no section/);
  refused('1.2.3-beta.1', /nothing under "Unreleased"/, changelog.replace('## [1.2.3]', '## [1.2.30]'));
});

test('changesFor() takes what is unreleased for a candidate, unless its version has a section, and wants something there', () => {
  const unreleased = changelog.replace('[Unreleased]', '[Unreleased]\n\n- New');
  deepEqual(section('1.3.0-rc.2', unreleased), { is: 'ok', value: '- New' });
  deepEqual(section('1.1.0-rc.1', unreleased), { is: 'ok', value: '- First\n- Second' });
  refused('1.3.0-rc.1', /nothing under "Unreleased" \(line 3\), so 1\.3\.0-rc\.1 would bring nothing/);
  refused('1.3.0-rc.1', /has no section "## \[Unreleased\]"/, '# Changelog\n');
  refused('1.2.0-rc.1', /no date in the heading of 1\.2\.0/);
  refused('1.3.0', /has no section "## \[1\.3\.0\]/, unreleased);
});

function section(version: string, text = changelog): Parsed<string> {
  const found = changesFor(parseChangelog(text), readVersion(version));
  return found.is === 'ok' ? accept(sectionText(found.value)) : found;
}

function refused(version: string, reason: RegExp, text = changelog): void {
  const found = section(version, text);
  ok(found.is === 'refused', version);
  match(found.reason, reason);
}
