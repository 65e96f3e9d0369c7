import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { digestOf } from '../domain/digest.ts';
import { objectId } from '../domain/object-id.ts';
import { readVersion } from '../domain/version.ts';
import type { EvidencePolicy } from '../policy/gate-policy.ts';
import type { Evidence, EvidenceContext, EvidenceSubject } from './evidence.ts';
import { evidenceMismatch, newestEvidence } from './evidence.ts';
import { ageText, evidenceStates, failedEvidence, missingEvidence } from './evidence-state.ts';

const commit = objectId('c'.repeat(40));
const docs = objectId('d'.repeat(40));
const code = objectId('e'.repeat(40));
const lost = objectId('7'.repeat(40));
const release = objectId('a'.repeat(40));
const own = objectId('b'.repeat(40));
const image = digestOf('image');

/** Evidence for 1.0.0-rc.1 as it should be. */
function piece(change: Partial<Evidence> & { readonly at?: string } = {}): Evidence {
  const { at = '1.0.0-rc.1', ...rest } = change;
  return {
    name: 'staging',
    version: readVersion(at),
    number: 1,
    tag: { name: 'evidence/staging/v1.0.0-rc.1/1', object: objectId('f'.repeat(40)), raw: new Uint8Array() },
    release: at === '1.0.0' ? own : release,
    commit: at === '1.0.0' ? docs : commit,
    digest: image,
    outcome: 'pass',
    environment: undefined,
    report: undefined,
    note: '',
    signer: { name: 'Ada', format: 'ssh', fingerprint: 'SHA256:x' },
    signedAt: 1000,
    ...rest,
  };
}

const context: EvidenceContext = {
  releases: new Map([
    ['1.0.0-rc.1', { object: release, commit }],
    ['1.0.0-rc.2', { object: objectId('9'.repeat(40)), commit: code }],
    ['1.0.0', { object: own, commit: docs }],
  ]),
  // The stable commit changes the changelog only.
  compare: (other) => {
    if (other === code) return { is: 'different', reason: 'it is about commit eeee, which differs in app.txt' };
    return other === lost ? { is: 'unknown', reason: 'this clone has no commit 7777' } : { is: 'same' };
  },
};
const subject: EvidenceSubject = { version: readVersion('1.0.0'), commit: docs, digest: image };
const unbuilt: EvidenceSubject = { ...subject, digest: undefined };

void suite('which evidence counts for a release', () => {
  const counting: readonly (readonly [string, Evidence, EvidenceSubject])[] = [
    ['of the candidate with the image that is promoted, over an equivalent commit', piece(), subject],
    ['of the release itself with its image', piece({ at: '1.0.0' }), subject],
    ['of the release itself from before it had an image', piece({ at: '1.0.0', digest: undefined }), subject],
    ['of the release itself before it has an image', piece({ at: '1.0.0', digest: undefined }), unbuilt],
    ['of a failure, whatever image it saw', piece({ outcome: 'fail', digest: digestOf('other') }), subject],
    ['of a failure of the same source, which would be built anew', piece({ outcome: 'fail' }), unbuilt],
    ['of a failure under a tag that was moved since', piece({ outcome: 'fail', release: own }), subject],
    ['of a failure that nobody here can compare', piece({ outcome: 'fail', commit: lost, digest: undefined }), subject],
    ['of a failure of this image, whatever it was built from', piece({ outcome: 'fail', commit: code }), subject],
  ];
  for (const [name, evidence, about] of counting)
    test(`evidence ${name}`, () => assert.equal(evidenceMismatch(evidence, about, context), undefined));

  const others: readonly (readonly [string, Evidence, EvidenceSubject, RegExp])[] = [
    ['of another version', piece({ at: '1.0.1' }), subject, /about 1\.0\.1/],
    ['of a candidate of another version', piece({ at: '1.1.0-rc.1' }), subject, /about 1\.1\.0-rc\.1/],
    ['of a candidate with other code', piece({ at: '1.0.0-rc.2', commit: code }), subject, /differs in app\.txt/],
    [
      'of a failure of other code',
      piece({ outcome: 'fail', commit: code, digest: undefined }),
      subject,
      /differs in app\.txt/,
    ],
    ['of a commit that nobody here can compare', piece({ commit: lost }), subject, /no commit 7777/],
    ['pending about such a commit', piece({ outcome: 'pending', commit: lost }), subject, /no commit 7777/],
    ['of another image', piece({ digest: digestOf('other') }), subject, /about image sha256:.* is released/],
    ['of the candidate, where a new image will be built', piece(), unbuilt, /a new one will be built/],
    ['of the candidate that names no image', piece({ digest: undefined }), subject, /names no image/],
    ['of another tag object', piece({ release: own }), subject, /another tag object of v1\.0\.0-rc\.1/],
    ['of another commit than its tag has', piece({ commit: docs }), subject, /but v1\.0\.0-rc\.1 points at cccc/],
    ['of a candidate whose tag is gone', piece({ at: '1.0.0-rc.7', commit }), subject, /no tag v1\.0\.0-rc\.7/],
    ['still pending, of another image', piece({ outcome: 'pending', digest: digestOf('o') }), subject, /about image/],
  ];
  for (const [name, evidence, about, reason] of others)
    test(`not evidence ${name}`, () => assert.match(evidenceMismatch(evidence, about, context) ?? 'counts', reason));

  test('not evidence of the stable release for a candidate', () =>
    assert.match(
      evidenceMismatch(piece({ at: '1.0.0' }), { ...subject, version: readVersion('1.0.0-rc.1') }, context) ?? '',
      /about 1\.0\.0/,
    ));
});

void suite('the newest evidence speaks', () => {
  const newest = (...all: readonly Evidence[]) => newestEvidence(all).get('staging');
  const cases: readonly (readonly [string, Evidence, Evidence])[] = [
    ['the higher number of one version', piece({ number: 2, outcome: 'fail', signedAt: 1 }), piece({ signedAt: 9 })],
    ['the later one of two versions', piece({ signedAt: 9 }), piece({ at: '1.0.0-rc.2', signedAt: 8 })],
    ['of one moment, the higher version', piece({ at: '1.0.0-rc.2' }), piece()],
    ['of one place, the one that failed', piece({ outcome: 'fail' }), piece()],
    ['of one place, the one that waits before one that passed', piece({ outcome: 'pending' }), piece()],
  ];
  for (const [name, wanted, other] of cases)
    test(name, () => {
      assert.equal(newest(wanted, other), wanted);
      assert.equal(newest(other, wanted), wanted);
    });

  const failed = piece({ outcome: 'fail', signedAt: 5 });
  const again = piece({ outcome: 'pending', number: 2, signedAt: 6 });
  test('that somebody looks again takes back no failure, of this candidate or another; a pass does', () => {
    assert.equal(newest(failed, again), failed);
    assert.equal(newest(failed, piece({ at: '1.0.0-rc.2', outcome: 'pending', signedAt: 6 })), failed);
    const passed = piece({ number: 3, signedAt: 7 });
    assert.equal(newest(failed, again, passed), passed);
  });

  test('a pass that is looked at again waits, also where another version passed between', () => {
    assert.equal(newest(piece({ signedAt: 5 }), again), again);
    const between = piece({ at: '1.0.0-rc.2', signedAt: 6 });
    const last = piece({ outcome: 'pending', number: 2, signedAt: 7 });
    assert.equal(newest(failed, between, last), last);
  });

  test('a clock that goes back within a version changes nothing between versions', () => {
    const first = piece({ outcome: 'fail', number: 1, signedAt: 9 });
    const second = piece({ number: 2, signedAt: 1 });
    const other = piece({ at: '1.0.0-rc.2', outcome: 'fail', signedAt: 5 });
    for (const order of [
      [first, second, other],
      [second, other, first],
      [other, first, second],
    ])
      assert.equal(newest(...order), other);
  });
});

void suite('what a release waits for', () => {
  const rule = (change: Partial<EvidencePolicy> = {}): EvidencePolicy => ({
    name: 'staging',
    requiredFor: ['stable'],
    whenChanged: [],
    maxAgeSeconds: undefined,
    ...change,
  });
  const known = { is: 'known', since: 'v0.9.0', paths: ['app.txt'] } as const;
  const states = (rules: readonly EvidencePolicy[], ...found: readonly Evidence[]) =>
    evidenceStates(rules, { kinds: ['stable'], newest: newestEvidence(found), change: known, now: 10_000 });
  const words = (all: ReturnType<typeof states>) => all.map(({ name, state, isRequired }) => [name, state, isRequired]);

  test('a named result is missing, pending, too old, failed or passed, and only passed lets the release go on', () => {
    const all = [
      states([rule()]),
      states([rule()], piece({ outcome: 'pending' })),
      states([rule({ maxAgeSeconds: 8999 })], piece()),
      states([rule()], piece({ outcome: 'fail' })),
      states([rule({ maxAgeSeconds: 9000 })], piece()),
    ];
    assert.deepEqual(
      all.map((one) => [one[0]?.state, missingEvidence(one).length, failedEvidence(one).length]),
      [
        ['missing', 1, 0],
        ['pending', 1, 0],
        ['too-old', 1, 0],
        ['failed', 0, 1],
        ['passed', 0, 0],
      ],
    );
  });

  test('what is asked of other releases is not waited for, but what failed stops any of them', () => {
    const drill = rule({ name: 'drill', requiredFor: ['hotfix'] });
    assert.deepEqual(words(states([drill])), []);
    const failed = states([drill], piece({ name: 'drill', outcome: 'fail' }));
    assert.deepEqual(words(failed), [['drill', 'failed', false]]);
    assert.equal(failedEvidence(failed).length, 1);
    const round = { kinds: ['stable', 'hotfix'], newest: new Map(), change: known, now: 10_000 } as const;
    assert.deepEqual(words(evidenceStates([drill], round)), [['drill', 'missing', true]], 'a merged hotfix is both');
    const pending = states([], piece({ outcome: 'pending' }));
    assert.deepEqual([missingEvidence(pending).length, failedEvidence(pending).length], [0, 0]);
  });

  test('with critical paths a result is asked for only where one of them changed, and the version before is named', () => {
    const [unneeded] = states([rule({ whenChanged: ['db/**'] })]);
    assert.deepEqual([unneeded?.state, unneeded?.isRequired, unneeded?.since], ['not-required', false, 'v0.9.0']);
    const [needed] = states([rule({ whenChanged: ['*.txt'] })]);
    assert.deepEqual([needed?.state, needed?.because], ['missing', 'app.txt changed since v0.9.0']);
    const [failed] = states([rule({ whenChanged: ['db/**'] })], piece({ outcome: 'fail' }));
    assert.equal(failed?.state, 'failed');
  });

  test('ages are told in the unit a person would take', () =>
    assert.deepEqual([-5, 59, 60, 7199, 7200, 259_199, 259_200].map(ageText), [
      '0 min',
      '0 min',
      '1 min',
      '119 min',
      '2 h',
      '71 h',
      '3 d',
    ]));
});
