import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { parseChangelog } from './changelog.ts';
import { declaredChanges } from './declared-changes.ts';

test('declaredChanges() names the categories that say something', () => {
  const text =
    '### Fixed\n- a\n### Added\n\n### Removed\n<!-- none -->\n### Security:\nText\n#### Detail\n### Docs\n- b\n';
  deepEqual(declared(text).categories, ['Fixed', 'Security']);
  deepEqual(declared('## Changed\n- a\n### Bug fixes\n- b').categories, ['Changed', 'Fixed']);
});

test('declaredChanges() finds the marks of what breaks', () => {
  const marked = [
    '- **Breaking**: gone',
    '- **BREAKING CHANGE:** gone',
    '- *breaking :warning:* gone',
    '- [breaking] gone',
    '- API: (breaking) gone',
    '- BREAKING: gone',
    '- breaking! gone',
    'BREAKING CHANGES follow',
    '  - **⚠️ Breaking** gone',
  ];
  for (const line of marked) deepEqual(lines(`### Changed\n${line}\n`), [3], line);
  deepEqual(lines('### ⚠ Breaking changes\n\n- one\n  more of it\n- two\n\n### Added\n- x\n'), [4, 6]);
});

test('declaredChanges() is not misled by talk about breaking', () => {
  const harmless = [
    '- Fixed breaking of lines',
    '- No **breaking** changes',
    '- This is not BREAKING anything',
    '- Without (breaking changes) for anybody',
    '```\nBREAKING: in code\n```',
    '<!-- BREAKING: in a comment -->',
    '- groundbreaking: news',
  ];
  for (const line of harmless) deepEqual(lines(`### Changed\n${line}\n`), [], line);
  deepEqual(lines('### Breaking changes\n\nNone.\n'), []);
});

function declared(text: string): ReturnType<typeof declaredChanges> {
  const [section] = parseChangelog(`## [1.0.0]\n${text}`).sections;
  return section === undefined ? { categories: [], breaking: [] } : declaredChanges(section);
}

function lines(text: string): readonly number[] {
  return declared(text).breaking.map(({ line }) => line);
}
