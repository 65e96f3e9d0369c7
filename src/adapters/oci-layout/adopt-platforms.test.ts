import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { Scope } from '../../../test/make/folder.ts';
import { makeFolder } from '../../../test/make/folder.ts';
import { digestOf } from '../../domain/digest.ts';
import type { ErrorCode } from '../../domain/error-catalogue.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { parseIndex } from '../../domain/oci-manifest.ts';
import type { Descriptor } from '../../domain/oci.ts';
import { mediaTypes } from '../../domain/oci.ts';
import type { LayoutBlobs } from '../assemble/layout-blobs.ts';
import { createLayout } from '../assemble/layout-blobs.ts';
import { adoptPlatforms } from './adopt-platforms.ts';
import { openLayout } from './open-layout.ts';

const labels = { 'org.opencontainers.image.revision': 'abc' };
const amd64 = { os: 'linux', architecture: 'amd64' };
const arm64 = { os: 'linux', architecture: 'arm64' };

suite('adoptPlatforms()', () => {
  void test('writes an index of exactly the wanted platforms, in their order, whatever the builder put around them', async (t) => {
    const shapes: readonly ((blobs: LayoutBlobs, images: readonly Descriptor[]) => Promise<readonly Descriptor[]>)[] = [
      async (blobs, images) => [await writeIndex(blobs, images)],
      async (_blobs, images) => images,
      async (blobs, images) => [await writeIndex(blobs, [await writeIndex(blobs, images)])],
      async (blobs, images) => [await writeIndex(blobs, [...images, await attestation(blobs)])],
    ];
    const digests = new Set<string>();
    for (const shape of shapes) {
      const { folder, blobs } = await begin(t);
      const images = [
        await writeImage(blobs, { ...arm64, variant: 'v8' }),
        await writeImage(blobs, amd64),
        await writeImage(blobs, { os: 'linux', architecture: 's390x' }),
      ];
      await finish(folder, blobs, await shape(blobs, images));
      const index = await adoptPlatforms({ folder, platforms: [amd64, arm64], annotations: labels });
      const manifest = await (await openLayout(folder)).readManifest(index);
      assert.ok(manifest !== undefined);
      const parsed = parseIndex(manifest);
      assert.ok(parsed.is === 'ok');
      assert.deepEqual(parsed.value.annotations, labels);
      const [arm, amd] = images;
      assert.deepEqual(
        parsed.value.manifests.map(({ digest, platform }) => ({ digest, platform })),
        [
          { digest: amd?.digest, platform: amd64 },
          { digest: arm?.digest, platform: arm64 },
        ],
      );
      digests.add(index.digest);
    }
    assert.equal(digests.size, 1, 'the same images give the same index');
  });

  void test('believes the configuration of an image, not what the list says of it', async (t) => {
    const { folder, blobs } = await begin(t);
    const image = await writeImage(blobs, amd64);
    await finish(folder, blobs, [await writeIndex(blobs, [{ ...image, platform: arm64 }])]);
    await refuses({ folder, platforms: [arm64] }, 'PLATFORM_LOST', /has no linux\/arm64/);
    await adoptPlatforms({ folder, platforms: [amd64], annotations: labels });
  });

  const faults: readonly {
    readonly what: string;
    readonly make: (blobs: LayoutBlobs) => Promise<readonly Descriptor[]>;
    readonly found: RegExp;
  }[] = [
    {
      what: 'two images for one platform',
      make: async (blobs) => [await writeImage(blobs, amd64), await writeImage(blobs, amd64, { Cmd: ['other'] })],
      found: /has 2 images for linux\/amd64/,
    },
    {
      what: 'an image without the labels of the release',
      make: async (blobs) => [
        await writeImage(blobs, amd64, { Labels: { 'org.opencontainers.image.revision': 'def' } }),
      ],
      found: /does not carry the label "org.opencontainers.image.revision"/,
    },
    {
      what: 'a layer that is fetched from elsewhere',
      make: async (blobs) => [
        await writeImage(blobs, amd64, {}, 'application/vnd.oci.image.layer.nondistributable.v1.tar'),
      ],
      found: /is of type "application\/vnd.oci.image.layer.nondistributable.v1.tar"/,
    },
    {
      what: 'a manifest that is not there',
      make: async () => [
        { mediaType: mediaTypes.ociManifest, digest: digestOf('nothing'), size: 7 } satisfies Descriptor,
      ],
      found: /manifest sha256:[0-9a-f]+ is missing/,
    },
    {
      what: 'a manifest that is no JSON',
      make: async (blobs) => [{ ...(await blobs.write(mediaTypes.ociManifest, bytes('{'))) }],
      found: /has no|is no JSON/,
    },
  ];
  for (const { what, make, found } of faults)
    void test(`refuses ${what}`, async (t) => {
      const { folder, blobs } = await begin(t);
      await finish(folder, blobs, await make(blobs));
      await refuses({ folder, platforms: [amd64] }, 'BUILD_FAILED', found);
    });
});

async function begin(scope: Scope): Promise<{ readonly folder: string; readonly blobs: LayoutBlobs }> {
  const folder = join(await makeFolder(scope), 'layout');
  return { folder, blobs: await createLayout(folder) };
}

async function finish(folder: string, blobs: LayoutBlobs, images: readonly Descriptor[]): Promise<void> {
  const [first] = images;
  assert.ok(first !== undefined);
  await blobs.finish(first);
  await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: images }));
}

async function writeImage(
  blobs: LayoutBlobs,
  platform: { readonly os: string; readonly architecture: string; readonly variant?: string },
  config: Readonly<Record<string, unknown>> = {},
  layerType: string = mediaTypes.ociLayerTar,
): Promise<Descriptor> {
  const layer = await blobs.write(layerType, bytes(`layer of ${platform.architecture}`));
  const rootfs = { type: 'layers', diff_ids: [layer.digest] };
  const written = await blobs.writeJson(mediaTypes.ociConfig, {
    ...platform,
    rootfs,
    config: { Labels: labels, ...config },
  });
  const json = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: written, layers: [layer] };
  return { ...(await blobs.writeJson(mediaTypes.ociManifest, json)), platform };
}

function writeIndex(blobs: LayoutBlobs, manifests: readonly Descriptor[]): Promise<Descriptor> {
  return blobs.writeJson(mediaTypes.ociIndex, { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests });
}

async function attestation(blobs: LayoutBlobs): Promise<Descriptor> {
  const written = await blobs.writeJson(mediaTypes.ociManifest, { schemaVersion: 2, layers: [] });
  return {
    ...written,
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
  };
}

async function* bytes(text: string): AsyncGenerator<Uint8Array, void, undefined> {
  yield new TextEncoder().encode(text);
}

function refuses(
  adoption: Pick<Parameters<typeof adoptPlatforms>[0], 'folder' | 'platforms'>,
  code: ErrorCode,
  found: RegExp,
): Promise<void> {
  return assert.rejects(
    adoptPlatforms({ ...adoption, annotations: labels }),
    (error) => isCutwaterError(error, code) && found.test(error.message),
  );
}
