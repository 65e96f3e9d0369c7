import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { digestOf } from '../../domain/digest.ts';
import { objectId } from '../../domain/object-id.ts';
import type { PassedGate, SignedEvidence } from '../../domain/release-checks.ts';
import type { ReleasePredicate } from '../../domain/release-statement.ts';
import { parseReleaseStatement } from './parse-release-statement.ts';
import { releaseStatement } from './release-statement.ts';
import { statementBytes } from './statement.ts';

const index = digestOf('index');
const commit = objectId('b'.repeat(40));
const gate: PassedGate = {
  outcome: 'passed',
  name: 'smoke',
  on: 'candidate',
  commit,
  image: index,
  startedAt: '2026-01-31T12:00:00Z',
  finishedAt: '2026-01-31T12:05:00Z',
  log: digestOf('log'),
  report: null,
  from: 'v1.2.3-rc.1',
};
const evidence: SignedEvidence = {
  outcome: 'passed',
  name: 'staging',
  version: '1.2.3-rc.1',
  commit,
  image: index,
  tag: { name: 'evidence/staging/v1.2.3-rc.1/2', object: objectId('e'.repeat(40)), raw: 'b2JqZWN0' },
  signer: { name: 'Ada', format: 'ssh', fingerprint: 'SHA256:x' },
  signedAt: '2026-01-31T13:00:00Z',
  report: digestOf('report'),
};
const predicate: ReleasePredicate = {
  purl: `pkg:oci/app@${index}?repository_url=embedded%2Fapp`,
  version: '1.2.3',
  schema: 'cutwater.release/1',
  project: 'rustshare',
  class: 'stable',
  tag: {
    name: 'v1.2.3',
    object: objectId('a'.repeat(40)),
    raw: 'b2JqZWN0',
    signer: { name: 'Ada', format: 'openpgp', fingerprint: 'F'.repeat(40) },
  },
  source: { commit },
  build: { commit },
  image: { name: 'embedded/app', index, platforms: [{ platform: 'linux/amd64', digest: digestOf('amd64') }] },
  binaries: [],
  documents: [],
  assets: [],
  gates: [gate, { outcome: 'not-required', name: 'drill', on: 'source', since: 'v1.2.2' }],
  evidence: [evidence, { outcome: 'not-required', name: 'restore-drill', since: 'v1.2.2' }],
};

function read(change: object): string {
  const parsed = parseReleaseStatement(statementBytes(releaseStatement({ ...predicate, ...change })));
  return parsed.is === 'ok' ? 'accepted' : parsed.reason;
}

void suite('gates and evidence in a release statement', () => {
  test('what was checked, and what was not asked for, is read back', () => {
    assert.equal(read({}), 'accepted');
    assert.equal(read({ gates: [], evidence: [] }), 'accepted');
    const own = {
      ...evidence,
      version: '1.2.3',
      image: null,
      tag: { ...evidence.tag, name: 'evidence/staging/v1.2.3/1' },
    };
    assert.equal(read({ evidence: [own] }), 'accepted', 'signed before there was an image');
    const { from: _, ...first } = gate;
    assert.equal(read({ gates: [{ ...first, on: 'source', image: null }] }), 'accepted');
  });

  const refusals: readonly (readonly [string, object, RegExp])[] = [
    ['a gate that failed', { gates: [{ ...gate, outcome: 'failed' }] }, /outcome is not "passed"/],
    ['a gate without its log', { gates: [{ ...gate, log: undefined }] }, /gates\[0\] has no "log"|log is not/],
    ['a gate that says more', { gates: [{ ...gate, note: 'x' }] }, /unknown member "note"/],
    [
      'a gate with a made-up time',
      { gates: [{ ...gate, startedAt: '2026-13-31T12:00:00Z' }] },
      /startedAt is not a time/,
    ],
    [
      'a gate that ended before it began',
      { gates: [{ ...gate, finishedAt: '2026-01-31T11:59:59Z' }] },
      /before it began/,
    ],
    ['a gate of another image', { gates: [{ ...gate, image: digestOf('x') }] }, /gate "smoke" ran on sha256:/],
    ['a gate of no image', { gates: [{ ...gate, image: null }] }, /gate "smoke" ran on no image/],
    ['a source gate with an image', { gates: [{ ...gate, on: 'source' }] }, /none is wanted/],
    ['a gate twice', { gates: [gate, gate] }, /"smoke on candidate" twice/],
    ['evidence that failed', { evidence: [{ ...evidence, outcome: 'fail' }] }, /outcome is not "passed"/],
    ['evidence without signer', { evidence: [{ ...evidence, signer: null }] }, /signer is not an object/],
    ['evidence of another image', { evidence: [{ ...evidence, image: digestOf('x') }] }, /is about image/],
    ['evidence of no image of a candidate', { evidence: [{ ...evidence, image: null }] }, /names no image/],
    [
      'evidence under another name',
      { evidence: [{ ...evidence, name: 'migration' }] },
      /"migration" for "1\.2\.3-rc\.1" is tag/,
    ],
    ['evidence for another version', { evidence: [{ ...evidence, version: '1.2.3-rc.2' }] }, /is tag "evidence/],
    [
      'evidence of another release',
      { evidence: [{ ...evidence, version: '1.2.4', tag: { ...evidence.tag, name: 'evidence/staging/v1.2.4/1' } }] },
      /is about "1\.2\.4"/,
    ],
    ['evidence twice', { evidence: [evidence, evidence] }, /"staging" twice/],
    ['no gates at all', { gates: undefined }, /has no "gates"/],
  ];
  for (const [name, change, reason] of refusals) test(`${name} is refused`, () => assert.match(read(change), reason));
});
