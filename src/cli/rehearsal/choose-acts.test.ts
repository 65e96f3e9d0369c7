import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCutwaterError } from '../../domain/error.ts';
import type { Act } from './act.ts';
import { acts } from './acts.ts';
import { chooseActs } from './choose-acts.ts';

void test('every act goes on from an act before it, and their names are words to type', () => {
  for (const [index, { name, after }] of acts.entries()) {
    assert.match(name, /^[a-z]+$/);
    const before = acts.slice(0, index).map((act) => act.name);
    assert.ok(after === undefined || before.includes(after), `${name} goes on from ${after ?? ''}`);
  }
  assert.equal(new Set(acts.map(({ name }) => name)).size, acts.length);
});

void test('one act is shown after what leads to it, and nothing else is played', () => {
  const play = [named('one', undefined), named('two', 'one'), named('three', 'one'), named('four', 'two')];
  const chosen = chooseActs(play, 'four').map(({ act, isShown }) => [act.name, isShown]);
  assert.deepEqual(chosen, [
    ['one', false],
    ['two', false],
    ['four', true],
  ]);
  assert.deepEqual(
    chooseActs(play, undefined).map(({ isShown }) => isShown),
    [true, true, true, true],
  );
  assert.throws(
    () => chooseActs(play, 'five'),
    (error) => isCutwaterError(error, 'USAGE') && /--list/.test(error.hint),
  );
});

function named(name: string, after: string | undefined): Act {
  const [act] = acts;
  assert.ok(act);
  return { ...act, name, after };
}
