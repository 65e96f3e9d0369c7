import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir, utimes } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { TestManifest } from '../../test/registry-fixture.ts';
import {
  imageManifest,
  pushBlob,
  putManifest,
  send,
  startRegistry,
  temporaryFolder,
} from '../../test/registry-fixture.ts';
import { digestFromHex, digestOf, isDigest } from '../domain/digest.ts';
import { isJsonObject, parseJsonObject } from './json-object.ts';

interface ServerProcess {
  readonly port: number;
  readonly child: ChildProcess;
}

/** The registry in a process of its own, as `cutwater registry serve` runs it. */
async function spawnRegistry(t: TestContext, folder: string): Promise<ServerProcess> {
  const source = `
    const { listenRegistry } = await import(${JSON.stringify(import.meta.resolve('./listen-registry.ts'))});
    console.log((await listenRegistry({ folder: process.argv[1] })).port);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source, '--', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  const [line]: unknown[] = await once(lines, 'line');
  return { port: Number(line), child };
}

async function kill({ child }: ServerProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

function numbered(name: string): TestManifest {
  return imageManifest({ annotations: { name } });
}

/** Everything another program relies on: index and layout file parse, every entry's bytes are there and are its own. */
async function checkLayout(layout: string): Promise<ReadonlyMap<unknown, unknown>> {
  assert.deepEqual(parseJsonObject(await readFile(join(layout, 'oci-layout'))), { imageLayoutVersion: '1.0.0' });
  const manifests = parseJsonObject(await readFile(join(layout, 'index.json')))?.['manifests'];
  assert.ok(Array.isArray(manifests));
  const tags = new Map<unknown, unknown>();
  for (const entry of manifests) {
    assert.ok(isJsonObject(entry) && isDigest(entry['digest']) && isJsonObject(entry['annotations']));
    const name = entry['digest'].slice('sha256:'.length);
    assert.equal(digestOf(await readFile(join(layout, 'blobs/sha256', name))), entry['digest']);
    tags.set(entry['annotations']['org.opencontainers.image.ref.name'], entry['digest']);
  }
  for (const name of await readdir(join(layout, 'blobs/sha256')))
    assert.equal(
      digestOf(await readFile(join(layout, 'blobs/sha256', name))),
      digestFromHex(name),
      'no half blob has a name',
    );
  return tags;
}

test('three servers on one folder, two of them processes of their own, lose no tag', async (t) => {
  const folder = await temporaryFolder(t);
  const servers = [await spawnRegistry(t, folder), await spawnRegistry(t, folder), await startRegistry(t, { folder })];
  await Promise.all(servers.map(({ port }) => pushBlob(port, 'app', '{}')));
  const writes = servers.flatMap(({ port }, server) =>
    Array.from({ length: 20 }, (_, number) => ({ port, name: `s${server}-${number}` })),
  );
  const answers = await Promise.all(
    writes.map(({ port, name }) => putManifest(port, `/v2/app/manifests/${name}`, numbered(name))),
  );
  assert.deepEqual(new Set(answers.map((answer) => answer.status)), new Set([201]));
  const tags = await checkLayout(join(folder, 'app'));
  for (const { name } of writes) assert.equal(tags.get(name), numbered(name).digest);
  for (const { port } of servers) {
    const head = await send(port, { method: 'HEAD', path: '/v2/app/manifests/s0-19' });
    assert.equal(head.headers['docker-content-digest'], numbered('s0-19').digest);
  }
});

test('of writers on two servers that send the same If-None-Match: * exactly one creates the tag', async (t) => {
  const folder = await temporaryFolder(t);
  const servers = [await spawnRegistry(t, folder), await startRegistry(t, { folder })];
  await Promise.all(servers.map(({ port }) => pushBlob(port, 'app', '{}')));
  for (let round = 0; round < 5; round += 1) {
    const answers = await Promise.all(
      servers.flatMap(({ port }, server) =>
        [0, 1].map((number) =>
          putManifest(port, `/v2/app/manifests/r${round}`, numbered(`${server}-${number}`), { 'If-None-Match': '*' }),
        ),
      ),
    );
    assert.deepEqual(answers.map((answer) => answer.status).toSorted(), [201, 412, 412, 412]);
  }
});

test('a server killed among writes loses nothing it acknowledged, leaves a readable layout and no lock', async (t) => {
  const folder = await temporaryFolder(t);
  const acknowledged: string[] = [];
  for (let round = 0; round < 4; round += 1) {
    const server = await spawnRegistry(t, folder);
    await pushBlob(server.port, 'app', '{}');
    const killAt = acknowledged.length + 3 + round * 2;
    await Promise.all(
      Array.from({ length: 30 }, async (_, number) => {
        const name = `r${round}-${number}`;
        const answer = await putManifest(server.port, `/v2/app/manifests/${name}`, numbered(name)).catch(
          () => undefined,
        );
        if (answer?.status !== 201) return;
        acknowledged.push(name);
        if (acknowledged.length === killAt) await kill(server);
      }),
    );
    const tags = await checkLayout(join(folder, 'app'));
    for (const name of acknowledged) assert.equal(tags.get(name), numbered(name).digest, name);
  }
  const { port } = await startRegistry(t, { folder });
  assert.equal((await putManifest(port, '/v2/app/manifests/after', numbered('after'))).status, 201);
  assert.ok(acknowledged.length > 0);
});

test('an upload goes on after its server was killed in the middle of it, and becomes a blob only when it is whole', async (t) => {
  const folder = await temporaryFolder(t);
  const server = await spawnRegistry(t, folder);
  await pushBlob(server.port, 'app', '{}');
  await putManifest(server.port, '/v2/app/manifests/v1', numbered('v1'));
  const begun = await send(server.port, { method: 'POST', path: '/v2/app/blobs/uploads/' });
  const path = begun.headers.location ?? '';
  const content = 'first half, second half';
  const first = { method: 'PATCH', path, headers: { 'Content-Range': '0-4' }, body: 'first' };
  assert.equal((await send(server.port, first)).status, 202);
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  const head = `PUT ${path}?digest=${digestOf(content)} HTTP/1.1\r\nHost: x\r\nContent-Length: ${content.length - 5}\r\n\r\n`;
  socket.write(`${head} half, `);
  // The request holds the upload from the moment the server has read its head.
  const probe = { method: 'PATCH', path, headers: { 'Content-Range': '99-99' }, body: 'x' };
  while ((await send(server.port, probe)).status !== 409);
  await kill(server);

  const tags = await checkLayout(join(folder, 'app'));
  assert.deepEqual([...tags], [['v1', numbered('v1').digest]]);
  const { port } = await startRegistry(t, { folder });
  assert.equal((await send(port, { method: 'HEAD', path: `/v2/app/blobs/${digestOf(content)}` })).status, 404);
  const state = await send(port, { path });
  assert.equal(state.status, 204);
  const next = Number(/^0-(\d+)$/.exec(state.headers['range']?.toString() ?? '')?.[1]) + 1;
  assert.ok(next >= 5, 'what was acknowledged is there');
  const rest = {
    method: 'PUT',
    path: `${path}?digest=${digestOf(content)}`,
    headers: { 'Content-Range': `${next}-${content.length - 1}` },
    body: content.slice(next),
  };
  assert.equal((await send(port, rest)).status, 201);
  assert.equal((await send(port, { path: `/v2/app/blobs/${digestOf(content)}` })).body.toString(), content);
  assert.equal((await send(port, { path })).status, 404, 'the upload is over');
});

test('an upload begun on one server goes on on another one over the same folder', async (t) => {
  const folder = await temporaryFolder(t);
  const [one, two] = [await startRegistry(t, { folder }), await startRegistry(t, { folder })];
  const path = (await send(one.port, { method: 'POST', path: '/v2/app/blobs/uploads/' })).headers.location ?? '';
  for (const [at, { port }] of [one, two, one, two].entries()) {
    const headers = { 'Content-Range': `${at * 2}-${at * 2 + 1}` };
    const answer = await send(port, { method: 'PATCH', path, headers, body: `${at};` });
    assert.deepEqual([answer.status, answer.headers['range']], [202, `0-${at * 2 + 1}`]);
  }
  const put = { method: 'PUT', path: `${path}?digest=${digestOf('0;1;2;3;')}` };
  assert.equal((await send(one.port, put)).status, 201);
  assert.equal((await send(two.port, { path })).status, 404);
});

test('an upload without traffic for a day is gone when the next one begins after a restart', async (t) => {
  const folder = await temporaryFolder(t);
  const first = await startRegistry(t, { folder });
  const path = (await send(first.port, { method: 'POST', path: '/v2/app/blobs/uploads/' })).headers.location ?? '';
  await first.close();
  const [file = ''] = await readdir(join(folder, '.uploads'));
  const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000);
  await utimes(join(folder, '.uploads', file), yesterday, yesterday);
  const { port } = await startRegistry(t, { folder });
  assert.equal((await send(port, { method: 'POST', path: '/v2/app/blobs/uploads/' })).status, 202);
  assert.equal((await send(port, { path })).status, 404);
});
