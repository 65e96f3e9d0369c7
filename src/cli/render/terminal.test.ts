import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTerminal, paint } from './terminal.ts';

const cases: readonly (readonly [string, Parameters<typeof makeTerminal>[0], boolean])[] = [
  ['a terminal has colours', { isTty: true, columns: 80, env: {}, noColor: false }, true],
  ['a pipe has none', { isTty: false, columns: undefined, env: {}, noColor: false }, false],
  [
    'FORCE_COLOR gives them to a pipe',
    { isTty: false, columns: undefined, env: { FORCE_COLOR: '1' }, noColor: false },
    true,
  ],
  ['FORCE_COLOR=0 takes them away', { isTty: true, columns: 80, env: { FORCE_COLOR: '0' }, noColor: false }, false],
  [
    'NO_COLOR is stronger than FORCE_COLOR',
    { isTty: true, columns: 80, env: { NO_COLOR: '1', FORCE_COLOR: '1' }, noColor: false },
    false,
  ],
  ['an empty NO_COLOR says nothing', { isTty: true, columns: 80, env: { NO_COLOR: '' }, noColor: false }, true],
  ['a dumb terminal has none', { isTty: true, columns: 80, env: { TERM: 'dumb' }, noColor: false }, false],
  ['--no-color is stronger than all', { isTty: true, columns: 80, env: { FORCE_COLOR: '1' }, noColor: true }, false],
];
for (const [claim, facts, color] of cases)
  test(`makeTerminal(): ${claim}`, () => assert.equal(makeTerminal(facts).color, color));

test('makeTerminal() takes the width of the terminal, else COLUMNS, else 80', () => {
  const base = { isTty: true, noColor: false };
  assert.equal(makeTerminal({ ...base, columns: 120, env: { COLUMNS: '60' } }).columns, 120);
  assert.equal(makeTerminal({ ...base, columns: undefined, env: { COLUMNS: '60' } }).columns, 60);
  for (const COLUMNS of ['0', '-1', 'wide', '1e9', ''])
    assert.equal(makeTerminal({ ...base, columns: undefined, env: { COLUMNS } }).columns, 80, COLUMNS);
});

test('paint() adds nothing where there are no colours', () => {
  assert.equal(paint({ isTty: false, columns: 80, color: false }, 'red', 'x'), 'x');
  assert.equal(paint({ isTty: true, columns: 80, color: true }, 'red', 'x'), '\u001b[31mx\u001b[39m');
});
