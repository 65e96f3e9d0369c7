import assert from 'node:assert/strict';
import { test } from 'node:test';
import { code, enumerate, escapeMarkdown, prose } from './inline.ts';

void test('what a value says is text: no mark of Markdown or HTML in it means anything', () => {
  assert.equal(prose`by ${'*Ada* <b>[x](javascript:y)'}`.markdown, String.raw`by \*Ada\* \<b\>\[x\](javascript:y)`);
  assert.equal(escapeMarkdown('# heading'), String.raw`\# heading`);
  assert.equal(escapeMarkdown('- item'), String.raw`\- item`);
  assert.equal(escapeMarkdown('12. item'), String.raw`12\. item`);
  assert.equal(escapeMarkdown('a|b & c_d ~e~ \\'), String.raw`a\|b \& c\_d \~e\~ \\`);
  assert.equal(escapeMarkdown('two\nlines'), String.raw`two\\u{a}lines`);
});

void test('a code span holds any text, backticks and spaces at its ends too', () => {
  assert.equal(code('main').markdown, '`main`');
  assert.equal(code('a`b``c').markdown, '```a`b``c```');
  assert.equal(code('`x').markdown, '`` `x ``');
  assert.equal(code(' x ').markdown, '`  x  `');
  assert.equal(code('a\u202eb').markdown, String.raw`${'`'}a\u{202e}b${'`'}`);
});

void test('items are joined as a sentence joins them', () => {
  assert.equal(enumerate([]).markdown, 'none');
  assert.equal(enumerate([code('a')]).markdown, '`a`');
  assert.equal(enumerate(['a', 'b', 'c'].map(code), 'or').markdown, '`a`, `b` or `c`');
});
