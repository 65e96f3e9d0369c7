import { deepEqual, equal, throws } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from './canonical-json.ts';
import { Secret } from './secret.ts';

test('canonicalJson() sorts keys at every depth and writes no spaces', () => {
  equal(canonicalJson({ b: [{ d: 1, c: null }], a: 'é"' }), '{"a":"é\\"","b":[{"c":null,"d":1}]}');
});

test('canonicalJson() sorts by UTF-16 code units, as RFC 8785 section 3.2.3 shows', () => {
  const written = canonicalJson({
    '\u20ac': 1,
    '\r': 2,
    '\ufb33': 3,
    '1': 4,
    '\u{1f600}': 5,
    '\u0080': 6,
    '\u00f6': 7,
  });
  deepEqual(Object.values(JSON.parse(written.replace('"1":', '"x1":'))), [2, 4, 6, 7, 1, 5, 3]);
});

test('canonicalJson() leaves out undefined properties and writes -0 as 0', () => {
  equal(canonicalJson({ a: undefined, b: -0 }), '{"b":0}');
});

test('canonicalJson() throws for what JSON cannot hold', () => {
  for (const value of [
    Number.NaN,
    Infinity,
    undefined,
    1n,
    () => 1,
    new Date(0),
    new Map(),
    new Secret('x'),
    [undefined],
  ])
    throws(() => canonicalJson(value));
});

test('canonicalJson() reads back as the same value, whatever the order of the keys', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const plain: unknown = JSON.parse(JSON.stringify(value));
      const written = canonicalJson(plain);
      deepEqual(JSON.parse(written), plain);
      equal(canonicalJson(reversed(plain)), written);
    }),
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const entries: [string, unknown][] = Object.entries(value).map(([key, member]) => [key, reversed(member)]);
  return Object.fromEntries(entries.reverse());
}
