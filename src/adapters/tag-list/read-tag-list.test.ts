import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isCutwaterError } from '../../domain/error.ts';
import { readTagList, tagListHeader } from './read-tag-list.ts';

const folder = await mkdtemp(join(tmpdir(), 'tag-list-'));
after(() => rm(folder, { recursive: true }));

const id = 'a'.repeat(40);
const line = `v1.0.0\ttag\t${id}\t${id}\t1700000000\tpgp`;

test('readTagList() reads names, kinds, commits, times and signatures', async () => {
  const path = await listOf(`${tagListHeader}\n${line}\nblob\tblob\t${id}\t\t0\tnone\n`);
  assert.deepEqual(await readTagList(path), [
    { name: 'v1.0.0', objectType: 'tag', object: id, commit: id, createdAt: 1_700_000_000, signature: 'pgp' },
    { name: 'blob', objectType: 'blob', object: id, commit: undefined, createdAt: 0, signature: 'none' },
  ]);
});

test('readTagList() accepts Windows line ends and a last line without one', async () => {
  const path = await listOf(`${tagListHeader}\r\n${line}`);
  assert.equal((await readTagList(path)).length, 1);
});

const refusals: readonly (readonly [string, string, RegExp])[] = [
  ['an empty file', '', /:1": found an empty file, wanted the header/],
  ['another header', 'name,type\n', /:1": found "name,type", wanted the header/],
  ['too few fields', `${tagListHeader}\n${line}\nv1\ttag\n`, /:3": found 2 fields, wanted six, parted by tabs/],
  [
    'an unknown object type',
    `${tagListHeader}\n${line.replace('\ttag', '\ttagg')}\n`,
    /:2": found the object type "tagg"/,
  ],
  ['a short object id', `${tagListHeader}\nv1\ttag\tabc\t${id}\t1\tnone\n`, /:2": found the object "abc"/],
  [
    'a time that is no number',
    `${tagListHeader}\n${line.replace('1700000000', '-1')}\n`,
    /:2": found the time "-1", wanted Unix seconds/,
  ],
  ['an unknown signature', `${tagListHeader}\n${line.replace('pgp', 'wax')}\n`, /:2": found the signature "wax"/],
  ['a tag twice', `${tagListHeader}\n${line}\n${line}\n`, /:3": found the tag "v1\.0\.0" a second time/],
  [
    'an escape sequence, which it does not print',
    `${tagListHeader}\nv1\t\u001b[2J\t${id}\t${id}\t1\tnone\n`,
    /\\u\{1b\}\[2J/,
  ],
  ['a line without end', `${tagListHeader}\n${'x'.repeat(200_000)}`, /:2": found a very long line/],
];

for (const [what, text, message] of refusals)
  test(`readTagList() refuses ${what} and names the line`, async () => {
    const path = await listOf(text);
    await assert.rejects(readTagList(path), (error) => {
      assert.ok(isCutwaterError(error, 'INPUT_INVALID'));
      assert.match(error.message, message);
      return true;
    });
  });

test('readTagList() names a file that is not there', async () => {
  await assert.rejects(readTagList(join(folder, 'none.tsv')), (error) => {
    assert.ok(isCutwaterError(error, 'INPUT_INVALID'));
    assert.match(error.message, /^Cannot read tag list ".*none\.tsv": ENOENT/);
    return true;
  });
});

async function listOf(text: string): Promise<string> {
  const path = join(folder, 'tags.tsv');
  await writeFile(path, text);
  return path;
}
