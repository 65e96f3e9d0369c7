import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatTagName, parseTagName } from './tag-name.ts';

void test('parseTagName() reads every kind of decision and formatTagName() writes it back', () => {
  const names = ['v1.2.3', 'v1.2.3-rc.1', 'withdrawn/v1.2.3/1', 'restored/v1.2.3-rc.2/12', 'checkpoint/7'];
  names.push('evidence/staging/v1.2.3-rc.4/1', 'evidence/restore-drill/v1.2.3/12');
  for (const name of names) {
    const parsed = parseTagName(name);
    assert.equal(parsed.is === 'ok' ? formatTagName(parsed.value) : parsed.reason, name);
  }
});

void test('parseTagName() refuses near misses and hostile names, each with its reason', () => {
  const table: readonly (readonly [string, RegExp])[] = [
    ['v', /empty/],
    ['v1.2', /two numbers/],
    ['v01.2.3', /leading zero/],
    ['v1.2.3-01', /leading zero/],
    ['V1.2.3', /begins with "V"/],
    ['1.2.3', /no "v"/],
    ['v1.2.3+x', /build metadata/],
    ['v1.2.3-alpha.1', /no release candidate/],
    ['v1.2.3-rc.0', /no release candidate/],
    ['withdrawn/v1.2.3', /withdrawn\/vX\.Y\.Z\/N/],
    ['withdrawn/v1.2.3/0', /withdrawn/],
    ['withdrawn/1.2.3/1', /withdrawn/],
    ['restored/v1.2.3/1/2', /restored/],
    ['checkpoint/01', /checkpoint/],
    ['evidence/staging/v1.2.3', /evidence\/NAME\/vX\.Y\.Z\/N/],
    ['evidence/Staging/v1.2.3/1', /evidence\/NAME/],
    ['evidence/a_b/v1.2.3/1', /evidence\/NAME/],
    ['evidence/-/v1.2.3/1', /evidence\/NAME/],
    ['evidence/staging/1.2.3/1', /evidence\/NAME/],
    ['evidence/staging/v1.2.3/0', /evidence\/NAME/],
    ['evidence/staging/v1.2.3/1/2', /evidence\/NAME/],
    ['evidence/staging/v1.2.3-alpha.1/1', /evidence\/NAME/],
    [
      `evidence/${'a'.repeat(32)}/v${`${'9'.repeat(15)}.`.repeat(2)}${'9'.repeat(15)}-rc.${'9'.repeat(15)}/${'9'.repeat(9)}`,
      /longer than 110/,
    ],
    ['v1;touch${IFS}pwned', /SemVer/],
    ['v1$(id)', /SemVer/],
    ['--upload-pack=x', /not "v" and a version/],
    ['v1.2.3\u202e', /SemVer/],
    ['v1.2.3\n', /SemVer/],
    ['../../v1.2.3', /not "v"/],
  ];
  for (const [name, reason] of table) {
    const parsed = parseTagName(name);
    assert.match(parsed.is === 'refused' ? parsed.reason : 'accepted', reason, name);
  }
});

void test('parseTagName() never throws, and what it accepts has no character but letters, digits, dots, dashes and slashes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (name) => {
      if (parseTagName(name).is === 'ok') assert.match(name, /^[a-z0-9./-]+$/i);
    }),
  );
});
