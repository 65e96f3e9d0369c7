import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderTable } from './table.ts';
import { textWidth } from './text-width.ts';

const pipe = { isTty: false, columns: 20, color: false };
const screen = { isTty: true, columns: 24, color: false };

test('renderTable() lines up columns by cells, not by characters', () => {
  const lines = renderTable(
    [{ title: 'name' }, { title: 'n' }],
    [
      ['日本', '1'],
      ['abcdef', '2'],
    ],
    pipe,
  );
  assert.deepEqual(lines, ['name    n', '日本    1', 'abcdef  2']);
});

test('renderTable() goes on in further lines where the column that shrinks is too narrow, and loses no word', () => {
  const rows = [
    ['1.2.3', 'run a command that does not fit', 'ok'],
    ['1.2.4', 'sha256:0123456789abc', 'no'],
  ];
  const lines = renderTable([{ title: 'version' }, { title: 'reason', shrinks: true }, { title: 'is' }], rows, screen);
  assert.deepEqual(lines, [
    'version  reason       is',
    '1.2.3    run a        ok',
    '         command',
    '         that does',
    '         not fit',
    '1.2.4    sha256:0123  no',
    '         456789abc',
  ]);
  assert.ok(lines.every((line) => textWidth(line) <= screen.columns));
});

test('renderTable() cuts other columns too where that is not enough', () => {
  const wide = 'x'.repeat(60);
  const lines = renderTable([{ title: 'a', shrinks: true }, { title: 'b' }], [[wide, wide]], screen);
  assert.ok(lines.every((line) => textWidth(line) <= screen.columns));
});

test('renderTable() cuts nothing where the output is no terminal', () => {
  assert.ok(renderTable([{ title: 'a', shrinks: true }], [['x'.repeat(60)]], pipe)[1]?.length === 60);
});

test('renderTable() escapes what could steer a terminal', () => {
  const [, line = ''] = renderTable([{ title: 'tag' }], [['v1\u001b[2J\u202e']], pipe);
  assert.equal(line, 'v1\\u{1b}[2J\\u{202e}');
});

test('renderTable() paints a whole cell and gives no lines for no rows', () => {
  const lines = renderTable([{ title: 'a' }], [[{ text: 'x', style: 'red' }]], { ...screen, color: true });
  assert.equal(lines[1], '\u001b[31mx\u001b[39m');
  assert.deepEqual(renderTable([{ title: 'a' }], [], pipe), []);
});
