import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readChunkRange, readRange } from './byte-range.ts';

test('readRange() gives a part inside the size, unsatisfiable, or the whole for what it does not serve', () => {
  assert.deepEqual(readRange('bytes=0-0', 10), { first: 0, last: 0 });
  assert.deepEqual(readRange('bytes=3-', 10), { first: 3, last: 9 });
  assert.deepEqual(readRange('bytes=-20', 10), { first: 0, last: 9 });
  assert.deepEqual(readRange('bytes=5-99999999999999999999', 10), { first: 5, last: 9 });
  for (const header of ['bytes=10-', 'bytes=5-4', 'bytes=-0'])
    assert.equal(readRange(header, 10), 'unsatisfiable', header);
  assert.equal(readRange('bytes=0-', 0), 'unsatisfiable');
  for (const header of [undefined, '', 'bytes=-', 'bytes=1-2,4-5', 'lines=1-2', 'bytes=a-b'])
    assert.equal(readRange(header, 10), 'whole');
});

test('readChunkRange() reads the range of a chunk and refuses what is none', () => {
  assert.deepEqual(readChunkRange('0-4'), { first: 0, last: 4 });
  assert.deepEqual(readChunkRange('bytes 5-9/10'), { first: 5, last: 9 });
  for (const header of ['', '4-3', '-4', '4-', 'a-b', '0-4,5-9', `0-${'9'.repeat(20)}`])
    assert.equal(readChunkRange(header), undefined, header);
});
