import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { propertyRuns } from '../../test/make/property-runs.ts';
import { readVersion } from '../domain/version.ts';
import { addIncident } from './add-incident.ts';
import { parseChangelog, printChangelog, sectionOf } from './changelog.ts';
import { lintChangelog } from './lint-changelog.ts';
import { addSection, releaseUnreleased } from './release-unreleased.ts';
import { splitLines } from './text-lines.ts';

const numRuns = propertyRuns(300);
const pieces = [
  '# Changelog',
  '## [Unreleased]',
  '## Unreleased',
  '## [1.2.3] - 2026-01-02',
  '## v1.2.2',
  '# 1.2.1 / 2026-01-01',
  '1.2.0',
  '-----',
  '=====',
  '### Added',
  '## Fixed',
  '- An entry',
  '  - deeper',
  '    ```',
  '```',
  '~~~~ yaml',
  '<!--',
  '-->',
  '<pre>',
  '</pre>',
  '> quoted',
  '\ttab',
  '',
  '   ',
  '[1.2.3]: https://example.org/o/p/compare/v1.2.2...v1.2.3',
  '[unreleased]: https://example.org/o/p/compare/v1.2.3...HEAD',
];
const ending = fc.constantFrom('\n', '\r\n', '\r');
const line = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...pieces) },
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const anyText = fc
  .tuple(
    fc.constantFrom('', '\uFEFF'),
    fc.array(fc.tuple(line, ending), { maxLength: 25 }),
    fc.oneof(fc.constant(''), line),
  )
  .map(([mark, lines, last]) => mark + lines.flat().join('') + last);
const block = fc.constantFrom('- An entry', '  - deeper', '### Fixed', '', '> quoted', 'Text', '\ttab', '  ');
const blocks = fc.array(fc.tuple(block, ending), { maxLength: 6 }).map((lines) => lines.flat().join(''));
const goodText = fc
  .record({
    end: ending,
    intro: blocks,
    unreleased: blocks,
    first: blocks,
    second: blocks,
    last: fc.constantFrom('', 'End'),
  })
  .map(({ end, intro, unreleased, first, second, last }) =>
    [
      intro,
      `## [Unreleased]${end}- News${end}`,
      unreleased,
      `## [1.2.3] - 2026-01-02${end}`,
      first,
      `## [1.0.0] - 2025-01-02${end}`,
      second,
      `[1.2.3]: https://example.org/o/p/compare/v1.0.0...v1.2.3${end}${last}`,
    ].join(''),
  );
const text = fc.oneof(anyText, goodText);
const release = { version: readVersion('1.3.0'), date: '2026-02-03', source: 'https://example.org/o/p' };

test('printChangelog() gives back the very bytes parseChangelog() read', () => {
  fc.assert(
    fc.property(anyText, (text) => equal(printChangelog(parseChangelog(text)), text)),
    { numRuns },
  );
});

test('lintChangelog() never throws and names only lines that are there', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const changelog = parseChangelog(text);
      const facts = { versions: [release.version], today: '2026-01-01', source: release.source };
      for (const { line = 1 } of lintChangelog(changelog, facts))
        ok(line >= 1 && line <= Math.max(1, changelog.lines.length));
    }),
    { numRuns },
  );
});

test('releaseUnreleased() keeps every line but links, in order, and twice is once', () => {
  let count = 0;
  fc.assert(
    fc.property(text, (text) => {
      const edited = releaseUnreleased(text, release);
      if (edited.is !== 'edited') return;
      count += 1;
      keepsLines(text, edited.text);
      equal(releaseUnreleased(edited.text, release).is, 'unchanged');
      equal(sectionOf(parseChangelog(edited.text), release.version).is, 'ok');
    }),
    { numRuns },
  );
  ok(count > numRuns / 4, `only ${count} of ${numRuns} texts could be edited`);
});

test('addSection() keeps every line but links, in order, twice is once, and the text is read back', () => {
  const version = fc.constantFrom('0.9.0', '1.2.2', '1.2.4', '2.0.0').map(readVersion);
  let count = 0;
  fc.assert(
    fc.property(text, version, (text, version) => {
      const entry = { ...release, version, body: '### Fixed\n\n- A fix\n' };
      const edited = addSection(text, entry);
      if (edited.is !== 'edited') return;
      count += 1;
      keepsLines(text, edited.text);
      equal(addSection(edited.text, entry).is, 'unchanged');
      equal(sectionOf(parseChangelog(edited.text), version).is, 'ok');
    }),
    { numRuns },
  );
  ok(count > numRuns / 4, `only ${count} of ${numRuns} texts could be edited`);
});

test('addIncident() only adds lines, and twice is once', () => {
  let count = 0;
  fc.assert(
    fc.property(text, fc.string({ unit: 'binary', minLength: 1 }), (text, reason) => {
      const about = { version: readVersion('1.2.3'), useInstead: readVersion('1.2.2') };
      const decided = { kind: 'withdrawn', decision: 'withdrawn/v1.2.3/1', date: '2026-02-03' } as const;
      const incident = { ...about, ...decided, reason };
      const edited = addIncident(text, incident);
      if (edited.is !== 'edited') return;
      count += 1;
      keepsLines(text, edited.text);
      equal(addIncident(edited.text, incident).is, 'unchanged');
      deepEqual(parseChangelog(edited.text).sections.length, parseChangelog(text).sections.length);
    }),
    { numRuns },
  );
  ok(count > numRuns / 4, `only ${count} of ${numRuns} texts could be edited`);
});

/** All lines of the old text, link lines aside, stand in the new one in order, with their endings. */
function keepsLines(before: string, after: string): void {
  const isLink = (text: string): boolean => /^ {0,3}\[[^\]]+\]:/.test(text);
  equal(after.startsWith('\uFEFF'), before.startsWith('\uFEFF'));
  const rest = splitLines(after.replace(/^\uFEFF/, ''));
  let at = 0;
  const old = splitLines(before.replace(/^\uFEFF/, ''));
  for (const [index, { text, ending }] of old.entries()) {
    if (isLink(text)) continue;
    const found = rest.findIndex(
      (item, place) => place >= at && item.text === text && (item.ending === ending || index === old.length - 1),
    );
    ok(found !== -1, `line ${index + 1} is lost: ${JSON.stringify(text)}`);
    at = found + 1;
  }
}
