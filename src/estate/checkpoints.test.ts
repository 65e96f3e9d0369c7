import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckpointEntry } from '../domain/decision-message.ts';
import { digestOf } from '../domain/digest.ts';
import { objectId } from '../domain/object-id.ts';
import { readVersion } from '../domain/version.ts';
import { describeConflict, newestEntries, settleCheckpoints } from './checkpoints.ts';

const entry: CheckpointEntry = {
  version: readVersion('1.0.0'),
  release: objectId('a'.repeat(40)),
  digest: digestOf('image'),
  statement: undefined,
  state: 'published',
  decisions: 0,
};
const cancelled: CheckpointEntry = { ...entry, digest: undefined, state: 'cancelled' };

void test('settleCheckpoints() finds two images, two tags or two statements of one version, and a cancelled one that was published', () => {
  const changes: readonly Partial<CheckpointEntry>[] = [
    { digest: digestOf('another image') },
    { release: objectId('b'.repeat(40)) },
    cancelled,
  ];
  for (const change of changes) {
    const later = { number: 7, entries: [{ ...entry, ...change }] };
    const found = settleCheckpoints([later, { number: 3, entries: [entry] }]).conflicts;
    assert.deepEqual(
      found.map(({ earlier, later: { number } }) => [earlier.number, number]),
      [[3, 7]],
    );
  }
  const first = { ...entry, statement: digestOf('first') };
  const second = { ...entry, statement: digestOf('second') };
  assert.equal(settleCheckpoints([one(1, first), one(2, second)]).conflicts.length, 1);
});

void test('settleCheckpoints() takes what may change for no conflict', () => {
  const withdrawn = { ...entry, state: 'withdrawn', decisions: 1 } as const;
  const stated = { ...entry, statement: digestOf('statement') };
  const other = { ...entry, version: readVersion('1.1.0'), digest: digestOf('other') };
  for (const [earlier, later] of [
    [entry, withdrawn],
    [withdrawn, entry],
    [entry, stated],
    [stated, entry],
    [cancelled, { ...entry, release: objectId('b'.repeat(40)) }],
    [entry, other],
  ] as const)
    assert.deepEqual(settleCheckpoints([one(1, earlier), one(2, later)]), {
      checkpoints: [one(1, earlier), one(2, later)],
      conflicts: [],
    });
});

void test('settleCheckpoints() keeps the first image of a version and the newest word about its state', () => {
  const other = { release: objectId('b'.repeat(40)), digest: digestOf('other'), decisions: 3 };
  const { checkpoints } = settleCheckpoints([
    one(3, { ...entry, ...cancelled, decisions: 4 }),
    one(2, { ...entry, ...other, state: 'withdrawn' }),
    one(1, entry),
  ]);
  assert.deepEqual(checkpoints, [
    one(1, entry),
    one(2, { ...entry, state: 'withdrawn', decisions: 3 }),
    one(3, { ...entry, state: 'withdrawn', decisions: 4 }),
  ]);
});

void test('newestEntries() lets the checkpoint with the highest number speak, whatever order they come in', () => {
  const withdrawn = { ...entry, state: 'withdrawn' } as const;
  const newest = newestEntries([one(2, withdrawn), one(1, entry)]).get('1.0.0');
  assert.deepEqual([newest?.number, newest?.entry.state], [2, 'withdrawn']);
});

void test('describeConflict() names both checkpoints and both images', () => {
  const later = one(2, { ...entry, digest: digestOf('other') });
  const [conflict] = settleCheckpoints([one(1, entry), later]).conflicts;
  assert.ok(conflict);
  const said = describeConflict(conflict);
  for (const part of ['checkpoint 1', 'checkpoint 2', digestOf('image'), digestOf('other')])
    assert.ok(said.includes(part), said);
});

function one(number: number, only: CheckpointEntry): { number: number; entries: readonly CheckpointEntry[] } {
  return { number, entries: [only] };
}
