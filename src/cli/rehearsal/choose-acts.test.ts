import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCutwaterError } from '../../domain/error.ts';
import { acts } from './acts.ts';
import { chooseActs } from './choose-acts.ts';

void test('every act needs only acts before it, and their names are words to type', () => {
  for (const [index, { name, needs }] of acts.entries()) {
    assert.match(name, /^[a-z]+$/);
    const before = acts.slice(0, index).map((act) => act.name);
    for (const need of needs) assert.ok(before.includes(need), `${name} needs ${need}`);
  }
  assert.equal(new Set(acts.map(({ name }) => name)).size, acts.length);
});

void test('one act is shown after what it builds on, and nothing else is played', () => {
  const [first, second, third, fourth] = ['one', 'two', 'three', 'four'].map((name) => ({ ...anyAct(), name }));
  assert.ok(first && second && third && fourth);
  const play = [first, { ...second, needs: ['one'] }, third, { ...fourth, needs: ['two'] }];
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

function anyAct() {
  const [act] = acts;
  assert.ok(act);
  return { ...act, needs: [] };
}
