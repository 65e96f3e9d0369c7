import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckpointEntry } from '../domain/decision-message.ts';
import { digestOf } from '../domain/digest.ts';
import { objectId } from '../domain/object-id.ts';
import { readVersion } from '../domain/version.ts';
import { settleCheckpoints } from '../estate/checkpoints.ts';
import { checkpointChecks } from './checkpoint-checks.ts';

const version = readVersion('1.0.0');
const image = digestOf('image');
const entry: CheckpointEntry = {
  version,
  release: objectId('a'.repeat(40)),
  digest: image,
  statement: undefined,
  state: 'published',
  decisions: 0,
};
const settled = settleCheckpoints([{ number: 4, entries: [entry] }]);

void test('checkpointChecks() fails a release whose statement names another image than a checkpoint', () => {
  const [check] = checkpointChecks(settled, version, digestOf('other'));
  assert.equal(check?.is, 'failed');
  assert.ok(check.says.includes('checkpoint 4') && check.says.includes(image), check.says);
});

void test('checkpointChecks() has nothing to say where all agree, where nothing was released, and of other versions', () => {
  assert.deepEqual(checkpointChecks(settled, version, image), []);
  assert.deepEqual(checkpointChecks(settled, version, undefined), []);
  assert.deepEqual(checkpointChecks(settled, readVersion('1.0.1'), digestOf('other')), []);
});

void test('checkpointChecks() warns of checkpoints that differ about the very version', () => {
  const other = { number: 5, entries: [{ ...entry, digest: digestOf('other') }] };
  const differing = settleCheckpoints([{ number: 4, entries: [entry] }, other]);
  assert.deepEqual(
    checkpointChecks(differing, version, image).map(({ is }) => is),
    ['warning'],
  );
  assert.deepEqual(checkpointChecks(differing, readVersion('2.0.0'), undefined), []);
});
