import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { propertyRuns } from '../../test/make/property-runs.ts';
import { objectId } from '../domain/object-id.ts';
import { compareVersions, readVersion } from '../domain/version.ts';
import type { Evidence } from './evidence.ts';
import { newestEvidence } from './evidence.ts';

const runs = { numRuns: propertyRuns(400) };
const commit = objectId('c'.repeat(40));

/** Few numbers and times, so that places are held twice and clocks contradict the numbers. */
const pieces = fc
  .array(
    fc.record({
      version: fc.constantFrom('1.0.0-rc.1', '1.0.0-rc.2', '1.0.0').map(readVersion),
      number: fc.integer({ min: 1, max: 4 }),
      signedAt: fc.integer({ min: 1, max: 4 }),
      outcome: fc.constantFrom('pass', 'pending', 'fail'),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((all) => all.map((one, index): Evidence => ({ ...one, ...rest(index) })));

function rest(index: number): Omit<Evidence, 'version' | 'number' | 'signedAt' | 'outcome'> {
  return {
    name: 'staging',
    tag: { name: 'evidence/staging', object: objectId(String(index).repeat(40)), raw: new Uint8Array() },
    release: commit,
    commit,
    digest: undefined,
    environment: undefined,
    report: undefined,
    note: '',
    signer: undefined,
  };
}

function speaking(all: readonly Evidence[]): Evidence {
  const one = newestEvidence(all).get('staging');
  assert.ok(one !== undefined);
  return one;
}

suite('which evidence speaks', () => {
  test('does not depend on the order in which it was found', () =>
    fc.assert(
      fc.property(
        pieces.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, shuffled]) => assert.equal(speaking(shuffled), speaking(all)),
      ),
      runs,
    ));

  test('of one outcome, is the greatest of a total order: what does not speak changes nothing when it is gone', () =>
    fc.assert(
      fc.property(pieces, (mixed) => {
        const all = mixed.map((one) => ({ ...one, outcome: 'pass' as const }));
        const best = speaking(all);
        for (const gone of all) {
          // What was superseded by a higher number of its version may come to speak where that is gone.
          const isSuperseding = all.some(
            (one) => one !== gone && compareVersions(one.version, gone.version) === 0 && one.number <= gone.number,
          );
          if (gone !== best && !isSuperseding) assert.equal(speaking(all.filter((one) => one !== gone)), best);
        }
      }),
      runs,
    ));

  test('is a failure whatever is said to be pending besides', () =>
    fc.assert(
      fc.property(pieces, (all) => {
        const verdicts = all.filter(({ outcome }) => outcome !== 'pending');
        if (verdicts.length > 0 && speaking(verdicts).outcome === 'fail')
          assert.equal(speaking(all), speaking(verdicts));
      }),
      runs,
    ));

  test('is never what a higher number of its version took back', () =>
    fc.assert(
      fc.property(pieces, (all) => {
        const { version, number, outcome } = speaking(all);
        const later = all.filter((one) => compareVersions(one.version, version) === 0 && one.number > number);
        assert.ok(later.every((one) => outcome === 'fail' && one.outcome === 'pending'));
      }),
      runs,
    ));
});
