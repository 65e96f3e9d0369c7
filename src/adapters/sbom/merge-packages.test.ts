import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { mergePackages } from './merge-packages.ts';
import { npmPurl, readNodePackage } from './node-package.ts';

test('a package is one however often it is named, with every place and all that it needs', () => {
  const ref = npmPurl('a', '1.0.0');
  const read = readNodePackage(new TextEncoder().encode('{"name":"a","version":"1.0.0"}'));
  if (read.is === 'refused') throw new Error(read.reason);
  const one = { ...read.value, dependsOn: ['x'], scope: 'optional' as const };
  const two = { ...read.value, dependsOn: ['y', 'x'], scope: 'required' as const, source: 'https://example.org' };
  deepEqual(
    mergePackages([
      { path: 'z', packages: [one] },
      { path: 'b', packages: [two, one] },
    ]),
    [{ ...two, ref, dependsOn: ['x', 'y'], occurrences: ['b', 'z'] }],
  );
});

// With a copy of the places for each place this would be a hundred thousand million steps.
test('a package that lies in half a million folders is merged', () => {
  const read = readNodePackage(new TextEncoder().encode('{"name":"a","version":"1.0.0"}'));
  if (read.is === 'refused') throw new Error(read.reason);
  const packages = [read.value];
  const places = Array.from({ length: 500_000 }, (_, at) => ({ path: `/${at}/package.json`, packages }));
  equal(mergePackages(places)[0]?.occurrences.length, 500_000);
});
