import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { longestWait, nextLook } from './next-look.ts';

const least = fc.integer({ min: 1000, max: 3_600_000 });
const quiet = fc.nat(10_000);

test('the wait is never below the least one, grows while nothing happens, and ends growing', () => {
  fc.assert(
    fc.property(least, quiet, (shortest, looks) => {
      const wait = (count: number): number => nextLook({ quiet: count, least: shortest, now: 0, left: undefined });
      assert.ok(wait(looks) >= shortest);
      assert.ok(wait(looks + 1) >= wait(looks));
      assert.ok(wait(looks) <= Math.max(shortest, longestWait));
    }),
  );
});

test('however long one watches, what the server allows is never used up', () => {
  fc.assert(
    fc.property(fc.nat(6000), fc.integer({ min: 1, max: 3_600_000 }), (requests, until) => {
      let [now, left] = [0, requests];
      while (now < until) {
        now += nextLook({ quiet: 0, least: 1000, now, left: { requests: left, resetsAt: until } });
        if (now < until) left -= 4;
      }
      assert.ok(left >= Math.min(requests, 4), `${left} of ${requests} are left`);
    }),
  );
});

test('watching a run that stands still for two hours takes at most 250 looks', () => {
  let [now, looks] = [0, 0];
  for (; now < 7_200_000; looks += 1) now += nextLook({ quiet: looks, least: 3000, now, left: undefined });
  assert.ok(looks <= 250, `${looks}`);
});
