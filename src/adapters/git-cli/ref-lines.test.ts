import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { claimedTime } from './object-batch.ts';
import { replyReader } from './object-source.ts';
import { isRefPart, parseRefLines } from './ref-lines.ts';
import { parseTagListing } from './tag-listing.ts';
import { isTreePath } from './tree-files.ts';

const sha1 = '1'.repeat(40);
const sha256 = '2'.repeat(64);

const lines: readonly (readonly [string, string, readonly object[]])[] = [
  ['nothing', '', []],
  ['a tag', `${sha1} tag 300 refs/tags/v1\n`, [{ object: sha1, type: 'tag', size: 300, ref: 'refs/tags/v1' }]],
  [
    'a SHA-256 id',
    `${sha256} commit 9 refs/tags/v1\n`,
    [{ object: sha256, type: 'commit', size: 9, ref: 'refs/tags/v1' }],
  ],
  [
    'a hostile name',
    `${sha1} blob 0 refs/tags/--x;$(id)\u202e"'\n`,
    [{ object: sha1, type: 'blob', size: 0, ref: 'refs/tags/--x;$(id)\u202e"\'' }],
  ],
  ['no id', `abc tag 1 refs/tags/v1\n`, []],
  ['an unknown type', `${sha1} note 1 refs/tags/v1\n`, []],
  ['a name with a space', `${sha1} tag 1 refs/tags/v 1\n`, []],
  ['no name', `${sha1} tag 1\n`, []],
];

for (const [what, text, expected] of lines)
  test(`parseRefLines() reads ${what}`, () => {
    assert.deepEqual(parseRefLines(text), expected);
  });

test('isRefPart() agrees with git about what a ref may be called', () => {
  for (const name of [
    'v1.2.3',
    'release/1.2',
    '--upload-pack=x',
    '$(id)',
    '"',
    "'",
    'ü',
    '\u202e',
    'a@b',
    'withdrawn/v1.2.3/1',
  ])
    assert.ok(isRefPart(name), name);
  for (const name of [
    '',
    '*',
    'a*',
    'a:b',
    'a b',
    'a\nb',
    'a~1',
    'a^',
    'a..b',
    'a//b',
    '/a',
    'a/',
    'a.lock',
    '.a',
    'a/.b',
    'a@{1}',
    'a\\b',
    'a[',
    'a.',
    'a\0',
  ])
    assert.ok(!isRefPart(name), JSON.stringify(name));
});

test('isTreePath() refuses what leaves the tree', () => {
  for (const path of ['a', 'a/b.txt', '-x', '--', ':(glob)*', 'a b', '.gitignore', '..a'])
    assert.ok(isTreePath(path), path);
  for (const path of ['', '/a', 'a/', 'a//b', '.', '..', 'a/../b', './a', 'a\0']) assert.ok(!isTreePath(path), path);
});

test('replyReader() reads objects whatever bytes they hold and however they are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.uint8Array({ maxLength: 60 }), { nil: undefined })),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      (contents, cuts) => {
        const output = Buffer.concat(
          contents.flatMap((bytes) =>
            bytes === undefined
              ? [Buffer.from(`${sha1}^{commit} missing\n`)]
              : [Buffer.from(`${sha1} tag ${bytes.length}\n`), bytes, Buffer.from('\n')],
          ),
        );
        const reader = replyReader();
        const replies: unknown[] = [];
        for (let offset = 0, turn = 0; offset < output.length; turn += 1) {
          const length = cuts[turn % cuts.length] ?? 1;
          replies.push(...reader(output.subarray(offset, offset + length)).map(({ object }) => object));
          offset += length;
        }
        const expected = contents.map((bytes) => bytes && { id: sha1, type: 'tag', bytes: new Uint8Array(bytes) });
        assert.deepEqual(replies, expected);
      },
    ),
  );
});

test('parseTagListing() reads objects with any bytes, and nothing from output that was cut off', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1 }), (contents) => {
      const output = Buffer.concat(
        contents.flatMap((bytes, at) => [
          Buffer.from(`${sha1} tag ${bytes.length} refs/tags/v${at} ${sha1} commit\n`),
          bytes,
          Buffer.from('\n'),
        ]),
      );
      const listed = parseTagListing(output, 'refs/tags/');
      assert.deepEqual(
        listed?.map(({ ref, content }) => [ref, content]),
        contents.map((bytes, at) => [`refs/tags/v${at}`, { bytes: new Uint8Array(bytes), commit: sha1 }]),
      );
      assert.equal(parseTagListing(output.subarray(0, -1), 'refs/tags/'), undefined);
    }),
  );
  assert.equal(parseTagListing(Buffer.from(`${sha1} tag 3 refs/tags/v1 ${sha1} commit\nabcd\n`), ''), undefined);
});

test('claimedTime() reads the header and not the message', () => {
  const commit = (header: string, message: string) => Buffer.from(`tree ${sha1}\n${header}\n\n${message}\n`);
  assert.equal(claimedTime(commit('committer A <a> 12 +0100', 'x'), 'committer'), 12);
  assert.equal(claimedTime(commit('author A <a> 1 +0000', 'committer A <a> 12 +0100'), 'committer'), 0);
  assert.equal(claimedTime(commit('committer A <a> -5 +0100', 'x'), 'committer'), 0);
  assert.equal(claimedTime(new Uint8Array(), 'tagger'), 0);
});
