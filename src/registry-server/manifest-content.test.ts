import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { imageIndex, imageManifest } from '../../test/registry-fixture.ts';
import { digestOf } from '../domain/digest.ts';
import { mediaTypes } from '../domain/oci.ts';
import { parseManifest } from './manifest-content.ts';

function read(text: string, type: string | undefined = mediaTypes.ociManifest) {
  return parseManifest(Buffer.from(text), type);
}

test('parseManifest() names config and layers of an image, the manifests of an index, and never the subject', () => {
  const layer = { mediaType: mediaTypes.ociLayerTar, digest: digestOf('layer'), size: 5 };
  const subject = { mediaType: mediaTypes.ociManifest, digest: digestOf('subject'), size: 7 };
  const image = read(imageManifest({ layers: [layer], subject }).text);
  assert.ok(image.is === 'ok');
  assert.deepEqual(
    image.value.links.map((link) => link.digest),
    [digestOf('{}'), layer.digest],
  );
  assert.equal(image.value.subject, subject.digest);
  assert.equal(image.value.artifactType, mediaTypes.ociEmpty);
  const child = imageManifest();
  const index = read(imageIndex([child]).text, `${mediaTypes.ociIndex}; charset=utf-8`);
  assert.ok(index.is === 'ok');
  assert.deepEqual(
    index.value.links.map((link) => link.digest),
    [child.digest],
  );
  assert.equal(index.value.artifactType, undefined);
});

test('parseManifest() accepts null for what is absent, as some programs write it', () => {
  assert.equal(
    read(imageManifest({ layers: null, annotations: null, subject: null, artifactType: null }).text).is,
    'ok',
  );
});

test('parseManifest() refuses documents that are broken or can be read in two ways', () => {
  const broken: readonly Readonly<Record<string, unknown>>[] = [
    { schemaVersion: 1 },
    { mediaType: mediaTypes.ociIndex },
    { config: undefined },
    { config: { mediaType: 'a/b', digest: 'sha256:x', size: 1 } },
    { config: { mediaType: 'a/b', digest: digestOf('x'), size: -1 } },
    { config: { mediaType: 'a/b', digest: digestOf('x'), size: 1.5 } },
    { layers: {} },
    { layers: [null] },
    { manifests: [] },
    { subject: 'text' },
    { artifactType: 5 },
    { annotations: { a: 1 } },
  ];
  for (const fields of broken) assert.equal(read(imageManifest(fields).text).is, 'refused', JSON.stringify(fields));
  for (const text of ['', '[]', '"text"', '{"a":']) assert.equal(read(text).is, 'refused');
  assert.equal(parseManifest(Uint8Array.of(0x7b, 0xff, 0x7d), mediaTypes.ociManifest).is, 'refused');
  assert.equal(parseManifest(Buffer.from('{"schemaVersion":2}'), undefined).is, 'refused');
  assert.equal(
    read(JSON.stringify({ schemaVersion: 2, manifests: [], layers: [] }), mediaTypes.ociIndex).is,
    'refused',
  );
});

test('parseManifest() never throws, whatever the JSON', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(undefined, ...Object.values(mediaTypes)), (text, type) => {
      assert.ok(['ok', 'refused'].includes(read(text, type).is));
    }),
  );
});
