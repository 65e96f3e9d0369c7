import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatClaimedTime } from './claimed-time.ts';

void test('formatClaimedTime() marks what lies ahead of our clock and survives what is no date', () => {
  const now = Date.parse('2026-03-01T12:00:00Z') / 1000;
  assert.equal(formatClaimedTime(now, now), '2026-03-01 12:00Z');
  assert.equal(formatClaimedTime(now + 60, now), '2026-03-01 12:01Z (in the future)');
  assert.equal(formatClaimedTime(0, now), '1970-01-01 00:00Z');
  assert.equal(formatClaimedTime(9e12, now), '9000000000000 s (in the future)');
  assert.match(formatClaimedTime(1e12, now), /^\+033658-09-27T.*\(in the future\)$/);
});
