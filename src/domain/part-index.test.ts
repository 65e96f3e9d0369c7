import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJson } from './canonical-json.ts';
import { digestOf } from './digest.ts';
import { parseIndex } from './oci-manifest.ts';
import type { Descriptor, Manifest } from './oci.ts';
import { mediaTypes } from './oci.ts';
import { composeIndex, differenceIn, faultInPartImage, readPartIndex } from './part-index.ts';

const amd64 = { os: 'linux', architecture: 'amd64' };
const arm64 = { os: 'linux', architecture: 'arm64' };
const annotations = { 'org.opencontainers.image.version': '1.2.3', 'org.opencontainers.image.title': 'tiny' };

function entry(text: string, more: Partial<Descriptor> = {}): Descriptor {
  return { mediaType: mediaTypes.ociManifest, digest: digestOf(text), size: text.length, platform: amd64, ...more };
}

function indexOf(manifests: readonly unknown[], mediaType: string = mediaTypes.ociIndex): Manifest {
  const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType, manifests, annotations }));
  return { mediaType, digest: digestOf(bytes), bytes };
}

function refusal(manifest: Manifest): string {
  const read = readPartIndex(manifest, amd64);
  return read.is === 'refused' ? read.reason : 'accepted';
}

test('a part lists one image, of its platform and of no other kind', () => {
  deepEqual(readPartIndex(indexOf([entry('one')]), amd64), { is: 'ok', value: { entry: entry('one'), annotations } });
  match(refusal(indexOf([])), /^lists 0 images, one is wanted$/);
  match(refusal(indexOf([entry('one'), entry('two')])), /^lists 2 images/);
  match(refusal(indexOf([entry('one', { platform: arm64 })])), /^is for linux\/arm64, linux\/amd64 is wanted$/);
  match(refusal(indexOf([{ mediaType: mediaTypes.ociManifest, digest: digestOf('one'), size: 3 }])), /no platform/);
  match(refusal(indexOf([entry('one', { mediaType: mediaTypes.ociIndex })])), /an OCI image is wanted/);
  match(refusal(indexOf([entry('one')], mediaTypes.ociManifest)), /an image index is wanted/);
});

test('that arm64 is written with its one variant or without makes no other platform of it', () => {
  const read = readPartIndex(indexOf([entry('one', { platform: { ...arm64, variant: 'v8' } })]), arm64);
  equal(read.is, 'ok');
});

test('composeIndex() writes what a builder of all platforms writes: canonical JSON, in the order given', () => {
  const entries = [entry('two', { platform: arm64 }), entry('one')];
  const composed = composeIndex(
    entries.map((one) => ({ ...one, annotations: { added: 'by a registry' } })),
    annotations,
  );
  const { ociIndex: mediaType } = mediaTypes;
  equal(
    new TextDecoder().decode(composed.bytes),
    canonicalJson({ schemaVersion: 2, mediaType, manifests: entries, annotations }),
  );
  equal(composed.digest, digestOf(composed.bytes));
  deepEqual(parseIndex(composed), { is: 'ok', value: { manifests: entries, annotations } });
});

test('an image is judged by its configuration: its platform, and as many layers as it has', () => {
  const image = { layers: [entry('layer')] };
  const config = { ...amd64, rootfs: { type: 'layers', diff_ids: [digestOf('layer')] } };
  const judge = (value: unknown): string | undefined =>
    faultInPartImage(image, new TextEncoder().encode(JSON.stringify(value)), amd64);
  equal(judge(config), undefined);
  equal(judge({ ...config, architecture: 'arm64' }), 'its configuration is for linux/arm64, linux/amd64 is wanted');
  equal(judge({ ...config, rootfs: { type: 'layers', diff_ids: [] } }), 'it has 1 layers, its configuration names 0');
  match(judge([]) ?? '', /^its configuration is no JSON object/);
});

test('differenceIn() finds what only one of two indexes says, and what they say differently', () => {
  const base = { one: '1', two: '2' };
  equal(differenceIn([]), undefined);
  equal(differenceIn([base, { two: '2', one: '1' }]), undefined);
  deepEqual(differenceIn([base, { one: '1' }]), { name: 'two', sides: ['2', undefined] });
  deepEqual(differenceIn([base, base, { ...base, three: '3' }]), { name: 'three', sides: [undefined, '3'] });
  deepEqual(differenceIn([base, { ...base, one: 'x' }]), { name: 'one', sides: ['1', 'x'] });
});
