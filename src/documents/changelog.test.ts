import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { readVersion } from '../domain/version.ts';
import { parseChangelog, saysSomething, sectionName, sectionOf, sectionText, unreleasedOf } from './changelog.ts';

const names = (text: string): readonly (string | undefined)[] => parseChangelog(text).sections.map(sectionName);

test('parseChangelog() finds a section however its heading is written', () => {
  const headings = [
    '## [1.2.3] - 2026-01-02',
    '## [v1.2.3](https://example.org/x) - 2026 01 02',
    '## v1.2.3',
    '## 1.2.3 / 2026-01-02',
    '## [1.2.3] (2026-01-02)',
    '## Version 1.2.3: January 2, 2026',
    '## `v1.2.3`',
    '## **1.2.3** – 02.01.2026',
    '## [1.2.3][one] - 2026-01-02 [YANKED]',
    '## 1.2.3 - The great one',
    '## [1.2.3] - 2026-01-02 ##',
    '# 1.2.3',
    '### [1.2.3] - 2026-01-02',
    '1.2.3 / 2026-01-02\n------------------',
    '[1.2.3]\n=======',
    '# All\n1.2.3\n-----',
    'All\n===\n1.2.3\n-----',
  ];
  for (const heading of headings) deepEqual(names(`# Changelog\n\n${heading}\n\n- x\n`), ['1.2.3'], heading);
});

test('parseChangelog() takes no link definition and no paragraph for an underlined heading', () => {
  for (const text of ['[1.2.3]: https://example.org/x\n-----', 'Text\n1.2.3\n-----', '- x\n1.2.3\n---'])
    deepEqual(names(`# Changelog\n\n${text}\n\n- x\n`), [], text);
});

test('parseChangelog() finds what is unreleased however it is spelled, and nothing else', () => {
  for (const name of [
    '[Unreleased]',
    'Unreleased',
    'UNRELEASED',
    '[unrelased]',
    'Un-released',
    'Upcoming release',
    '[Next]',
  ])
    deepEqual(names(`## ${name}\n`), ['Unreleased'], name);
  for (const name of ['Released', '[Releases]', 'Nextcloud', 'Upgrading'])
    deepEqual(names(`## ${name}\n`), [undefined], name);
});

test('parseChangelog() sees no heading in code, comments, raw HTML, lists and quotes', () => {
  const hidden = [
    '```\n## 1.0.0\n```',
    '~~~md\n## 1.0.0\n```\n~~~',
    '````\n```\n## 1.0.0\n````',
    '<!--\n## 1.0.0\n-->',
    '<pre>\n## 1.0.0\n</pre>',
    '- item\n\n  ```\n  ## 1.0.0\n  ```',
    '- ```\n  ## 1.0.0\n  ```',
    '1. item\n\n   ## 1.0.0',
    '> ## 1.0.0',
    '    ## 1.0.0',
    '\t## 1.0.0',
    '#1.0.0',
    'text\n1.0.0\n-----',
    '### 1.0.0 in detail',
    '### 2.5 GHz',
  ];
  for (const text of hidden) deepEqual(names(`## [2.0.0]\n\n${text}\n\n## [0.1.0]\n`), ['2.0.0', '0.1.0'], text);
});

test('parseChangelog() is not misled by a fence that ends with its list item', () => {
  deepEqual(names('## 2.0.0\n- item\n  ```\n  code\n## 1.0.0\n```\n## 0.9.0\n'), ['2.0.0', '1.0.0']);
  deepEqual(names('## 2.0.0\n- item\n\n  text\n    ```\n    x\n    ```\n## 1.0.0\n'), ['2.0.0', '1.0.0']);
});

test('parseChangelog() names the line of a block that is never closed', () => {
  equal(parseChangelog('## 1.0.0\n```\n## 0.9.0\n').unclosed, 2);
  equal(parseChangelog('a\n\n<!-- x\n').unclosed, 3);
  equal(parseChangelog('<!-- x -->\n```\n```').unclosed, undefined);
});

test('parseChangelog() keeps a category of the wrong level in its section, and ends it at another topic', () => {
  const changelog = parseChangelog('## 2.0.0\n## Added\n- x\n# Older\n## 1.0.0\n- y\n');
  deepEqual(changelog.sections.map(sectionName), ['2.0.0', undefined, '1.0.0']);
  equal(changelog.sections[0]?.body.length, 2);
});

test('parseChangelog() takes the list of links at the end out of the last section', () => {
  const { footer, links, sections } = parseChangelog(
    '## [1.0.0]\n\n- x [^1]\n\n[^1]: note\n\n[1.0.0]: <https://example.org/a>\n',
  );
  equal(footer.length, 1);
  deepEqual(links, [{ line: 7, label: '1.0.0', url: 'https://example.org/a' }]);
  match(sections[0] === undefined ? '' : sectionText(sections[0]), /note$/);
});

test('sectionOf() and unreleasedOf() refuse what is missing or there twice, with lines', () => {
  const twice = parseChangelog('## 1.0.0\n\n## [v1.0.0]\n\n## Unreleased\n## [Unreleased]\n');
  const found = [sectionOf(twice, readVersion('1.0.0')), unreleasedOf(twice), sectionOf(twice, readVersion('2.0.0'))];
  const reasons = found.map((answer) => (answer.is === 'refused' ? answer.reason : 'found'));
  match(reasons.join('\n'), /lines 1 and 3\n.*lines 5 and 6\nhas no section "## \[2.0.0\] - YYYY-MM-DD"/);
});

test('sectionOf() never takes a version for a longer one, or a prerelease for its stable version', () => {
  const changelog = parseChangelog('## [1.2.30] - 2026-01-02\n\n## [1.2.3-rc.1]\n');
  equal(sectionOf(changelog, readVersion('1.2.3')).is, 'refused');
  equal(sectionOf(changelog, readVersion('1.2.3-rc.1')).is, 'ok');
});

test('saysSomething() does not count headings, comments and link definitions', () => {
  const says = (text: string): boolean =>
    saysSomething(parseChangelog(`## 1.0.0\n${text}\nend\n`).sections[0]?.body.slice(0, -1) ?? []);
  for (const text of ['', '### Added\n', '<!-- one\ntwo -->\n', '[a]: https://example.org\n', '   \n\t\n'])
    ok(!says(text), text);
  for (const text of ['- x', '<!-- a --> x', '### Added\n\nx', '```\n```']) ok(says(text), text);
});
