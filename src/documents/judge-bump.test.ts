import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { formatVersion, readVersion } from '../domain/version.ts';
import type { Category } from './changelog.ts';
import { subjectsHint } from './commit-subjects.ts';
import type { BumpJudgement } from './judge-bump.ts';
import { judgeBump } from './judge-bump.ts';
import type { UpgradingFields } from './upgrading-fields.ts';

const quiet: UpgradingFields = { breaking: [], environment: [], migrations: [], wayBack: 'binary' };
const mark = { line: 7, text: '- **Breaking** gone' };

test('judgeBump() suggests the lowest version the declared changes allow', () => {
  const cases: readonly (readonly [string, readonly (Category | '!')[], string])[] = [
    ['1.2.3', ['Fixed'], '1.2.4'],
    ['1.2.3', ['Fixed', 'Security'], '1.2.4'],
    ['1.2.3', ['Added', 'Fixed'], '1.3.0'],
    ['1.2.3', ['Changed'], '1.3.0'],
    ['1.2.3', ['Deprecated'], '1.3.0'],
    ['1.2.3', ['Removed'], '2.0.0'],
    ['1.2.3', ['Fixed', '!'], '2.0.0'],
    ['0.2.3', ['Fixed'], '0.2.4'],
    ['0.2.3', ['Added', 'Security'], '0.2.4'],
    ['0.2.3', ['Changed'], '0.3.0'],
    ['0.2.3', ['Removed'], '0.3.0'],
    ['0.2.3', ['Fixed', '!'], '0.3.0'],
  ];
  for (const [previous, changes, suggested] of cases) {
    const judged = judge(suggested, previous, changes);
    equal(formatVersion(judged.suggested), suggested, `${previous} ${changes.join()}`);
    deepEqual(judged.problems, []);
  }
});

test('judgeBump() says why a version is too small, and lets the maintainer go higher', () => {
  const [problem] = judge('1.2.4', '1.2.3', ['Added']).problems;
  equal(problem?.weight, 'wrong');
  match(
    problem?.message ?? '',
    /^1.2.4 is too small after 1.2.3, 1.3.0 is wanted: The changelog has something under Added$/,
  );
  match(judge('0.2.4', '0.2.3', ['!']).problems[0]?.message ?? '', /0.3.0 is wanted: .*breaking change \(line 7\)/);
  deepEqual(codes(judge('1.3.0', '1.2.3', ['Fixed'])), []);
  deepEqual(codes(judge('1.0.0', '0.2.3', ['!'])), []);
  deepEqual(codes(judge('1.3.0-rc.2', '1.2.3', ['Added'])), []);
});

test('judgeBump() counts what the upgrading notes declare', () => {
  const removed = {
    ...quiet,
    environment: [{ change: 'removed', name: 'A_B', formerName: undefined, note: '' }],
  } as const;
  deepEqual(codes(judge('1.2.4', '1.2.3', ['Fixed'], { ...quiet, breaking: ['x'] })), [
    'too-small',
    'breaking-only-in-upgrading',
  ]);
  deepEqual(judge('1.2.4', '1.2.3', ['Fixed'], removed).because, ['The environment variable A_B is removed']);
  deepEqual(codes(judge('0.2.4', '0.2.3', ['Fixed'], { ...quiet, wayBack: 'restore' })), ['too-small']);
  deepEqual(codes(judge('2.0.0', '1.2.3', ['!'], quiet)), ['breaking-only-in-changelog']);
  deepEqual(codes(judge('2.0.0', '1.2.3', ['!'], { ...quiet, breaking: ['x'] })), []);
});

test('judgeBump() names versions that are not higher, leave a gap, or bring nothing', () => {
  deepEqual(codes(judge('1.2.3', '1.2.3', ['Fixed'])), ['not-higher']);
  deepEqual(codes(judge('1.2.5', '1.2.3', ['Fixed'])), ['skips-versions']);
  deepEqual(codes(judge('1.3.1', '1.2.3', ['Fixed'])), ['skips-versions']);
  deepEqual(codes(judge('1.2.4', '1.2.3', [])), ['nothing-declared']);
  const first = judgeBump({
    asked: readVersion('0.1.0'),
    previous: undefined,
    declared: { categories: ['Added'], breaking: [] },
    upgrading: undefined,
  });
  deepEqual([formatVersion(first.suggested), first.problems], ['0.1.0', []]);
});

test('judgeBump() takes commits as a hint only', () => {
  const facts = {
    asked: readVersion('1.2.4'),
    previous: readVersion('1.2.3'),
    declared: { categories: ['Fixed'], breaking: [] },
    upgrading: undefined,
  } as const;
  const judged = judgeBump({ ...facts, subjects: ['fix: a', 'feat(api)!: b', 'feat: c'] });
  deepEqual(
    judged.problems.map(({ code, weight }) => `${code} ${weight}`),
    ['commits-say-more doubtful'],
  );
  equal(formatVersion(judged.suggested), '1.2.4');
});

test('subjectsHint() reads Conventional Commits and nothing else', () => {
  equal(subjectsHint(['Merge branch', 'wip: x', 'feature: y', 'feat no']), undefined);
  deepEqual(subjectsHint(['fix(a): b', 'perf: c']), { level: 'patch', subject: '"fix(a): b"' });
  deepEqual(subjectsHint(['FEAT: b\u001B[2J']), { level: 'minor', subject: '"FEAT: b\\u{1b}[2J"' });
});

function judge(
  asked: string,
  previous: string,
  changes: readonly (Category | '!')[],
  upgrading?: UpgradingFields,
): BumpJudgement {
  const categories = changes.filter((change) => change !== '!');
  const declared = { categories, breaking: changes.includes('!') ? [mark] : [] };
  return judgeBump({ asked: readVersion(asked), previous: readVersion(previous), declared, upgrading });
}

function codes({ problems }: BumpJudgement): readonly string[] {
  return problems.map(({ code }) => code);
}
