import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectId } from '../domain/object-id.ts';
import { parseTagName } from '../domain/tag-name.ts';
import { readVersion } from '../domain/version.ts';
import {
  candidateTag,
  decisionTag,
  edgeTag,
  evidenceTag,
  nightlyTag,
  partTag,
  readRegistryTag,
  shaTag,
  statementTag,
  versionTag,
} from './registry-tags.ts';

const version = readVersion('1.2.3-rc.4');
const commit = objectId('a'.repeat(40));

void test('readRegistryTag() reads back every tag that decides something', () => {
  assert.deepEqual(readRegistryTag(versionTag(version)), { kind: 'version', version });
  assert.deepEqual(readRegistryTag(statementTag(version)), { kind: 'statement', version });
  for (const name of [
    { kind: 'withdrawn', version, number: 2 },
    { kind: 'restored', version, number: 10 },
    { kind: 'checkpoint', number: 3 },
  ] as const)
    assert.deepEqual(readRegistryTag(decisionTag(name, commit)), { kind: 'decision', name });
});

void test('readRegistryTag() reads back channels, builds, candidates and pins', () => {
  const pin = `${candidateTag(commit)}.statement`;
  for (const alias of ['latest', '0', '1', '1.2']) assert.deepEqual(readRegistryTag(alias), { kind: 'alias' }, alias);
  assert.deepEqual(readRegistryTag(edgeTag), { kind: 'edge' });
  const date = '2026-02-28';
  assert.deepEqual(readRegistryTag(nightlyTag(Date.parse(`${date}T23:59:59Z`) / 1000)), { kind: 'nightly', date });
  assert.deepEqual(readRegistryTag(shaTag(commit, 'full')), { kind: 'sha', commit });
  assert.deepEqual(readRegistryTag(shaTag(commit, 'short')), { kind: 'sha', commit: commit.slice(0, 12) });
  assert.deepEqual(readRegistryTag(candidateTag(commit)), { kind: 'candidate', release: commit, of: 'image' });
  assert.deepEqual(readRegistryTag(pin), { kind: 'candidate', release: commit, of: 'statement' });
});

void test('readRegistryTag() reads back evidence, also the longest there can be', () => {
  const names = ['evidence/staging/v1.2.3-rc.4/1', `evidence/${'a'.repeat(32)}/v1.2.3/${'9'.repeat(9)}`];
  for (const text of names) {
    const name = parseTagName(text);
    assert.ok(name.is === 'ok' && name.value.kind === 'evidence');
    const id = objectId('a'.repeat(64));
    assert.deepEqual(readRegistryTag(evidenceTag(name.value, id)), { kind: 'evidence', name: name.value });
  }
});

void test('readRegistryTag() takes strangers for nothing', () => {
  const others = [
    'statement-1.2',
    'withdrawn-1.2.3',
    'withdrawn-1-1.2.3',
    'evidence-1-aaaaaaaaaaaa_staging',
    'evidence-0-aaaaaaaaaaaa_staging_1.2.3',
    'evidence-1-aaaaaaaaaaaa_Staging_1.2.3',
    'evidence-1-aaaaaaaaaaaa_staging_1.2',
    'evidence-1_staging_1.2.3',
    'checkpoint-0',
    'checkpoint-1',
    'checkpoint-1-x',
    'Latest',
    '01',
    '1.02',
    '1.2.',
    'edge-1',
    'EDGE',
    'nightly',
    'nightly-',
    'nightly-2026-02-29',
    'nightly-2026-13-01',
    'nightly-2026-2-1',
    'nightly-2026-02-28-1',
    'sha-abcdef',
    'sha-ABCDEF0',
    `sha-${'a'.repeat(65)}`,
    'candidate-abcdef',
    `${candidateTag(commit)}.other`,
    `${candidateTag(commit)}.`,
  ];
  for (const tag of others) assert.deepEqual(readRegistryTag(tag), { kind: 'other' }, tag);
});

void test('the part of a platform has a name of its own, which is read back and is no candidate', () => {
  for (const platform of [
    { os: 'linux', architecture: 'arm64' },
    { os: 'linux', architecture: 'arm', variant: 'v7' },
  ])
    for (const of of [
      { kind: 'release', object: commit },
      { kind: 'commit', commit },
    ] as const)
      assert.deepEqual(readRegistryTag(partTag(of, platform)), { kind: 'part', of, platform });
  const arm64 = { os: 'linux', architecture: 'arm64' };
  assert.equal(partTag({ kind: 'release', object: commit }, arm64), `candidate-${commit}.linux-arm64`);
  assert.equal(partTag({ kind: 'commit', commit }, arm64), `sha-${commit}.linux-arm64`);
  assert.deepEqual(readRegistryTag(`sha-${commit.slice(0, 12)}.linux-arm64`), { kind: 'other' });
  for (const odd of ['linux', 'linux-arm64-v8-more', 'Linux-arm64', 'linux-', 'linux-arm64.statement-x'])
    for (const whole of [candidateTag(commit), shaTag(commit, 'full')])
      assert.deepEqual(readRegistryTag(`${whole}.${odd}`), { kind: 'other' }, odd);
});
