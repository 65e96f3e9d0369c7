import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatVersion, readVersion } from '../domain/version.ts';
import type { UsedVersion } from './version-order.ts';
import { judgeOrder, nextPatch } from './version-order.ts';

const used = (...texts: readonly string[]): readonly UsedVersion[] =>
  texts.map((text) => ({ version: readVersion(text.replace('?', '')), where: text, counts: !text.endsWith('?') }));

const verdict = (text: string, ...before: readonly string[]): string => {
  const problem = judgeOrder(readVersion(text), used(...before));
  if (problem === undefined) return 'free';
  return problem.is === 'used' ? `used: ${problem.where.join()}` : `below ${problem.highest.where}`;
};

for (const [version, before, expected] of [
  ['1.0.0', [], 'free'],
  ['1.2.4', ['1.2.3', '1.2.2', '1.3.0', '2.0.0'], 'free'],
  ['1.2.3', ['1.2.3', '1.2.4'], 'used: 1.2.3'],
  ['1.2.3', ['1.2.4'], 'below 1.2.4'],
  ['1.2.3', ['1.2.3-rc.2', '1.2.2'], 'free'],
  ['1.2.3', ['1.2.4-rc.1'], 'below 1.2.4-rc.1'],
  ['1.2.3-rc.1', ['1.2.3'], 'below 1.2.3'],
  ['1.2.3-rc.2', ['1.2.3-rc.3'], 'below 1.2.3-rc.3'],
  ['1.2.3-rc.10', ['1.2.3-rc.9'], 'free'],
  ['0.9.9', ['1.0.0'], 'free'],
  ['1.2.10', ['1.2.9'], 'free'],
] as const)
  void test(`${version} after ${before.join(', ') || 'nothing'} is ${expected}`, () => {
    assert.equal(verdict(version, ...before), expected);
  });

void test('what does not count takes its own number and no other', () => {
  assert.equal(verdict('1.2.3', '1.2.999?'), 'free');
  assert.equal(verdict('1.2.999', '1.2.999?'), 'used: 1.2.999?');
  assert.equal(verdict('1.2.3', '1.2.999?', '1.2.4'), 'below 1.2.4');
});

for (const [before, expected] of [
  [['1.2.3', '1.3.0', '2.0.0'], '1.2.4'],
  [['1.2.3', '1.2.4', '1.2.2'], '1.2.5'],
  [['1.2.3', '1.2.4-rc.1'], '1.2.5'],
  [['1.3.0'], '1.2.0'],
  [['1.2.3', '1.2.4?', '1.2.6?'], '1.2.5'],
  [['1.2.3', '1.2.4?', '1.2.5-rc.1?', '1.2.999?'], '1.2.6'],
] as const)
  void test(`after ${before.join(', ')} the next hotfix of 1.2 is ${expected}`, () => {
    assert.equal(formatVersion(nextPatch({ major: 1, minor: 2 }, used(...before))), expected);
  });
