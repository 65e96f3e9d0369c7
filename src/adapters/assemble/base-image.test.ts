import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import type { MemoryRepository } from '../../../test/memory-repository.ts';
import { memoryRepository } from '../../../test/memory-repository.ts';
import { makeTar } from '../../../test/tar-fixture.ts';
import { digestOf } from '../../domain/digest.ts';
import type { Digest } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { parseImageConfig } from '../../domain/image-config.ts';
import { parseImageManifest, parseIndex } from '../../domain/oci-manifest.ts';
import type { Manifest } from '../../domain/oci.ts';
import { mediaTypes } from '../../domain/oci.ts';
import type { AssembleBuild } from '../../policy/policy.ts';
import { assembleBuilder } from './assemble-builder.ts';

test('an image on a base has the layers of the base below its own, and inherits its configuration', async (t) => {
  const base = await makeBase();
  const { layout, index } = await build(t, base, base.index);
  const top = parseIndex(await manifestOf(layout, mediaTypes.ociIndex, index));
  assert.ok(top.is === 'ok');
  assert.equal(top.value.annotations['org.opencontainers.image.base.digest'], base.index);
  const [child] = top.value.manifests;
  const manifest = parseImageManifest(await manifestOf(layout, mediaTypes.ociManifest, child?.digest));
  assert.ok(manifest.is === 'ok');
  assert.equal(manifest.value.annotations['org.opencontainers.image.base.digest'], base.manifest);
  assert.equal(manifest.value.annotations['org.opencontainers.image.base.name'], `memory.invalid/test@${base.index}`);
  assert.deepEqual(
    manifest.value.layers.map(({ mediaType }) => mediaType),
    [`${mediaTypes.ociLayerTar}+gzip`, mediaTypes.ociLayerTar],
  );
  assert.equal(digestOf(await blob(layout, base.layer)), base.layer);
  const config = parseImageConfig(await blob(layout, manifest.value.config.digest));
  assert.ok(config.is === 'ok');
  assert.deepEqual(config.value.diffIds, [base.diffId, manifest.value.layers[1]?.digest]);
  assert.deepEqual(config.value.json['config'], {
    Entrypoint: ['/app'],
    Env: ['PATH=/own', 'BASE=1', 'NEW=2'],
    Labels: { base: 'yes', own: 'yes' },
    StopSignal: 'SIGINT',
    User: '1000',
  });
  assert.deepEqual(config.value.json['history'], [
    { created_by: 'base' },
    { created: '2001-09-09T01:46:40Z', created_by: 'cutwater assemble' },
  ]);
});

test('a folder the base has keeps what the base made of it, a link above all', async (t) => {
  const base = await makeBase();
  const { layout, index } = await build(t, base, base.index);
  const top = parseIndex(await manifestOf(layout, mediaTypes.ociIndex, index));
  assert.ok(top.is === 'ok');
  const manifest = parseImageManifest(await manifestOf(layout, mediaTypes.ociManifest, top.value.manifests[0]?.digest));
  assert.ok(manifest.is === 'ok');
  const names: string[] = [];
  const reader = extract();
  reader.end(await blob(layout, manifest.value.layers[1]?.digest));
  for await (const entry of reader) {
    names.push(entry.header.name);
    entry.resume();
  }
  assert.deepEqual(names, ['bin/app', 'srv/', 'srv/gone/', 'srv/gone/app']);
});

test('a base must be pinned, there, made for the platform, and what its configuration says', async (t) => {
  const base = await makeBase();
  const other = await makeBase({ architecture: 'arm64' });
  const lying = await makeBase({ diffId: digestOf('something else') });
  const odd = await makeBase({ layerType: 'application/vnd.example.layer' });
  const bare = assembleBuilder();
  const request = {
    platforms: [{ os: 'linux', architecture: 'amd64' }],
    sourceDateEpoch: 1,
    annotations: {},
    sourceFolder: tmpdir(),
  };
  const pinned = { ...assembly, base: `memory.invalid/test@${base.index}` };
  await assert.rejects(bare.build({ ...request, layoutFolder: await folder(t), build: pinned }), /no registry/);
  for (const reference of ['debian', 'memory.invalid/test', 'memory.invalid/test:1'])
    await assert.rejects(
      bare.build({ ...request, layoutFolder: await folder(t), build: { ...assembly, base: reference } }),
      (error) => isCutwaterError(error, 'BUILD_FAILED'),
    );
  await assert.rejects(build(t, base, digestOf('absent')), /does not have it/);
  await assert.rejects(build(t, other, other.index), /not made for linux\/amd64, but for "linux\/arm64"/);
  await assert.rejects(build(t, other, other.manifest), /says that it is for "linux\/arm64"/);
  await assert.rejects(build(t, lying, lying.index), (error) => isCutwaterError(error, 'DIGEST_MISMATCH'));
  await assert.rejects(build(t, odd, odd.index), /a layer of type "application\/vnd\.example\.layer"/);
});

test('a layer of the base that comes with other bytes is not kept', async (t) => {
  const base = await makeBase();
  base.repository.blobs.set(base.layer, gzipSync('something else'));
  await assert.rejects(build(t, base, base.index), (error) => isCutwaterError(error, 'DIGEST_MISMATCH'));
});

interface TestBase {
  readonly repository: MemoryRepository;
  readonly index: Digest;
  readonly manifest: Digest;
  readonly layer: Digest;
  readonly diffId: Digest;
}

async function makeBase(
  change: { readonly architecture?: string; readonly diffId?: Digest; readonly layerType?: string } = {},
): Promise<TestBase> {
  const repository = memoryRepository();
  const tar = makeTar([
    { name: 'usr/bin/', type: '5', mode: 0o755 },
    { name: 'bin', type: '2', target: 'usr/bin' },
  ]);
  const {
    architecture = 'amd64',
    diffId = digestOf(tar),
    layerType = 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  } = change;
  const layer = repository.put(layerType, gzipSync(tar));
  const config = repository.put(
    'application/vnd.docker.container.image.v1+json',
    JSON.stringify({
      architecture,
      os: 'linux',
      config: {
        Cmd: ['sh'],
        Entrypoint: ['/init'],
        Env: ['PATH=/bin', 'BASE=1'],
        Labels: { base: 'yes' },
        StopSignal: 'SIGINT',
      },
      docker_version: 'dropped',
      history: [{ created_by: 'base' }],
      rootfs: { type: 'layers', diff_ids: [diffId] },
    }),
  );
  const manifest = keep(repository, mediaTypes.dockerManifest, {
    schemaVersion: 2,
    mediaType: mediaTypes.dockerManifest,
    config,
    layers: [layer],
  });
  const index = keep(repository, mediaTypes.dockerList, {
    schemaVersion: 2,
    manifests: [
      {
        mediaType: manifest.mediaType,
        digest: manifest.digest,
        size: manifest.bytes.length,
        platform: { os: 'linux', architecture },
      },
    ],
  });
  return { repository, index: index.digest, manifest: manifest.digest, layer: layer.digest, diffId };
}

function keep(repository: MemoryRepository, mediaType: string, json: unknown): Manifest {
  const bytes = new TextEncoder().encode(JSON.stringify(json));
  const manifest = { mediaType, digest: digestOf(bytes), bytes };
  repository.manifests.set(manifest.digest, manifest);
  return manifest;
}

async function build(
  t: TestContext,
  base: TestBase,
  digest: Digest,
): Promise<{ readonly layout: string; readonly index: Digest }> {
  const source = await folder(t);
  await mkdir(source, { recursive: true });
  await writeFile(join(source, 'app'), 'app');
  const layout = await folder(t);
  const { index } = await assembleBuilder({ openBase: () => base.repository }).build({
    sourceFolder: source,
    layoutFolder: layout,
    build: { ...assembly, base: `memory.invalid/test@${digest}` },
    platforms: [{ os: 'linux', architecture: 'amd64' }],
    sourceDateEpoch: 1_000_000_000,
    annotations: { own: 'yes' },
  });
  return { layout, index: index.digest };
}

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'cutwater-test-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function blob(layout: string, digest: Digest | undefined): Promise<Uint8Array> {
  return readFile(join(layout, 'blobs', 'sha256', String(digest).slice(7)));
}

async function manifestOf(layout: string, mediaType: string, digest: Digest | undefined): Promise<Manifest> {
  const bytes = await blob(layout, digest);
  return { mediaType, digest: digestOf(bytes), bytes };
}

const assembly: AssembleBuild = {
  kind: 'assemble',
  base: 'scratch',
  prepare: [],
  writableFolders: [],
  files: [
    { from: 'app', to: '/bin/app', mode: 0o755 },
    { from: 'app', to: '/srv/gone/app', mode: 0o755 },
  ],
  entrypoint: ['/app'],
  cmd: [],
  env: { PATH: '/own', NEW: '2' },
  user: '1000',
  workdir: undefined,
  ports: [],
};
