import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseAuthChallenges } from './auth-challenge.ts';
import { nextLink } from './link-header.ts';
import { retryAfter } from './retry-after.ts';

const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const text = fc.string({ unit: fc.constantFrom(...'ab ,="\\;<>:/'.split('')), maxLength: 12 });
const challenge = fc.record({
  scheme: token,
  parameters: fc.uniqueArray(fc.tuple(token, text), { selector: ([name]) => name, minLength: 1, maxLength: 4 }),
});

const quoted = (value: string): string => `"${value.replace(/["\\]/g, '\\$&')}"`;

test('every list of challenges with quoted values is read as it was written, in one header or in several', () => {
  fc.assert(
    fc.property(fc.array(challenge, { maxLength: 4 }), fc.boolean(), (challenges, joined) => {
      const headers = challenges.map(
        ({ scheme, parameters }) =>
          `${scheme} ${parameters.map(([name, value]) => `${name}=${quoted(value)}`).join(', ')}`,
      );
      const found = parseAuthChallenges(joined ? [headers.join(', ')] : headers);
      assert.deepEqual(
        found.map(({ scheme, parameters }) => ({ scheme, parameters: [...parameters] })),
        challenges.map(({ scheme, parameters }) => ({ scheme, parameters })),
      );
    }),
  );
});

test('no header makes the parsers throw or hang', () => {
  const hostile = fc.string({ unit: fc.constantFrom(...'aB1 \t,="\\;<>:/{}%'.split('')), maxLength: 400 });
  fc.assert(
    fc.property(hostile, (header) => {
      parseAuthChallenges([header]);
      nextLink([header]);
      const wait = retryAfter(header, header, 0);
      assert.ok(wait === undefined || (Number.isFinite(wait) && wait >= 0));
    }),
    { numRuns: 1000 },
  );
});

test('very long headers of one repeated piece are read in no time', () => {
  for (const piece of ['a ', 'a=', '"\\', '<a>;', 'a="', ', ', '<a>; a="b', ';a=b', 'a,'])
    for (const start of ['', 'Bearer ', '<a>']) {
      const header = start + piece.repeat(16_000 / piece.length);
      const begun = performance.now();
      parseAuthChallenges([header]);
      nextLink([header]);
      retryAfter(undefined, `retry-after: ${header}`, 0);
      assert.ok(performance.now() - begun < 500, `${start}${piece}`);
    }
});
