import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { MemoryRepository } from '../../../test/memory-repository.ts';
import { memoryRepository } from '../../../test/memory-repository.ts';
import type { Digest } from '../../domain/digest.ts';
import { digestOf } from '../../domain/digest.ts';
import type { ErrorCode } from '../../domain/error-catalogue.ts';
import { isCutwaterError } from '../../domain/error.ts';
import type { ExtractedFile } from '../../ports/image-files.ts';
import { mediaTypes } from '../../domain/oci.ts';
import { defaultExtractLimits, extractFile, imageFiles } from './extract-file.ts';
import type { TestEntry } from '../../../test/tar-fixture.ts';
import { makeTar } from '../../../test/tar-fixture.ts';

const app = { name: 'usr/bin/app', content: 'good', mode: 0o755 };

test('extractFile() gives digest, size, mode and bytes of a file, from plain, gzip and zstd layers', async (t) => {
  for (const type of ['tar', 'tar+gzip', 'tar+zstd'] as const) {
    const found = await extract(t, [await layer([app], type)]);
    assert.deepEqual([found?.digest, found?.size, found?.mode], [digestOf('good'), 4, 0o755]);
    assert.equal(await readFile(found?.file ?? '', 'utf8'), 'good');
  }
});

test('extractFile() gives undefined for a path the image does not have', async (t) => {
  const layers = [await layer([app])];
  for (const path of ['/usr/bin/other', '/nothing/at/all', '/usr/bin/app/below'])
    assert.equal(await extract(t, layers, { path }), undefined);
});

test('the file of the highest layer is the one that counts, wherever a decoy lies', async (t) => {
  assert.equal(await content(t, [[app], [{ ...app, content: 'evil' }]]), 'evil');
  assert.equal(await content(t, [[{ ...app, content: 'evil' }], [app]]), 'good');
  assert.equal(await content(t, [[{ ...app, content: 'evil' }, app]]), 'good');
  assert.equal(await content(t, [[app], [{ ...app, name: './usr//bin/./app', content: 'evil' }]]), 'evil');
  assert.equal(await content(t, [[app, { ...app, name: './usr//bin/./app', content: 'evil' }]]), 'evil');
  assert.equal(await content(t, [[app], [{ ...app, name: '/usr/lib/../bin/app', content: 'evil' }]]), 'evil');
  assert.equal(
    await content(t, [[app], [{ ...app, name: 'usr/bin/decoy', pax: { path: 'usr/bin/app' }, content: 'evil' }]]),
    'evil',
  );
  assert.equal(
    await content(t, [
      [app, { name: 'x', content: '', type: 'g', pax: { path: 'usr/bin/app' } }, { name: 'y', content: 'evil' }],
    ]),
    'good',
  );
});

test('a whiteout hides what lower layers have, and nothing of its own layer', async (t) => {
  assert.equal(await content(t, [[app], [{ name: 'usr/bin/.wh.app' }]]), undefined);
  assert.equal(await content(t, [[app], [{ name: 'usr/.wh.bin' }]]), undefined);
  assert.equal(await content(t, [[app], [{ name: 'usr/.wh.bin' }, { ...app, content: 'new' }]]), 'new');
  assert.equal(await content(t, [[app], [{ name: 'usr/.wh..wh..opq' }]]), undefined);
  assert.equal(
    await content(t, [
      [app],
      [{ name: 'usr/', type: '5' }, { name: 'usr/bin/', type: '5' }, app, { name: 'usr/.wh..wh..opq' }],
    ]),
    'good',
  );
  assert.equal(await content(t, [[app], [{ name: 'usr/bin/', type: '5' }, { name: '.wh..wh.plnk' }]]), 'good');
  assert.equal(await content(t, [[app], [{ name: 'usr/bin', content: 'a file now' }]]), undefined);
});

test('a file under its own name is taken in one reading of its layer, through a link in two, and no other copy stays', async (t) => {
  const link = { name: 'usr/bin/linked', type: '2', target: 'app' };
  const layers = [await layer([{ ...app, content: 'old' }]), await layer([app, link, { ...app, content: 'new' }])];
  for (const [path, readings] of [
    ['/usr/bin/app', 2],
    ['/usr/bin/linked', 3],
    ['/usr/bin/none', 2],
  ] as const) {
    const { repository, manifest } = makeImage(layers);
    let opened = 0;
    const readBlob: MemoryRepository['readBlob'] = (blob) => {
      if (blob.mediaType !== mediaTypes.ociConfig) opened += 1;
      return repository.readBlob(blob);
    };
    const folder = await temporaryFolder(t);
    const found = await imageFiles(folder).extract({ ...repository, readBlob }, manifest, path);
    assert.equal(found && (await readFile(found.file, 'utf8')), path === '/usr/bin/none' ? undefined : 'new');
    assert.equal(opened, readings, path);
    assert.equal((await readdir(folder)).length, found === undefined ? 0 : 1);
  }
});

test('runtimes disagree about a layer that adds and hides one thing, so it is refused', async (t) => {
  await refuses(t, [[app, { name: 'usr/bin/.wh.app' }]], /both adds and hides "app"/);
  await refuses(t, [[app], [app, { name: 'usr/.wh..wh..opq' }]], /both adds to and hides "bin"/);
});

test('links are followed inside the image: hard, soft, absolute, relative, and on the way', async (t) => {
  const link = (name: string, target: string): TestEntry => ({ name, type: '2', target });
  assert.equal(await content(t, [[{ ...app, name: 'real/app' }, link('usr/bin/app', '/real/app')]]), 'good');
  assert.equal(await content(t, [[{ ...app, name: 'real/app' }, link('usr/bin', '../real')]]), 'good');
  assert.equal(
    await content(t, [[{ ...app, name: 'real/app' }, link('usr/bin/app', '../../../../../real/app')]]),
    'good',
  );
  assert.equal(await content(t, [[link('usr/bin', '/opt')], [app]]), 'good');
  assert.equal(await content(t, [[link('usr/bin', '/opt')], [app], [{ name: 'opt/app', content: 'evil' }]]), 'evil');
  assert.equal(await content(t, [[link('usr/bin/app', '/nowhere')]]), undefined);
  assert.equal(await content(t, [[link('usr/bin/app', 'x')], [{ ...app, name: 'usr/bin/x' }]]), 'good');
  const hard = await extract(t, [
    await layer([{ ...app, name: 'lib/app' }]),
    await layer([{ name: 'usr/bin/app', type: '1', target: 'lib/app', mode: 0o700 }]),
  ]);
  assert.deepEqual([hard?.digest, hard?.mode], [digestOf('good'), 0o700]);
  const rewritten = [
    [
      { ...app, name: 'lib/app' },
      { name: 'usr/bin/app', type: '1', target: 'lib/app' },
    ],
    [{ name: 'lib/app', content: 'evil' }],
  ];
  assert.equal(await content(t, rewritten), 'good');
});

test('links in circles, links to nothing, and paths out of the image are refused', async (t) => {
  await refuses(t, [[{ name: 'usr/bin/app', type: '2', target: 'app' }]], /more than 40 links/);
  await refuses(t, [[{ name: 'usr', type: '2', target: 'usr' }], [app]], /more than 40 links/);
  await refuses(t, [[{ name: 'usr/bin/app', type: '1', target: 'missing' }]], /"missing", which is no file/);
  await refuses(t, [[app, { name: '../etc/cron.d/evil', content: 'x' }]], /leads out of the image/);
  await refuses(t, [[{ name: 'usr/bin/app', type: '1', target: '../../etc/shadow' }]], /leads out of the image/);
  await refuses(t, [[{ name: 'usr', content: 'x' }, app]], /below something that is no folder/);
  await refuses(t, [[{ name: '.wh...', content: 'x' }]], /hides nothing/);
});

test('what is no regular file is refused, not guessed', async (t) => {
  await refuses(t, [[{ name: 'usr/bin/app', type: '5' }]], /is a folder/);
  await refuses(t, [[{ name: 'usr/bin/app', type: '3' }]], /no regular file/);
  await refuses(
    t,
    [[{ ...app, pax: { 'GNU.sparse.major': '1', 'GNU.sparse.name': 'usr/bin/app' } }]],
    /no regular file/,
  );
});

test('bombs are refused at the limits: long layers, many files, long files', async (t) => {
  const small = { ...defaultExtractLimits, layerBytes: 1_000_000, nodes: 100, fileBytes: 1000 };
  const zeros = await layer([{ name: 'zeros', content: '\0'.repeat(4_000_000) }], 'tar+gzip');
  await assert.rejects(extract(t, [zeros], { limits: small }), /above 1000000 bytes when uncompressed/);
  const many = await layer(Array.from({ length: 120 }, (_, index) => ({ name: `f${index}`, content: '' })));
  await assert.rejects(extract(t, [many], { limits: small }), /above 100 nodes/);
  const deep = await layer([{ name: 'd/'.repeat(200), type: '5' }]);
  await assert.rejects(extract(t, [deep], { limits: small }), /above 100 nodes/);
  const long = await layer([{ ...app, content: 'x'.repeat(1001) }]);
  await assert.rejects(extract(t, [long], { limits: small }), /has 1001 bytes, at most 1000/);
});

test('a layer that is not what the configuration says is refused, and leaves no file', async (t) => {
  const good = await layer([app]);
  await rejects(t, [{ ...good, diffId: digestOf('other') }], 'DIGEST_MISMATCH');
  const truncated = good.tar.subarray(0, 700);
  await rejects(t, [{ ...good, blob: truncated, diffId: digestOf(truncated) }], 'IMAGE_INVALID');
  for (const type of ['tar+gzip', 'tar+zstd'] as const) {
    const packed = await layer([{ ...app, content: Array.from({ length: 9000 }, (_, at) => at * at).join() }], type);
    await rejects(t, [{ ...packed, blob: packed.blob.subarray(0, packed.blob.length - 50) }], 'IMAGE_INVALID');
    await rejects(t, [{ ...packed, blob: new TextEncoder().encode('not compressed at all') }], 'IMAGE_INVALID');
  }
  await rejects(t, [{ ...good, type: 'application/vnd.example' }], 'IMAGE_INVALID');
});

test('a layer that is another kind of file than it is called, or of another size, is refused', async (t) => {
  const kinds = { tar: await layer([app]), gzip: await layer([app], 'tar+gzip'), zstd: await layer([app], 'tar+zstd') };
  for (const { type } of Object.values(kinds))
    for (const { blob, diffId, tar } of Object.values(kinds)) {
      const lies = { type, blob, diffId, tar };
      if (Object.values(kinds).some((kind) => kind.type === type && kind.blob === blob)) continue;
      await rejects(t, [lies], 'IMAGE_INVALID');
    }
  for (const difference of [-1, 1, 2 ** 40]) {
    const { repository, manifest } = makeImage([kinds.gzip], { difference });
    const folder = await temporaryFolder(t);
    await assert.rejects(imageFiles(folder).extract(repository, manifest, '/usr/bin/app'), (error) =>
      isCutwaterError(error, 'DIGEST_MISMATCH'),
    );
    assert.deepEqual(await readdir(folder), []);
  }
});

test('what the registry says about a blob is what is reported, compressed or not', async (t) => {
  for (const type of ['tar', 'tar+gzip', 'tar+zstd'] as const) {
    const good = await layer([app], type);
    const { repository, manifest } = makeImage([good]);
    repository.blobs.set(digestOf(good.blob), (await layer([{ ...app, content: 'evil' }], type)).blob);
    const extraction = imageFiles(await temporaryFolder(t)).extract(repository, manifest, '/usr/bin/app');
    await assert.rejects(extraction, (error) => isCutwaterError(error, 'DIGEST_MISMATCH'), type);
    repository.blobs.delete(digestOf(good.blob));
    const again = imageFiles(await temporaryFolder(t)).extract(repository, manifest, '/usr/bin/app');
    await assert.rejects(again, (error) => isCutwaterError(error, 'BAD_REPLY'), type);
  }
});

test('a manifest, a configuration or a blob that is not there or wrong is an error with its code', async (t) => {
  const folder = await temporaryFolder(t);
  const { repository, manifest, config } = makeImage([await layer([app])]);
  const request = { repository, manifest, path: '/usr/bin/app', folder };
  await assert.rejects(extractFile({ ...request, manifest: digestOf('absent') }), /no such manifest/);
  for (const path of ['usr/bin/app', '/usr/../app', '/usr//app', '/', '/usr/bin/'])
    await assert.rejects(extractFile({ ...request, path }), (error) => isCutwaterError(error, 'INPUT_INVALID'));
  await assert.rejects(extractFile({ ...request, folder: join(folder, 'absent') }), (error) =>
    isCutwaterError(error, 'DISK'),
  );
  repository.blobs.set(config, new TextEncoder().encode('{}'));
  await assert.rejects(extractFile(request), (error) => isCutwaterError(error, 'DIGEST_MISMATCH'));
  assert.deepEqual(await readdir(folder), []);
});

interface TestLayer {
  readonly type: string;
  readonly blob: Uint8Array;
  readonly tar: Uint8Array;
  readonly diffId: Digest;
}

async function layer(entries: readonly TestEntry[], type: 'tar' | 'tar+gzip' | 'tar+zstd' = 'tar'): Promise<TestLayer> {
  const tar = makeTar(entries);
  const blob = type === 'tar' ? tar : type === 'tar+gzip' ? gzipSync(tar) : zstdCompressSync(tar);
  return { type: mediaTypes.ociLayerTar.replace(/tar$/, type), blob, tar, diffId: digestOf(tar) };
}

function makeImage(
  layers: readonly TestLayer[],
  { difference = 0 }: { readonly difference?: number } = {},
): {
  readonly repository: MemoryRepository;
  readonly manifest: Digest;
  readonly config: Digest;
} {
  const repository = memoryRepository();
  const rootfs = { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) };
  const config = repository.put(mediaTypes.ociConfig, JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs }));
  const descriptors = layers.map(({ type, blob }) => {
    const descriptor = repository.put(type, blob);
    return { ...descriptor, size: descriptor.size + difference };
  });
  const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, config, layers: descriptors }));
  repository.manifests.set(digestOf(bytes), { mediaType: mediaTypes.ociManifest, digest: digestOf(bytes), bytes });
  return { repository, manifest: digestOf(bytes), config: config.digest };
}

async function extract(
  t: TestContext,
  layers: readonly TestLayer[],
  { path = '/usr/bin/app', limits = defaultExtractLimits } = {},
): Promise<ExtractedFile | undefined> {
  const { repository, manifest } = makeImage(layers);
  return imageFiles(await temporaryFolder(t), limits).extract(repository, manifest, path);
}

async function content(t: TestContext, layers: readonly (readonly TestEntry[])[]): Promise<string | undefined> {
  const found = await extract(t, await Promise.all(layers.map((entries) => layer(entries))));
  return found === undefined ? undefined : readFile(found.file, 'utf8');
}

async function refuses(t: TestContext, layers: readonly (readonly TestEntry[])[], reason: RegExp): Promise<void> {
  await assert.rejects(
    content(t, layers),
    (error) => isCutwaterError(error, 'IMAGE_INVALID') && reason.test(error.message),
    String(reason),
  );
}

async function rejects(t: TestContext, layers: readonly TestLayer[], code: ErrorCode): Promise<void> {
  const folder = await temporaryFolder(t);
  const { repository, manifest } = makeImage(layers);
  await assert.rejects(imageFiles(folder).extract(repository, manifest, '/usr/bin/app'), (error) =>
    isCutwaterError(error, code),
  );
  assert.deepEqual(await readdir(folder), []);
}

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cutwater-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
