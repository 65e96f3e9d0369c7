import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { GpgVerdict } from './gpg-status.ts';
import { parseGpgStatus } from './gpg-status.ts';

const primary = 'A'.repeat(40);
const subkey = 'B'.repeat(40);
const valid = (hash = '8', signatureClass = '00', last = ` ${primary}`) =>
  `VALIDSIG ${subkey} 2026-11-23 1795417555 0 4 0 22 ${hash} ${signatureClass}${last}`;
const unjudged: GpgVerdict = { is: 'unverifiable', reason: 'is nothing that gpg can judge' };

const table: readonly (readonly [string, readonly string[], GpgVerdict])[] = [
  ['a good signature by a subkey', ['NEWSIG', 'GOODSIG BBBB A <a@x>', valid()], { is: 'good', fingerprint: primary }],
  [
    'an expired key',
    ['NEWSIG', 'KEYEXPIRED 1', 'EXPKEYSIG BBBB A', valid()],
    { is: 'expired-key', fingerprint: primary },
  ],
  ['a revoked key', ['NEWSIG', 'REVKEYSIG BBBB A', valid()], { is: 'revoked-key', fingerprint: primary }],
  ['an expired signature', ['NEWSIG', 'EXPSIG BBBB A', valid()], { is: 'expired-signature', fingerprint: primary }],
  ['a bad signature', ['NEWSIG', 'BADSIG BBBB A'], { is: 'bad', reason: 'does not belong to this tag' }],
  [
    'a key that is not there',
    ['NEWSIG', `ERRSIG BBBB 22 8 00 1 9 ${subkey}`, 'NO_PUBKEY BBBB'],
    { is: 'no-key', issuer: subkey },
  ],
  [
    'an old gpg without the fingerprint',
    ['NEWSIG', 'ERRSIG 0123456789ABCDEF 22 8 00 1 9'],
    { is: 'no-key', issuer: '0123456789ABCDEF' },
  ],
  [
    'an unknown algorithm',
    ['NEWSIG', 'ERRSIG BBBB 99 8 00 1 4 -'],
    { is: 'unverifiable', reason: 'uses an algorithm that gpg does not know' },
  ],
  ['another error', ['NEWSIG', 'ERRSIG BBBB 22 8 00 1 3 -'], unjudged],
  [
    'two signatures',
    ['NEWSIG', 'GOODSIG B A', valid(), 'NEWSIG', 'GOODSIG B A', valid()],
    { is: 'bad', reason: 'holds 2 signatures, one is wanted' },
  ],
  [
    'a good and a bad outcome',
    ['NEWSIG', 'GOODSIG B A', 'BADSIG B A', valid()],
    { is: 'bad', reason: 'does not belong to this tag' },
  ],
  ['two outcomes', ['NEWSIG', 'GOODSIG B A', 'REVKEYSIG B A', valid()], unjudged],
  ['GOODSIG without VALIDSIG', ['NEWSIG', 'GOODSIG B A'], unjudged],
  ['VALIDSIG without GOODSIG', ['NEWSIG', valid()], unjudged],
  ['SHA-1', ['NEWSIG', 'GOODSIG B A', valid('2')], { is: 'bad', reason: 'uses SHA-1, SHA-256 or better is wanted' }],
  ['a text signature', ['NEWSIG', 'GOODSIG B A', valid('8', '01')], { is: 'bad', reason: 'is not made over bytes' }],
  [
    'no primary fingerprint',
    ['NEWSIG', 'GOODSIG B A', valid('8', '00', '')],
    { is: 'unverifiable', reason: 'has no primary key that gpg names' },
  ],
  ['no data', ['NODATA 4'], unjudged],
  ['silence', [], unjudged],
];

for (const [what, lines, verdict] of table)
  test(`parseGpgStatus() understands ${what}`, () => {
    assert.deepEqual(parseGpgStatus(lines.map((line) => `[GNUPG:] ${line}\n`).join('')), verdict);
  });

test('parseGpgStatus() reads status lines only', () => {
  assert.deepEqual(parseGpgStatus(`GOODSIG\n [GNUPG:] NEWSIG\n[GNUPG:] NEWSIG\ngpg: [GNUPG:] GOODSIG B A\n`), unjudged);
});

test('parseGpgStatus() never throws', () => {
  const word = fc.constantFrom('NEWSIG', 'GOODSIG', 'BADSIG', 'ERRSIG', 'VALIDSIG', 'EXPSIG', '9', primary, '00');
  fc.assert(
    fc.property(
      fc.array(fc.array(word)),
      (lines) => void parseGpgStatus(lines.map((l) => `[GNUPG:] ${l.join(' ')}`).join('\n')),
    ),
  );
});
