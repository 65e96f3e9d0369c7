import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isCutwaterError } from './error.ts';
import { compareVersions, formatVersion, parseVersion, readVersion, releaseClassOf } from './version.ts';

const refused: readonly (readonly [string, RegExp])[] = [
  ['', /empty/],
  ['1', /one number/],
  ['1.2', /two numbers/],
  ['1.2.3.4', /more than three/],
  ['01.2.3', /leading zero/],
  ['1.2.3-01', /leading zero/],
  ['1.2.3+meta', /build metadata "\+meta"/],
  ['1.2.3-', /SemVer/],
  ['1.2.3 ', /SemVer/],
  ['1.2.3\n', /SemVer/],
  ['９.2.3', /SemVer/],
  ['1.2.9007199254740992', /above/],
  [`1.2.3-${'a'.repeat(200)}`, /128/],
];

void test('parseVersion() refuses what is not strict SemVer and says why', () => {
  for (const [text, reason] of refused) {
    const parsed = parseVersion(text);
    assert.equal(parsed.is, 'refused', text);
    assert.match(parsed.is === 'refused' ? parsed.reason : '', reason, text);
  }
});

void test('formatVersion() gives back every text that parseVersion() accepts', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0129.-rcab'.split('')), maxLength: 14 }), (text) => {
      const parsed = parseVersion(text);
      if (parsed.is === 'ok') assert.equal(formatVersion(parsed.value), text);
    }),
    { numRuns: 5000 },
  );
});

void test('compareVersions() follows the order of the SemVer specification', () => {
  const ordered = [
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.9.9',
    '1.10.0',
  ];
  const versions = ordered.map(readVersion);
  assert.deepEqual(versions.toReversed().toSorted(compareVersions).map(formatVersion), ordered);
});

void test('releaseClassOf() calls only X.Y.Z-rc.N with N from 1 a release candidate', () => {
  const classes = ['1.2.3', '1.2.3-rc.1', '1.2.3-rc.0', '1.2.3-rc', '1.2.3-rc.1.2', '1.2.3-alpha.1'].map((text) =>
    releaseClassOf(readVersion(text)),
  );
  assert.deepEqual(classes, ['stable', 'rc', 'prerelease', 'prerelease', 'prerelease', 'prerelease']);
});

void test('readVersion() takes 1.2.3 and v1.2.3 as the same and throws VERSION_INVALID with the text made harmless', () => {
  assert.deepEqual(readVersion('v1.2.3'), readVersion('1.2.3'));
  assert.throws(
    () => readVersion('1.2\u001b[31m'),
    (error) => isCutwaterError(error, 'VERSION_INVALID') && !error.message.includes('\u001b'),
  );
});
