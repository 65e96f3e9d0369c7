import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Check } from './verification.ts';
import { exitOf, failed, passed, verdictOf } from './verification.ts';

const ok = passed('image', 'it is there');
const wrong = failed('image', 'it is another one');
const note: Check = { name: 'tag in git', is: 'warning', says: 'not here' };
const differs: Check = { name: 'rebuild', is: 'differs', says: 'another image' };
const unchecked = (because: 'no-rights' | 'no-answer'): Check => {
  return { name: 'sbom', is: 'unchecked', says: 'nobody answered', because, next: 'Try again' };
};

void test('what is wrong counts most, then missing rights, then missing answers, and nothing checked is never passed', () => {
  const cases: readonly (readonly [readonly Check[], string, number])[] = [
    [[ok, note], 'passed', 0],
    [[], 'incomplete', 6],
    [[ok, unchecked('no-answer')], 'incomplete', 6],
    [[ok, unchecked('no-answer'), unchecked('no-rights')], 'incomplete', 4],
    [[ok, differs, unchecked('no-rights')], 'differs', 3],
    [[differs, wrong], 'failed', 3],
    [[unchecked('no-rights'), wrong, unchecked('no-answer')], 'failed', 3],
  ];
  for (const [checks, verdict, exit] of cases) {
    assert.equal(verdictOf(checks), verdict);
    const verification = { schema: 'cutwater.verification/1', version: '1.0.0', image: '', checks } as const;
    assert.equal(exitOf({ ...verification, verdict: verdictOf(checks) }), exit);
  }
});
