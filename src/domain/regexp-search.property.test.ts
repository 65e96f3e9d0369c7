import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { searchRegexp } from './regexp-search.ts';

const atom = fc.constantFrom(
  'a',
  'b',
  '.',
  '[ab]',
  '[^a]',
  '[a-c]',
  '^',
  '$',
  String.raw`\.`,
  String.raw`\d`,
  '1',
  '/',
);
const count = fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,2}', '{2,}', '*?');

const { pattern } = fc.letrec<{ pattern: string; piece: string }>((tie) => ({
  piece: fc.oneof(
    { depthSize: 'small' },
    atom,
    fc.tuple(tie('pattern'), count).map(([inner, times]) => `(${inner})${times}`),
  ),
  pattern: fc.oneof(
    { depthSize: 'small' },
    fc.tuple(fc.constantFrom('a', 'b', '.', '[ab]', '1'), count).map(([one, times]) => `${one}${times}`),
    fc.tuple(tie('piece'), tie('pattern')).map((parts) => parts.join('')),
    fc.tuple(tie('pattern'), tie('pattern')).map((parts) => parts.join('|')),
  ),
}));

test('a pattern is found where the engine of JavaScript finds it', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', '1', '.', '/'), { maxLength: 8 })
    .map((letters) => letters.join(''));
  fc.assert(
    fc.property(pattern, text, (source, where) => {
      fc.pre(source.length < 60);
      const found = searchRegexp(source, where);
      if (found !== undefined) assert.equal(found, new RegExp(source).test(where), `${source} in ${where}`);
    }),
    { numRuns: 2000 },
  );
});

test('what is read in another way than RE2 reads it, or not at all, is said to be unreadable', () => {
  for (const source of [
    '(',
    ')',
    '[a',
    '*a',
    'a**',
    '(?i)v',
    '(?P<n>v)',
    String.raw`\pL`,
    '[[:alpha:]]',
    String.raw`a\b`,
    'a{2,1}',
    'a{1001}',
    '['.repeat(9),
    '('.repeat(60) + ')'.repeat(60),
    'a'.repeat(1001),
  ])
    assert.equal(searchRegexp(source, 'v1.2.3'), undefined, source);
  assert.equal(searchRegexp(String.raw`\Av\d+\.\d+\.\d+(?:-rc\.\d+)?\z`, 'v1.2.3-rc.4'), true);
  assert.equal(searchRegexp(String.raw`\Av\d+\z`, 'v1.2'), false);
});

test('a pattern that takes other engines forever is judged or given up', () => {
  const text = `${'a'.repeat(60)}!`;
  assert.equal(searchRegexp('^(a+)+$', text), false);
  assert.equal(searchRegexp('^(((((((a*)*)*)*)*)*)*)*$', text), false);
  assert.equal(searchRegexp('((((a{999}){999}){999}){999}){999}', text) ?? false, false);
});
