import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatReleaseMessage, parseReason, releaseTitle, trailerOf } from './release-message.ts';
import { readVersion } from './version.ts';

void test('releaseTitle() gives the titles of the process', () => {
  assert.equal(releaseTitle(readVersion('1.2.3'), 'stable'), 'Release v1.2.3');
  assert.equal(releaseTitle(readVersion('1.2.3'), 'hotfix'), 'Hotfix v1.2.3');
  assert.equal(releaseTitle(readVersion('1.2.3-rc.4'), 'rc'), 'Release candidate 1.2.3-rc.4');
});

const title = 'Release v1.2.3';
const reason = { name: 'Unsigned-Reason', value: 'the key card is at home: 2 days' };

void test('a message has its title, its text and its trailers as paragraphs', () => {
  const written = formatReleaseMessage({ title, text: 'One.\r\n\r\n# Two.\n', trailers: [reason] });
  assert.deepEqual(written, {
    is: 'ok',
    value: 'Release v1.2.3\n\nOne.\n\n# Two.\n\nUnsigned-Reason: the key card is at home: 2 days\n',
  });
  assert.deepEqual(formatReleaseMessage({ title, text: '', trailers: [] }), { is: 'ok', value: 'Release v1.2.3\n' });
});

for (const [what, text] of [
  ['a signature', 'x\n-----BEGIN PGP SIGNATURE-----'],
  ['a control character', 'red \u001b[31m'],
  ['a trailer that nobody asked for', 'Thanks.\n\nUnsigned-Reason: none'],
] as const)
  void test(`formatReleaseMessage() refuses text with ${what}`, () => {
    assert.equal(formatReleaseMessage({ title, text, trailers: [] }).is, 'refused');
  });

void test('a trailer is one line that can be seen', () => {
  for (const value of ['', ' x', 'x\ny', 'x\u202ey', 'x\u0000', 'x'.repeat(501)])
    assert.equal(formatReleaseMessage({ title, text: '', trailers: [{ ...reason, value }] }).is, 'refused', value);
  for (const name of ['unsigned', 'Un signed', 'Unsigned_Reason', '', 'A:'])
    assert.equal(formatReleaseMessage({ title, text: '', trailers: [{ ...reason, name }] }).is, 'refused', name);
});

void test('lines "Name: value" are trailers only where the last paragraph has nothing else', () => {
  assert.equal(trailerOf('t\n\nUnsigned-Reason: a\n', 'Unsigned-Reason'), 'a');
  assert.equal(trailerOf('t\n\nUnsigned-Reason: a\n\nb\n', 'Unsigned-Reason'), undefined);
  assert.equal(trailerOf('t\n\nb\nUnsigned-Reason: a\n', 'Unsigned-Reason'), undefined);
  assert.equal(trailerOf('Unsigned-Reason: a\n', 'Unsigned-Reason'), undefined);
  assert.equal(trailerOf('', 'Unsigned-Reason'), undefined);
});

void test('parseReason() makes one line of what a person typed', () => {
  assert.deepEqual(parseReason('  two\n lines '), { is: 'ok', value: 'two lines' });
  for (const text of ['', ' \n', 'x'.repeat(501), 'a\u0007b']) assert.equal(parseReason(text).is, 'refused', text);
});
