import { equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { judgeOutcome } from './start-binary.ts';

test('a program has to end well and to say its very version as a word of its own', () => {
  const cases: readonly (readonly [string, number, string])[] = [
    ['app 1.2.3\n', 0, 'right'],
    ['app v1.2.3 (abc)\n', 0, 'right'],
    ['This is app, version 1.2.3.\n', 0, 'right'],
    ['app 1.2.3-rc.1', 0, 'wrong'],
    ['app 1.2.30', 0, 'wrong'],
    ['app 11.2.3', 0, 'wrong'],
    ['app 1.2.3+dirty', 0, 'wrong'],
    ['app 1x2x3', 0, 'wrong'],
    ['', 0, 'wrong'],
    ['app 1.2.3', 1, 'wrong'],
    ['app 1.2.3', -1, 'wrong'],
  ];
  for (const [output, exitCode, wanted] of cases)
    equal(judgeOutcome({ is: 'ended', exitCode, output, by: 'x86_64' }, '1.2.3').is, wanted, output);
});

test('what a program says is shown as text, cut, and one that was not started says why', () => {
  const hostile = judgeOutcome(
    { is: 'ended', exitCode: 0, output: `\n\u001b[31m${'x'.repeat(900)}`, by: 'x86_64' },
    '1.2.3',
  );
  match(hostile.says, /^does not say 1\.2\.3 but "\\u\{1b\}\[31mx{75}" \(by x86_64\)$/);
  const none = judgeOutcome({ is: 'not-started', why: 'this machine is another' }, '1.2.3');
  equal(`${none.is}: ${none.says}`, 'not-started: was not started: this machine is another');
});
