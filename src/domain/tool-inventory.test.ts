import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ReportedPackage } from './tool-inventory.ts';
import { readReported } from './tool-inventory.ts';

test('the order in which a program found packages and places changes nothing', () => {
  const entries: readonly ReportedPackage[] = [
    { name: 'b', version: '1', purl: 'pkg:npm/b@1', places: ['/z', '/a', '/a'] },
    { name: 'a', version: '1', purl: 'pkg:npm/a@1', places: ['app/a'] },
    { name: 'a', places: [] },
  ];
  const read = readReported(entries);
  deepEqual(readReported(entries.toReversed()), read);
  deepEqual(read.is === 'ok' && read.value.packages.map(({ name, version, places }) => [name, version, places]), [
    ['a', '', ['/']],
    ['a', '1', ['/app/a']],
    ['b', '1', ['/a', '/z']],
  ]);
});

test('entries with control characters, invisible or endless texts are left out and counted, the others stay', () => {
  const good: ReportedPackage = { name: 'good', version: '1', purl: 'pkg:npm/good@1', places: ['/a'] };
  const bad: readonly Partial<ReportedPackage>[] = [
    { name: '' },
    { name: 'a\u001b[2J' },
    { name: 'a\u202eb' },
    { name: 'a'.repeat(1025) },
    { version: '1\n2' },
    { purl: 'pkg:npm/a\u0000@1' },
    { purl: `pkg:npm/${'a'.repeat(1024)}@1` },
    { places: ['/a\nb'] },
    { places: [`/${'a'.repeat(4096)}`] },
  ];
  const read = readReported([good, ...bad.map((change) => ({ ...good, ...change }))]);
  equal(read.is === 'ok' && read.value.packages.length, 1);
  deepEqual(read.is === 'ok' && read.value.leftOut, { count: bad.length, first: '' });
});

test('a report of endless packages or of endless paths is refused whole', () => {
  const one: ReportedPackage = { name: 'a', places: ['/a'] };
  const many = readReported(Array.from({ length: 100_001 }, () => one));
  match(many.is === 'refused' ? many.reason : '', /names more than 100000 packages/);
  const places = Array.from({ length: 1000 }, (_, at) => `/${at}${'x'.repeat(4000)}`);
  const long = readReported(Array.from({ length: 20 }, () => ({ ...one, places })));
  match(long.is === 'refused' ? long.reason : '', /names paths of more than \d+ characters/);
});

test('whatever a report says, what is kept has lines of text and absolute paths only', () => {
  const text = fc.string({ unit: 'binary' });
  const entry = fc.record({ name: text, version: text, purl: text, places: fc.array(text), licence: text });
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const read = readReported(entries);
      if (read.is === 'refused') return;
      equal(read.value.packages.length + (read.value.leftOut?.count ?? 0), entries.length);
      for (const { name, version, purl = '', places, licence = '' } of read.value.packages) {
        equal(/[\p{Cc}\p{Cf}\p{Cs}]/u.test([name, version, purl, licence, ...places].join('')), false);
        equal(places.length > 0 && places.every((place) => place.startsWith('/')), true);
      }
    }),
  );
});
