import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from './digest.ts';
import { mediaTypes } from './oci.ts';
import { parseIndex, platformsOf } from './oci-manifest.ts';

function indexOf(...platforms: readonly (object | undefined)[]) {
  const manifests = platforms.map((platform, at) => ({
    mediaType: mediaTypes.ociManifest,
    digest: digestOf(`${at}`),
    size: 1,
    ...(platform === undefined ? {} : { platform }),
  }));
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }));
  const parsed = parseIndex({ mediaType: mediaTypes.ociIndex, digest: digestOf(bytes), bytes });
  assert.equal(parsed.is, 'ok');
  return parsed.is === 'ok' ? parsed.value : assert.fail();
}

test('platformsOf() gives the platforms of an index, and what BuildKit adds to it is none', () => {
  const index = indexOf(
    { os: 'linux', architecture: 'amd64' },
    { os: 'unknown', architecture: 'unknown' },
    { os: 'linux', architecture: 'arm', variant: 'v7' },
    undefined,
  );
  assert.deepEqual(
    platformsOf(index).map(({ platform }) => platform),
    ['linux/amd64', 'linux/arm/v7'],
  );
});

test('platformsOf() of an index of attestations alone is empty', () => {
  assert.deepEqual(platformsOf(indexOf({ os: 'unknown', architecture: 'unknown' })), []);
  assert.deepEqual(platformsOf(indexOf()), []);
});
