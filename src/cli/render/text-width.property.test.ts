import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fitText, padText, textWidth, wrapText } from './text-width.ts';

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

test('wrapText() gives lines that fit, loses nothing but blanks, and leaves what fits as it is', () => {
  const words = fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { maxLength: 12 });
  fc.assert(
    fc.property(words, fc.integer({ min: 2, max: 40 }), (parts, cells) => {
      const text = parts.join(' ');
      const lines = wrapText(text, cells);
      for (const line of lines) assert.ok(textWidth(line) <= cells, JSON.stringify(line));
      assert.equal(lines.join('').replaceAll(' ', ''), text.replaceAll(' ', ''));
      if (textWidth(text) <= cells) assert.deepEqual(lines, [text]);
    }),
  );
});

test('padText() fills up to exactly the width', () => {
  assert.equal(textWidth(padText('日本', 7)), 7);
  assert.equal(padText('too long', 3), 'too long');
});
