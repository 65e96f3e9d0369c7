import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { memoryRepository } from '../../../test/memory-repository.ts';
import { digestOf } from '../../domain/digest.ts';
import type { Digest } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import type { Descriptor } from '../../domain/oci.ts';
import { mediaTypes } from '../../domain/oci.ts';
import { openLayout } from './open-layout.ts';
import { pushLayout } from './push-layout.ts';

test('pushLayout() writes every blob and manifest, children before parents, and nothing twice', async (t) => {
  const { folder, index, manifests, shared } = await makeLayout(t);
  const repository = memoryRepository();
  const layout = await openLayout(folder);
  assert.deepEqual(layout.images, [index]);
  await pushLayout({ layout, index, repository });
  assert.equal(repository.writes.at(-1), `manifest ${index.digest}`);
  assert.equal(repository.writes.length, 6);
  assert.deepEqual([...repository.manifests.keys()], [...manifests.map(({ digest }) => digest), index.digest]);
  assert.ok(await repository.hasBlob(shared.digest));
});

test('pushLayout() goes on where a killed run stopped, and a second run sends no blob', async (t) => {
  const { folder, index } = await makeLayout(t);
  const repository = memoryRepository();
  const layout = await openLayout(folder);
  const dying = { ...repository, writeManifest: () => Promise.reject(new Error('killed')) };
  await assert.rejects(pushLayout({ layout, index, repository: dying }), /killed/);
  assert.equal(repository.manifests.size, 0);
  await pushLayout({ layout, index, repository });
  const blobs = repository.writes.filter((write) => write.startsWith('blob')).length;
  await pushLayout({ layout, index, repository });
  assert.equal(repository.writes.filter((write) => write.startsWith('blob')).length, blobs);
});

test('pushLayout() pushes the manifest of a single platform', async (t) => {
  const { folder, manifests } = await makeLayout(t);
  const [manifest] = manifests;
  assert.ok(manifest !== undefined);
  const repository = memoryRepository();
  await pushLayout({ layout: await openLayout(folder), index: manifest, repository });
  assert.equal(repository.manifests.size, 1);
});

test('pushLayout() stops at a layout with holes or damage, before the index is written', async (t) => {
  const damages: readonly ((path: string) => Promise<void>)[] = [
    (path) => unlink(path),
    (path) => writeFile(path, 'short'),
    async (path) =>
      writeFile(
        path,
        (await readFile(path)).map((byte) => byte ^ 1),
      ),
  ];
  for (const damage of damages)
    for (const part of ['shared', 'child'] as const) {
      const { folder, index, manifests, shared } = await makeLayout(t);
      await damage(blobPath(folder, part === 'shared' ? shared.digest : manifests[0]?.digest));
      const repository = memoryRepository();
      await assert.rejects(pushLayout({ layout: await openLayout(folder), index, repository }), (error) =>
        isCutwaterError(error, 'STORE_CORRUPT'),
      );
      assert.ok(!repository.manifests.has(index.digest));
    }
});

test('pushLayout() stops at a signal', async (t) => {
  const { folder, index } = await makeLayout(t);
  const push = { layout: await openLayout(folder), index, repository: memoryRepository(), signal: AbortSignal.abort() };
  await assert.rejects(pushLayout(push), (error) => isCutwaterError(error, 'INTERRUPTED'));
});

test('openLayout() refuses what is no layout', async (t) => {
  const { folder } = await makeLayout(t);
  await assert.rejects(openLayout(join(folder, 'blobs')), (error) => isCutwaterError(error, 'STORE_CORRUPT'));
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"2.0.0"}');
  await assert.rejects(openLayout(folder), /version 1\.0\.0/);
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  for (const json of ['', '[]', '{"manifests":[{"mediaType":"x","digest":"sha256:../../etc/passwd","size":1}]}']) {
    await writeFile(join(folder, 'index.json'), json);
    await assert.rejects(openLayout(folder), /index\.json/);
  }
});

async function makeLayout(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'cutwater-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'blobs', 'sha256'), { recursive: true });
  const put = async (mediaType: string, content: string): Promise<Descriptor> => {
    const digest = digestOf(content);
    await writeFile(blobPath(folder, digest), content);
    return { mediaType, digest, size: Buffer.byteLength(content) };
  };
  const shared = await put(mediaTypes.ociLayerTar, 'a layer that both platforms share');
  const manifests: Descriptor[] = [];
  for (const architecture of ['amd64', 'arm64']) {
    const config = await put(mediaTypes.ociConfig, JSON.stringify({ architecture, os: 'linux' }));
    manifests.push(
      await put(mediaTypes.ociManifest, JSON.stringify({ schemaVersion: 2, config, layers: [shared, shared] })),
    );
  }
  const index = await put(mediaTypes.ociIndex, JSON.stringify({ schemaVersion: 2, manifests }));
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [index] }));
  return { folder, index, manifests, shared };
}

function blobPath(folder: string, digest: Digest | undefined): string {
  return join(folder, 'blobs', 'sha256', String(digest).slice('sha256:'.length));
}
