import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { digestOf } from '../domain/digest.ts';
import { objectId } from '../domain/object-id.ts';
import type { OriginWish } from '../domain/origin-wish.ts';
import { formatVersion, readVersion } from '../domain/version.ts';
import type { CandidateState } from './choose-origin.ts';
import { chooseOrigin, isDecided } from './choose-origin.ts';

type Kind = 'same' | 'other' | 'unknown' | 'unfinished' | 'invalid' | 'withdrawn' | 'failed';

/** Candidates from the highest: the last of the kinds is rc.1. */
function candidates(...kinds: readonly Kind[]): readonly CandidateState[] {
  return kinds.map((kind, index) => candidate(kinds.length - index, kind));
}

function candidate(number: number, kind: Kind): CandidateState {
  const commit = objectId(`${number}`.repeat(40).slice(0, 40));
  const committed = { is: 'committed', digest: digestOf(`${number}`), buildCommit: commit } as const;
  const same = { is: 'equivalent', paths: ['docs/a.md'] } as const;
  const records: Readonly<Record<Kind, CandidateState['record']>> = {
    same: { ...committed, comparison: same },
    other: { ...committed, comparison: { is: 'different', inputs: ['src/a.rs'], paths: ['docs/a.md', 'src/a.rs'] } },
    unknown: { ...committed, comparison: { is: 'unknown', missing: commit } },
    unfinished: { is: 'unfinished' },
    invalid: { is: 'invalid', reason: 'it was signed by a stranger' },
    withdrawn: { ...committed, comparison: same },
    failed: { ...committed, comparison: same },
  };
  const objection = kind === 'withdrawn' || kind === 'failed' ? { kind, reason: 'loses uploads' } : undefined;
  const tagObject = objectId(`${number}`.repeat(40).slice(0, 40));
  return { version: readVersion(`1.0.0-rc.${number}`), tagObject, objection, record: records[kind] };
}

const unsaid: OriginWish = { kind: 'unsaid' };
const rebuild: OriginWish = { kind: 'rebuild', reason: 'a new base image' };
const promote = (number: number): OriginWish => {
  const { version, tagObject } = candidate(number, 'same');
  return { kind: 'promote', version, tagObject };
};

/** `rc.2` with what is passed over; `rebuild, not rc.2`; `build`; or the code of the refusal. */
function chosen(wish: OriginWish, ...kinds: readonly Kind[]): string {
  const origin = chooseOrigin(wish, candidates(...kinds));
  switch (origin.is) {
    case 'build':
      return 'build';
    case 'rebuild':
      return `rebuild, not ${formatVersion(origin.insteadOf)}`;
    case 'promotion':
      return [origin.promotion.version, ...origin.passedOver].map(formatVersion).join(' over ');
    case 'refused':
      return `${origin.code} ${origin.found}`;
  }
}

void test('a tag that says nothing takes the highest candidate that is published, not objected to and the same build', () => {
  assert.equal(chosen(unsaid), 'build');
  assert.equal(chosen(unsaid, 'same'), '1.0.0-rc.1');
  assert.equal(chosen(unsaid, 'same', 'same'), '1.0.0-rc.2');
  assert.equal(chosen(unsaid, 'withdrawn', 'failed', 'unfinished', 'same'), '1.0.0-rc.1');
  assert.equal(chosen(unsaid, 'other', 'same'), '1.0.0-rc.1 over 1.0.0-rc.2');
  assert.equal(chosen(unsaid, 'withdrawn', 'failed', 'unfinished'), 'build');
});

void test('a validated candidate of another build is never passed over silently for a new build', () => {
  const refused =
    /^PROMOTION_REFUSED the bytes validated as v1\.0\.0-rc\.2 would not be published: .* differs in one build input/;
  assert.match(chosen(unsaid, 'other', 'other'), refused);
  assert.match(chosen(unsaid, 'unfinished', 'withdrawn', 'other'), /^PROMOTION_REFUSED .*rc\.1/);
  assert.match(chosen(unsaid, 'invalid'), /^VERIFICATION_FAILED .*rc\.1 does not count: it was signed by a stranger/);
  assert.match(chosen(unsaid, 'other', 'unknown'), /^HISTORY_SHALLOW /);
  assert.equal(chosen(rebuild, 'other', 'other'), 'rebuild, not 1.0.0-rc.2');
  assert.equal(chosen(rebuild, 'same'), 'rebuild, not 1.0.0-rc.1');
  assert.equal(chosen(rebuild, 'invalid'), 'rebuild, not 1.0.0-rc.1');
  assert.equal(chosen(rebuild, 'withdrawn'), 'build');
});

void test('a tag that names a candidate gets that one or none, however high others are', () => {
  assert.equal(chosen(promote(1), 'same', 'same'), '1.0.0-rc.1 over 1.0.0-rc.2');
  assert.equal(chosen(promote(1), 'withdrawn', 'unfinished', 'same'), '1.0.0-rc.1');
  assert.match(chosen(promote(1), 'same', 'withdrawn'), /^WITHDRAWAL_REFUSED .*rc\.1 \("loses uploads"\)/);
  assert.match(chosen(promote(1), 'same', 'failed'), /^PROMOTION_REFUSED its candidate v1\.0\.0-rc\.1 did not pass/);
  assert.match(chosen(promote(1), 'same', 'unfinished'), /^NOT_PUBLISHED .*rc\.1, which is not published/);
  assert.match(chosen(promote(1), 'same', 'invalid'), /^VERIFICATION_FAILED /);
  assert.match(chosen(promote(1), 'same', 'other'), /^PROMOTION_REFUSED .*rc\.1/);
  assert.match(chosen(promote(1), 'same', 'unknown'), /^HISTORY_SHALLOW /);
  assert.match(chosen(promote(3), 'same', 'same'), /^TAG_MISSING .*rc\.3/);
  const moved: OriginWish = {
    kind: 'promote',
    version: readVersion('1.0.0-rc.1'),
    tagObject: objectId('f'.repeat(40)),
  };
  assert.match(chosen(moved, 'same'), /^TAG_MOVED /);
});

void test('the paths that differ are listed, the first twenty, and made safe to print', () => {
  const inputs = ['\u001b[2J', ...Array.from({ length: 30 }, (_, index) => `src/${index}`)];
  const [first] = candidates('other');
  assert.ok(first?.record.is === 'committed');
  const record = { ...first.record, comparison: { is: 'different', inputs, paths: inputs } as const };
  const refusal = chooseOrigin(unsaid, [{ ...first, record }]);
  assert.ok(refusal.is === 'refused');
  assert.equal(refusal.details.length, 21);
  assert.deepEqual([refusal.details[0], refusal.details.at(-1)], ['\\u{1b}[2J', 'and 11 more']);
});

void test('whoever stops reading where isDecided() allows it chooses as whoever reads all candidates', () => {
  const kind = fc.constantFrom<Kind>('same', 'other', 'unknown', 'unfinished', 'invalid', 'withdrawn', 'failed');
  const wish = fc.oneof(fc.constant(unsaid), fc.constant(rebuild), fc.integer({ min: 1, max: 6 }).map(promote));
  fc.assert(
    fc.property(fc.array(kind, { maxLength: 5 }), wish, (kinds, wished) => {
      const all = candidates(...kinds);
      const read: CandidateState[] = [];
      for (const one of all) {
        read.push(one);
        if (isDecided(wished, read)) break;
      }
      assert.deepEqual(chooseOrigin(wished, read), chooseOrigin(wished, all));
    }),
  );
});
