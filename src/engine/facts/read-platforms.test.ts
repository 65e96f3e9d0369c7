import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openEmbedded } from '../../../test/make/embedded-repository.ts';
import { digestOf } from '../../domain/digest.ts';
import type { Digest } from '../../domain/digest.ts';
import type { Descriptor } from '../../domain/oci.ts';
import { mediaTypes } from '../../domain/oci.ts';
import { streamOf } from './read-artifact.ts';
import { readPlatforms } from './read-platforms.ts';

const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

test('an image of one platform that no index lists is known by its configuration, so that aliases lose none to it', async (t) => {
  const repository = await openEmbedded(t);
  const write = async (mediaType: string, content: object): Promise<Descriptor> => {
    const bytes = bytesOf({ schemaVersion: 2, mediaType, ...content });
    const manifest = { mediaType, digest: digestOf(bytes), bytes };
    await repository.writeManifest(manifest.digest, manifest);
    return { mediaType, digest: manifest.digest, size: bytes.length };
  };
  const image = async (config: unknown): Promise<Descriptor> => {
    const bytes = bytesOf(config);
    const descriptor = { mediaType: mediaTypes.ociConfig, digest: digestOf(bytes), size: bytes.length };
    await repository.writeBlob(descriptor, () => streamOf(bytes));
    return write(mediaTypes.ociManifest, { config: descriptor, layers: [] });
  };
  const rootfs = { type: 'layers', diff_ids: [] };
  const arm = await image({ os: 'linux', architecture: 'arm64', variant: 'v8', rootfs });
  const strange = await image({ not: 'an image' });
  const platform = { os: 'linux', architecture: 'amd64' };
  const both = await write(mediaTypes.ociIndex, { manifests: [{ ...arm, platform }] });
  const read = (digest: Digest): Promise<readonly string[]> => readPlatforms(repository, digest);
  assert.deepEqual(await read(arm.digest), ['linux/arm64']);
  assert.deepEqual(await read(strange.digest), []);
  assert.deepEqual(await read(both.digest), ['linux/amd64']);
  assert.deepEqual(await read(digestOf('not there')), []);
});
