import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectId } from '../domain/object-id.ts';
import { readVersion } from '../domain/version.ts';
import { candidateTag, decisionTag, readRegistryTag, shaTag, statementTag, versionTag } from './registry-tags.ts';

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

void test('readRegistryTag() takes candidates, aliases and strangers for nothing else', () => {
  const others = [
    candidateTag(commit),
    shaTag(commit, 'full'),
    shaTag(commit, 'short'),
    'latest',
    '1',
    '1.2',
    'edge',
    'statement-1.2',
    'withdrawn-1.2.3',
    'withdrawn-1-1.2.3',
    'checkpoint-0',
    'checkpoint-1',
    'checkpoint-1-x',
    `${candidateTag(commit)}.statement`,
  ];
  for (const tag of others) assert.deepEqual(readRegistryTag(tag), { kind: 'other' }, tag);
});
