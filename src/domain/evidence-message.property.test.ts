import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { digestOf } from './digest.ts';
import type { EvidenceMessage } from './evidence-message.ts';
import { formatEvidenceMessage, parseEvidenceMessage, parseEvidenceNote } from './evidence-message.ts';
import { objectId } from './object-id.ts';
import { readVersion } from './version.ts';

const note = fc
  .string({ unit: fc.constantFrom('a', ' ', '\n', ':', 'P', 'é', '-'), maxLength: 40 })
  .map((text) => parseEvidenceNote(text))
  .filter((parsed) => parsed.is === 'ok')
  .map(({ value }) => value);
const message: fc.Arbitrary<EvidenceMessage> = fc.record(
  {
    project: fc.constant('tiny'),
    evidence: fc.constantFrom('staging', 'restore-drill'),
    version: fc.constantFrom('1.2.3', '0.4.0-rc.12').map(readVersion),
    release: fc.constantFrom('a'.repeat(40), 'b'.repeat(64)).map(objectId),
    commit: fc.constantFrom('c'.repeat(40), 'd'.repeat(64)).map(objectId),
    digest: fc.constantFrom(undefined, digestOf('x')),
    outcome: fc.constantFrom('pass', 'fail', 'pending'),
    environment: fc.constantFrom(undefined, 'staging-eu'),
    report: fc.constantFrom(undefined, digestOf('y')),
    note,
  },
  { noNullPrototype: true },
);

test('parseEvidenceMessage() reads back whatever formatEvidenceMessage() writes', () =>
  fc.assert(
    fc.property(message, (one) => {
      assert.deepEqual(parseEvidenceMessage(formatEvidenceMessage(one)), { is: 'ok', value: one });
    }),
  ));

test('a message in which any one character is another one says something else, or nothing', () =>
  fc.assert(
    fc.property(message, fc.nat(), fc.constantFrom('x', '0', '\n', ' ', ':'), (one, place, character) => {
      const text = formatEvidenceMessage(one);
      const at = place % text.length;
      const changed = text.slice(0, at) + character + text.slice(at + 1);
      const parsed = parseEvidenceMessage(changed);
      if (changed !== text && parsed.is === 'ok') assert.notDeepEqual(parsed.value, one);
    }),
  ));

const base = formatEvidenceMessage({
  project: 'tiny',
  evidence: 'staging',
  version: readVersion('1.2.3-rc.1'),
  release: objectId('a'.repeat(40)),
  commit: objectId('c'.repeat(40)),
  digest: digestOf('x'),
  outcome: 'fail',
  environment: undefined,
  report: undefined,
  note: 'loses uploads',
});

const refusals: readonly (readonly [string, string, string, RegExp])[] = [
  [
    'a title that says pass over lines that say fail',
    ': fail\n\nloses',
    ': pass\n\nloses',
    /not as Cutwater writes it/,
  ],
  ['a line twice', 'Outcome: fail', 'Outcome: fail\nOutcome: pass', /two lines "Outcome"/],
  ['an unknown line', 'Outcome: fail', 'Outcome: fail\nSeverity: low', /does not end in the lines/],
  ['no outcome', 'Outcome: fail\n', '', /no line "Outcome/],
  ['another outcome', 'Outcome: fail', 'Outcome: PASS', /no line "Outcome/],
  ['a short commit', `Commit: ${'c'.repeat(40)}`, `Commit: ${'c'.repeat(12)}`, /"Commit"/],
  ['no image line', `Image: ${digestOf('x')}\n`, '', /"Image"/],
  ['a tag as image', `Image: ${digestOf('x')}`, 'Image: 1.2.3', /"Image"/],
  ['lines in another order', 'Project: tiny\nEvidence: staging', 'Evidence: staging\nProject: tiny', /not as Cutwater/],
  ['a second paragraph below the lines', 'Outcome: fail\n', 'Outcome: fail\n\nOutcome: pass\n', /"Project"/],
];
for (const [name, from, to, reason] of refusals)
  test(`parseEvidenceMessage() refuses ${name}`, () => {
    assert.ok(base.includes(from), name);
    const parsed = parseEvidenceMessage(base.replace(from, to));
    assert.match(parsed.is === 'refused' ? parsed.reason : 'accepted', reason);
  });

test('parseEvidenceNote() refuses what could be read as a signature, and what cannot be seen', () => {
  for (const text of ['-----BEGIN PGP SIGNATURE-----', 'a\n-----END', 'a\u0007', 'a\u202eb', 'x'.repeat(2001)])
    assert.equal(parseEvidenceNote(text).is, 'refused', JSON.stringify(text));
  assert.deepEqual(parseEvidenceNote(' two\r\nlines \n'), { is: 'ok', value: 'two\nlines' });
});
