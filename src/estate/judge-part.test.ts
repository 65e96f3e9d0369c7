import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../domain/digest.ts';
import { objectId } from '../domain/object-id.ts';
import type { PartRecord } from '../domain/part-record.ts';
import type { WantedPart } from './judge-part.ts';
import { faultInPart } from './judge-part.ts';

const tag = { name: 'v1.2.3', object: objectId('a'.repeat(40)) };
const wanted: WantedPart = {
  project: 'tiny',
  image: 'example.org/tiny',
  platform: 'linux/arm64',
  index: digestOf('index'),
  tag,
  commit: objectId('b'.repeat(40)),
  policy: digestOf('policy'),
};
const record: PartRecord = {
  ...wanted,
  schema: 'cutwater.part/1',
  manifest: digestOf('manifest'),
  builder: { type: 'urn:cutwater:build:assemble:v1', id: 'https://example.org/ci' },
};

const others: readonly (readonly [string, Partial<PartRecord>])[] = [
  ['project other, tiny', { project: 'other' }],
  ['image example.org/tiny-web, example.org/tiny', { image: 'example.org/tiny-web' }],
  ['platform linux/amd64, linux/arm64', { platform: 'linux/amd64' }],
  [`index ${digestOf('other')}, ${wanted.index}`, { index: digestOf('other') }],
  ['tag v1.2.4, v1.2.3', { tag: { ...tag, name: 'v1.2.4' } }],
  [`tag object ${'c'.repeat(40)}, ${tag.object}`, { tag: { name: 'v1.2.3', object: objectId('c'.repeat(40)) } }],
  [`commit ${'c'.repeat(40)}, ${wanted.commit}`, { commit: objectId('c'.repeat(40)) }],
  [`policy ${digestOf('other')}, ${wanted.policy}`, { policy: digestOf('other') }],
];

test('a part counts for the release it was signed for and for no other; both sides are said', () => {
  equal(faultInPart(record, wanted), undefined);
  for (const [sides, change] of others)
    equal(faultInPart({ ...record, ...change }, wanted), `CI signed it for ${sides} is wanted`);
});

test('a part of a branch is none of a tag at the same commit, nor the other way round', () => {
  const { tag: _, ...untagged } = wanted;
  const ofBranch = { ...untagged, branch: { name: 'main' } };
  const { tag: __, ...bare } = record;
  const branchRecord = { ...bare, branch: { name: 'main' } };
  equal(faultInPart(branchRecord, ofBranch), undefined);
  equal(faultInPart(branchRecord, wanted), 'CI signed it for tag none, v1.2.3 is wanted');
  equal(faultInPart(record, ofBranch), 'CI signed it for tag v1.2.3, none is wanted');
  equal(faultInPart({ ...record, branch: { name: 'main' } }, wanted), 'CI signed it for branch main, none is wanted');
  equal(faultInPart(bare, ofBranch), 'CI signed it for branch none, main is wanted');
});

test('who built a part is not asked, as long as CI signed it', () => {
  equal(
    faultInPart({ ...record, builder: { type: 'other', id: 'urn:cutwater:builder:workstation' } }, wanted),
    undefined,
  );
});
