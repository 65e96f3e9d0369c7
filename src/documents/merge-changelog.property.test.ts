import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mergeChangelog } from './merge-changelog.ts';

const plain = ['- One.', '### Fixed', '', '> quoted', '    code', '1. two', '```\n## [9.9.9]\n```'] as const;
const odd = ['```', '## Not a version', '<!-- x', '[a]: b', '<!-- y -->'] as const;
const body = (...lines: readonly string[]) =>
  fc.array(fc.constantFrom(...lines), { maxLength: 6 }).map((texts) => texts.join('\n').trim());
const section = (version: string, text: string) => `## [${version}] - 2026-01-01\n\n${text}\n\n`;

void test('a merge keeps every line of ours in order, and the text of the new section as theirs has it', () => {
  const sides = fc.record({
    old: body(...plain),
    fresh: fc.oneof({ weight: 3, arbitrary: body(...plain) }, { weight: 1, arbitrary: body(...plain, ...odd) }),
    newer: body(...plain),
    unreleased: fc.oneof({ weight: 3, arbitrary: body(...plain) }, { weight: 1, arbitrary: body(...plain, ...odd) }),
  });
  let merged = 0;
  fc.assert(
    fc.property(sides, ({ old, fresh, newer, unreleased }) => {
      const head = '# Changelog\n\n## [Unreleased]\n\n';
      const ours = `${head}${unreleased}\n\n${section('1.1.0', newer)}${section('1.0.0', old)}`;
      const base = head + section('1.0.0', old);
      const theirs = head + section('1.0.1', fresh) + section('1.0.0', old);
      const result = mergeChangelog({ base, ours, theirs, source: undefined });
      if (result.is !== 'edited') return;
      merged += 1;
      assert.ok(isSubsequence(ours.split('\n'), result.text.split('\n')), 'ours');
      assert.ok(result.text.includes(section('1.0.1', fresh)), 'theirs');
    }),
    { numRuns: 300 },
  );
  assert.ok(merged > 50, `only ${merged} were merged`);
});

function isSubsequence(part: readonly string[], whole: readonly string[]): boolean {
  let place = 0;
  for (const text of whole) if (text === part[place]) place += 1;
  return place === part.length;
}
