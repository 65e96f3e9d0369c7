import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  imageIndex,
  imageManifest,
  pushBlob,
  putManifest,
  send,
  startRegistry,
  temporaryFolder,
} from '../../test/registry-fixture.ts';
import { digestOf, hexOf } from '../domain/digest.ts';
import { isCutwaterError } from '../domain/error.ts';
import { collectGarbage } from './collect-garbage.ts';

const day = 24 * 60 * 60;

/** Makes everything in a folder two days old. */
async function age(folder: string): Promise<void> {
  const old = new Date(Date.now() - 2 * day * 1000);
  for (const name of await readdir(folder)) await utimes(join(folder, name), old, old);
}

test('collectGarbage() removes what lost its tags, of SHA-512 too, and leaves the rest to its readers', async (t) => {
  const { port, folder } = await startRegistry(t);
  await pushBlob(port, 'app', '{}');
  const layer = await pushBlob(port, 'app', 'a layer of the old image');
  const layers = [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: layer, size: 24 }];
  const [before, now] = [imageManifest({ layers }), imageManifest()];
  for (const manifest of [before, now]) await putManifest(port, '/v2/app/manifests/latest', manifest);
  const subject = { mediaType: now.mediaType, digest: now.digest, size: now.size };
  const referrer = imageManifest({ subject });
  await putManifest(port, `/v2/app/manifests/${referrer.digest}`, referrer);
  const loose =
    'sha512:0e1e21ecf105ec853d24d728867ad70613c21663a4693074b2a3619c1bd39d66b588c33723bb466c72424e80e3ca63c249078ab347bab9428500e7ee43059d0d';
  const post = { method: 'POST', path: `/v2/app/blobs/uploads/?digest=${loose}`, body: 'loose' };
  assert.equal((await send(port, post)).status, 400, 'the digest above is of other content');

  const options = { folder, olderThanSeconds: day } as const;
  assert.equal((await collectGarbage({ ...options, mode: 'remove' })).bytes, 0, 'all is young');
  await age(join(folder, 'app/blobs/sha256'));
  const listed = await collectGarbage({ ...options, mode: 'list' });
  assert.deepEqual(listed.repositories[0]?.manifests, [before.digest]);
  assert.deepEqual(new Set(listed.repositories[0]?.blobs), new Set([before.digest, layer]));
  assert.equal((await send(port, { path: `/v2/app/blobs/${layer}` })).status, 200, 'listing changes nothing');
  assert.deepEqual(await collectGarbage({ ...options, mode: 'remove' }), listed);
  assert.equal((await send(port, { path: `/v2/app/manifests/${before.digest}` })).status, 404);
  assert.equal((await send(port, { path: `/v2/app/blobs/${layer}` })).status, 404);
  for (const reference of ['latest', referrer.digest])
    assert.equal((await send(port, { path: `/v2/app/manifests/${reference}` })).status, 200);
  assert.equal(
    (await putManifest(port, '/v2/app/manifests/again', before)).status,
    404,
    'its layer is gone, and that is said',
  );
});

test('what is mounted, looked for or pushed again is young again', async (t) => {
  const { port, folder } = await startRegistry(t);
  const [mounted, seen] = [await pushBlob(port, 'app', 'mounted'), await pushBlob(port, 'app', 'looked for')];
  await pushBlob(port, 'app', '{}');
  const manifest = imageManifest();
  const put = () => putManifest(port, `/v2/app/manifests/${manifest.digest}`, manifest);
  await put();
  await age(join(folder, 'app/blobs/sha256'));
  await send(port, { method: 'POST', path: `/v2/app/blobs/uploads/?mount=${mounted}&from=app` });
  await send(port, { method: 'HEAD', path: `/v2/app/blobs/${seen}` });
  await put();
  const report = await collectGarbage({ folder, mode: 'list', olderThanSeconds: day });
  assert.deepEqual(report.repositories[0]?.blobs, []);
});

test('collectGarbage() counts the bytes of a blob in two repositories only where the last name goes', async (t) => {
  const { port, folder } = await startRegistry(t);
  const digest = await pushBlob(port, 'one', 'twelve bytes');
  await send(port, { method: 'POST', path: `/v2/two/blobs/uploads/?mount=${digest}&from=one` });
  await age(join(folder, 'one/blobs/sha256'));
  const report = await collectGarbage({ folder, mode: 'remove', olderThanSeconds: day });
  assert.deepEqual(
    report.repositories.map(({ repository, bytes }) => [repository, bytes]),
    [
      ['one', 0],
      ['two', 12],
    ],
  );
});

test('collectGarbage() removes uploads nobody goes on with, never one that is being written', async (t) => {
  const { port, folder } = await startRegistry(t);
  const path = '/v2/app/blobs/uploads/';
  const [idle = '', busy = ''] = await Promise.all(
    [1, 2].map(async () => (await send(port, { method: 'POST', path })).headers.location),
  );
  for (const each of [idle, busy]) await send(port, { method: 'PATCH', path: each, body: 'half' });
  const uploads = join(folder, '.uploads');
  // The server lets go of an upload a moment after it has answered.
  while ((await readdir(uploads)).some((name) => name.endsWith('.lock')));
  await age(uploads);
  const [file = ''] = (await readdir(uploads)).filter((name) => busy.endsWith(name.slice(0, 32)));
  const { tryFileLock } = await import('./file-lock.ts');
  const lock = await tryFileLock(join(uploads, `${file}.lock`));
  assert.ok(lock !== undefined);
  const report = await collectGarbage({ folder, mode: 'remove', olderThanSeconds: day });
  await lock.release();
  assert.deepEqual([report.uploads, report.bytes], [1, 4]);
  assert.equal((await send(port, { path: idle })).status, 404);
  assert.equal((await send(port, { path: busy })).status, 204);
});

test('collectGarbage() touches nothing in a repository with a damaged manifest, or with digests it does not know', async (t) => {
  const { port, folder } = await startRegistry(t);
  await pushBlob(port, 'app', '{}');
  const manifest = imageManifest();
  await putManifest(port, '/v2/app/manifests/v1', manifest);
  const blobs = join(folder, 'app/blobs/sha256');
  await writeFile(join(blobs, hexOf(manifest.digest)), 'rotten');
  await age(blobs);
  await assert.rejects(collectGarbage({ folder, mode: 'remove', olderThanSeconds: day }), (error) =>
    isCutwaterError(error, 'STORE_CORRUPT'),
  );
  assert.equal((await readdir(blobs)).length, 2);
  const manifests = [{ mediaType: manifest.mediaType, digest: 'blake3:abc', size: 1 }];
  await writeFile(join(folder, 'app/index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  const report = await collectGarbage({ folder, mode: 'remove', olderThanSeconds: day });
  assert.equal(report.repositories[0]?.skipped, true);
  assert.equal((await readdir(blobs)).length, 2);
});

test('content of a type the registry does not know keeps whatever it mentions', async (t) => {
  const folder = await temporaryFolder(t);
  const blobs = join(folder, 'app/blobs/sha256');
  await mkdir(blobs, { recursive: true });
  const foreign = JSON.stringify({ fsLayers: [{ blobSum: digestOf('old layer') }] });
  for (const text of ['old layer', 'unused', foreign]) await writeFile(join(blobs, hexOf(digestOf(text))), text);
  const annotations = { 'org.opencontainers.image.ref.name': 'v1' };
  const manifests = [
    {
      mediaType: 'application/vnd.docker.distribution.manifest.v1+json',
      digest: digestOf(foreign),
      size: foreign.length,
      annotations,
    },
  ];
  await writeFile(join(folder, 'app/index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  await age(blobs);
  const report = await collectGarbage({ folder, mode: 'remove', olderThanSeconds: day });
  assert.deepEqual(report.repositories[0]?.blobs, [digestOf('unused')]);
});

test('servers that push while garbage is collected lose nothing they acknowledged', async (t) => {
  const folder = await temporaryFolder(t);
  const servers = [await startRegistry(t, { folder }), await startRegistry(t, { folder })];
  await Promise.all(servers.map(({ port }) => pushBlob(port, 'app', '{}')));
  const pushed = new AbortController();
  const collecting = (async () => {
    // No grace at all: what is not named yet goes at once.
    while (!pushed.signal.aborted) await collectGarbage({ folder, mode: 'remove', olderThanSeconds: 0 });
  })();
  const acknowledged: string[] = [];
  const pushes = Promise.all(
    servers.map(async ({ port }, server) => {
      for (let at = 0; at < 15; at += 1) {
        const content = `${server}-${at}`;
        const digest = await pushBlob(port, 'app', content);
        await pushBlob(port, 'app', '{}');
        const layers = [{ mediaType: 'application/x-layer', digest, size: content.length }];
        const manifest = imageManifest({ layers });
        const put = await putManifest(port, `/v2/app/manifests/t${content}`, manifest);
        assert.ok([201, 404].includes(put.status), 'stored, or what is missing is named');
        if (put.status === 201) acknowledged.push(content);
      }
    }),
  );
  await pushes.finally(() => pushed.abort());
  await collecting;
  const { port } = await startRegistry(t, { folder });
  for (const content of acknowledged) {
    assert.equal((await send(port, { path: `/v2/app/manifests/t${content}` })).status, 200);
    assert.equal((await send(port, { path: `/v2/app/blobs/${digestOf(content)}` })).body.toString(), content);
  }
});

test('a collection that is killed in the middle harms nothing, and the next one ends the work', async (t) => {
  const { port, folder } = await startRegistry(t);
  await pushBlob(port, 'app', '{}');
  const kept = imageManifest();
  const index = imageIndex([kept]);
  await putManifest(port, `/v2/app/manifests/${kept.digest}`, kept);
  await putManifest(port, '/v2/app/manifests/v1', index);
  const blobs = join(folder, 'app/blobs/sha256');
  for (let at = 0; at < 600; at += 1) await writeFile(join(blobs, hexOf(digestOf(`garbage ${at}`))), `garbage ${at}`);
  await age(blobs);
  const source = `
    const { collectGarbage } = await import(${JSON.stringify(import.meta.resolve('./collect-garbage.ts'))});
    await collectGarbage({ folder: process.argv[1], mode: 'remove', olderThanSeconds: 3600 });`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source, '--', folder], { stdio: 'inherit' });
  const ended = once(child, 'exit');
  while (child.exitCode === null && (await readdir(blobs)).length > 500);
  child.kill('SIGKILL');
  await ended;
  assert.ok((await readdir(blobs)).length < 603, 'it had begun');
  assert.equal((await send(port, { path: '/v2/app/manifests/v1' })).body.toString(), index.text);
  await collectGarbage({ folder, mode: 'remove', olderThanSeconds: 3600 });
  assert.deepEqual(new Set(await readdir(blobs)), new Set([digestOf('{}'), kept.digest, index.digest].map(hexOf)));
  assert.match(await readFile(join(folder, 'app/index.json'), 'utf8'), /"v1"/);
});
