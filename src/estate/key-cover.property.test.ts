import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { digestOf } from '../domain/digest.ts';
import { objectId } from '../domain/object-id.ts';
import { formatVersion, readVersion } from '../domain/version.ts';
import type { CoveringCheckpoint, EndingKey, Standing, StandingVersion } from './key-cover.ts';
import { judgeCover } from './key-cover.ts';

const versions = ['1.0.0', '1.1.0', '1.2.0', '2.0.0'].map(readVersion);
const keys = ['ada', 'bob', 'eve'];

const standings = fc.oneof(
  fc
    .option(fc.constantFrom(...keys), { nil: undefined })
    .map((fingerprint): Standing => ({ is: 'counts', fingerprint })),
  fc.constantFrom('unstated', 'rejected').map((is): Standing => ({ is, reason: 'gone' })),
);
const published = fc
  .tuple(...versions.map(() => standings))
  .map((all): readonly StandingVersion[] => all.map((standing, index) => ({ version: at(index), standing })));
const checkpoints = fc.array(
  fc
    .record({ fingerprint: fc.constantFrom(...keys), list: fc.subarray(versions) })
    .map(({ fingerprint, list }): CoveringCheckpoint => ({
      fingerprint,
      entries: list.map((version) => ({
        version,
        release: objectId('0'.repeat(40)),
        digest: digestOf('image'),
        statement: undefined,
        state: 'published',
        decisions: 0,
      })),
    })),
  { maxLength: 3 },
);
const ending = fc
  .subarray(keys)
  .map(
    (names): ReadonlyMap<string, EndingKey> => new Map(names.map((name) => [name, { fingerprint: name, name, at: 1 }])),
  );

void test('judgeCover() names exactly the versions that have nothing left once every ending key is gone', () => {
  fc.assert(
    fc.property(published, checkpoints, ending, (all, vouching, ends) => {
      const { lost, soon } = judgeCover(all, vouching, ends);
      const named = new Set([...lost, ...soon].map(({ version }) => formatVersion(version)));
      for (const { version, standing } of all) {
        const stays = standing.is === 'counts' && !ends.has(standing.fingerprint ?? '');
        const listed = vouching.some(
          ({ fingerprint, entries }) => !ends.has(fingerprint) && entries.some((entry) => entry.version === version),
        );
        assert.equal(named.has(formatVersion(version)), !stays && !listed, formatVersion(version));
      }
    }),
    { numRuns: 2000 },
  );
});

void test('judgeCover() calls lost only what nothing vouches for today', () => {
  fc.assert(
    fc.property(published, checkpoints, ending, (all, vouching, ends) => {
      for (const { version, standing } of judgeCover(all, vouching, ends).lost) {
        assert.notEqual(standing.is, 'counts');
        assert.ok(!vouching.some(({ entries }) => entries.some((entry) => entry.version === version)));
      }
    }),
    { numRuns: 2000 },
  );
});

function at(index: number): (typeof versions)[number] {
  const version = versions[index];
  if (version === undefined) throw new Error('no such version');
  return version;
}
