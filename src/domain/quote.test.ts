import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { test } from 'node:test';
import { escapeText, quote } from './quote.ts';
import { Secret } from './secret.ts';

void test('escapeText() leaves nothing that moves a cursor, changes colours or turns the direction of writing', () => {
  const hostile = 'v1\u001b[31m\u202e\u200b\r\n\u2028\ud800x';
  assert.equal(escapeText(hostile), 'v1\\u{1b}[31m\\u{202e}\\u{200b}\\u{d}\\u{a}\\u{2028}\\u{d800}x');
  assert.equal(quote('ä 漢 🚢'), '"ä 漢 🚢"');
  assert.equal(escapeText('x'.repeat(400)).length, 301);
});

void test('a Secret prints as [secret] in every way a value gets printed', () => {
  const secret = new Secret('hunter2');
  for (const text of [String(secret), JSON.stringify({ secret }), inspect(secret), inspect({ a: [secret] })])
    assert.ok(!text.includes('hunter2') && text.includes('[secret]'), text);
  assert.equal(secret.reveal(), 'hunter2');
});
