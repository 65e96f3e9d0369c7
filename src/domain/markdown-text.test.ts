import { doesNotMatch, equal } from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { plainMarkdown, plainMarkdownLines } from './markdown-text.ts';

test('plainMarkdown() leaves words and addresses as they are', () => {
  const texts = ['Loses uploads above 2 GB.', 'See https://example.org/a_b/issues/7?x=1#note_2 (fixed in 1.2.3).'];
  for (const text of texts) equal(plainMarkdown(text), text);
});

test('plainMarkdown() makes nothing of what Markdown would make something of', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['# heading', String.raw`\# heading`],
    ['---', String.raw`\---`],
    ['===', String.raw`\===`],
    ['1. list', String.raw`1\. list`],
    ['- list', String.raw`\- list`],
    ['<!-- /cutwater:deprecated -->', '&lt;!-- /cutwater:deprecated --&gt;'],
    ['[a](javascript:b)', String.raw`\[a\](javascript:b)`],
    ['![x](https://evil.example/t.png)', String.raw`!\[x\](https://evil.example/t.png)`],
    ['`code` **b** _i_ ~~s~~ a|b', String.raw`\`code\` \*\*b\*\* \_i\_ \~\~s\~\~ a\|b`],
    ['&lt;b&gt;', '&amp;lt;b&amp;gt;'],
    ['a\u202eb\u001b[2J', String.raw`a\\u{202e}b\\u{1b}\[2J`],
    ['https://e.org/<b>*x*', String.raw`https://e.org/&lt;b&gt;\*x\*`],
  ];
  for (const [text, wanted] of cases) equal(plainMarkdown(text), wanted);
});

test('plainMarkdown() never gives an unescaped character that opens something, whatever the text', () => {
  const hostile = fc.string({ unit: fc.constantFrom(...'[]()!<>`*_~|#-=+1. \\ahttps:/&'.split('')), maxLength: 60 });
  fc.assert(
    fc.property(hostile, (text) => {
      // What is left where escapes and addresses are taken away is only text.
      const rest = plainMarkdown(text).replaceAll(/\\[^A-Za-z0-9\s]/g, 'x');
      doesNotMatch(rest.replaceAll(/https?:\/\/[A-Za-z0-9.:/?#@%&=+~_-]*/g, 'x'), /[<>`*_[\]|~\\]|^[#=+-]|^\d+[.)]/);
    }),
  );
});

test('plainMarkdownLines() gives each line its own', () => {
  equal(plainMarkdownLines('\na\r\n# b\rc\n').join('|'), String.raw`a|\# b|c`);
});
