import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fitText, padText, textWidth } from './text-width.ts';

const widths: readonly (readonly [string, number])[] = [
  ['', 0],
  ['abc', 3],
  ['日本語', 6],
  ['한국', 4],
  ['e\u0301', 1],
  ['a\u200bb', 2],
  ['🚢', 2],
  ['👩‍👩‍👧', 2],
  ['⚠️', 2],
  ['Ａ', 2],
];
for (const [text, width] of widths)
  test(`textWidth() counts ${width} cells for ${JSON.stringify(text)}`, () => assert.equal(textWidth(text), width));

test('fitText() never gives more cells than asked for, and leaves what fits as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, cells) => {
      const fitted = fitText(text, cells);
      assert.ok(textWidth(fitted) <= cells);
      if (textWidth(text) <= cells) assert.equal(fitted, text);
    }),
  );
});

test('padText() fills up to exactly the width', () => {
  assert.equal(textWidth(padText('日本', 7)), 7);
  assert.equal(padText('too long', 3), 'too long');
});
