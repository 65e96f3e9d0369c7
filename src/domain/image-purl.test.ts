import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { PackageURL } from 'packageurl-js';
import { digestOf } from './digest.ts';
import { imagePurl } from './image-purl.ts';

const digest = digestOf('image');

test('imagePurl() is read by the reference implementation and is in its canonical form', () => {
  const name = { registry: '127.0.0.1:5000', repository: 'team/my_app' };
  const written = imagePurl({ name, digest, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } });
  const read = PackageURL.fromString(written);
  deepEqual(
    { type: read.type, name: read.name, version: read.version, qualifiers: { ...read.qualifiers } },
    {
      type: 'oci',
      name: 'my_app',
      version: digest,
      qualifiers: { arch: 'arm64', repository_url: '127.0.0.1:5000/team/my_app' },
    },
  );
  equal(read.toString(), written);
});

test('imagePurl() of an index names no architecture', () => {
  equal(imagePurl({ name: { registry: 'embedded', repository: 'app' }, digest }).includes('arch='), false);
});
