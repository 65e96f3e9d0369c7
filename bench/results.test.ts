import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { tableEnd, tableStart, withResults } from './document.ts';
import type { Result } from './result.ts';
import { againstLimit, ratioOf, verdictOf } from './result.ts';
import { median } from './statistics.ts';
import { renderResults } from './table.ts';

const measured = {
  is: 'measured',
  measure: '--version',
  unit: 'ms',
  ours: 39,
  peer: { name: 'node -e 0', value: 30 },
  budget: 1.3,
} as const;
const missing: Result = { is: 'not-measured', measure: 'a copy', why: 'skopeo is not installed' };

test('median() has as many values above it as below, whatever the order', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.throws(() => median([]));
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
      const middle = median(values);
      const above = values.filter((value) => value > middle).length;
      const below = values.filter((value) => value < middle).length;
      return above <= values.length / 2 && below <= values.length / 2;
    }),
  );
});

test('verdictOf() calls a ratio equal to the budget within, and judges nothing that has no budget or was not measured', () => {
  assert.equal(ratioOf(measured), 1.3);
  assert.equal(verdictOf(measured), 'within');
  assert.equal(verdictOf({ ...measured, ours: 39.1 }), 'above');
  assert.equal(verdictOf({ ...measured, budget: undefined }), 'no budget');
  assert.equal(verdictOf(missing), 'not measured');
  assert.equal(verdictOf(againstLimit('requests', { ours: 3, limit: 2, unit: 'requests' })), 'above');
});

test('renderResults() aligns its columns and says why something was not measured', () => {
  const lines = renderResults([measured, missing]).split('\n');
  assert.equal(new Set(lines.map((line) => line.length)).size, 1);
  assert.match(
    lines[2] ?? '',
    /^\| --version +\| 39\.0 ms +\| 30\.0 ms \(node -e 0\) +\| 1\.30 +\| at most 1\.3 +\| within/,
  );
  assert.match(lines[3] ?? '', /not measured: skopeo is not installed/);
});

test('withResults() replaces what is between its marks and nothing else, and refuses a page without them', () => {
  const about = {
    date: new Date('2026-01-02T03:04:05Z'),
    cores: 2,
    processor: 'A processor',
    load: 3,
    node: 'v24.0.0',
    git: 'git version 2.39.5',
  };
  const page = withResults(`before\n${tableStart}\nold\n${tableEnd}\nafter\n`, [measured], about);
  assert.match(page, /^before\n[^]*2026-01-02, 2 cores[^]*busy with other work[^]*\| --version[^]*\nafter\n$/);
  assert.doesNotMatch(page, /old/);
  assert.equal(withResults(page, [measured], about), page);
  assert.throws(() => withResults('no marks', [], about), /has no lines/);
});
