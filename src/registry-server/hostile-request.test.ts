import assert from 'node:assert/strict';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  errorCode,
  imageManifest,
  pushBlob,
  putManifest,
  send,
  startRegistry,
  temporaryFolder,
} from '../../test/registry-fixture.ts';
import { digestOf } from '../domain/digest.ts';

const digest = digestOf('x');

const hostilePaths: readonly string[] = [
  '/v2/../../etc/passwd',
  '/v2/../../etc/passwd/tags/list',
  '/v2/..%2f..%2fetc/manifests/passwd',
  '/v2/%2e%2e%2f%2e%2e%2foutside/manifests/v1',
  '/v2/a/../../outside/manifests/v1',
  '/v2/a/%00/manifests/v1',
  '/v2/a%0a/manifests/v1',
  '/v2/%E0%A4%A/manifests/v1',
  '/v2/.uploads/manifests/v1',
  '/v2/.locks/x/manifests/v1',
  '/v2/UPPER/manifests/v1',
  '/v2//etc/manifests/v1',
  '/v2/a/blobs/sha256/manifests/v1',
  '/v2/a/index.json/manifests/v1',
  '/v2/a/manifests/..',
  '/v2/a/manifests/%2e%2e%2f%2e%2e%2foutside',
  '/v2/a/manifests/sha256:../../x',
  '/v2/a/manifests/sha256:..%2f..%2fx',
  `/v2/a/manifests/${digest.toUpperCase()}`,
  '/v2/a/blobs/sha256:../../x',
  '/v2/a/blobs/sha256:..%2f..%2f..%2foutside%2findex.json',
  '/v2/a/blobs/uploads/../',
  '/v2/a/blobs/uploads/..%2f..%2foutside',
  '/v2/a/blobs/uploads/%2e%2e',
  `/v2/a/blobs/uploads/${'A'.repeat(32)}`,
  '/v2/a/referrers/sha256:../../x',
  '/etc/passwd',
  '/',
];

test('no name, digest, tag or upload id leads out of the folder, and none touches a file', async (t) => {
  const around = await temporaryFolder(t);
  const folder = join(around, 'registry');
  await mkdir(join(around, 'outside'), { recursive: true });
  await writeFile(join(around, 'outside/index.json'), '{"manifests":[]}');
  const { port } = await startRegistry(t, { folder });
  for (const path of hostilePaths)
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE']) {
      const answer = await send(port, {
        method,
        path,
        ...(method === 'GET' || method === 'HEAD' ? {} : { body: 'x' }),
      });
      assert.ok([400, 404].includes(answer.status), `${method} ${path} gives ${answer.status}`);
    }
  const mounts = [
    `mount=sha256:../../x&from=outside`,
    `mount=${digest}&from=../outside`,
    `mount=${digest}&from=%2e%2e/outside`,
  ];
  for (const query of mounts) {
    const answer = await send(port, { method: 'POST', path: `/v2/a/blobs/uploads/?${query}` });
    assert.equal(answer.status, 400, query);
  }
  assert.deepEqual(await readdir(around), ['outside']);
  assert.equal(await readFile(join(around, 'outside/index.json'), 'utf8'), '{"manifests":[]}');
});

test('a read-only registry serves and refuses every write with 405', async (t) => {
  const folder = await temporaryFolder(t);
  const { port } = await startRegistry(t, { folder });
  await pushBlob(port, 'app', '{}');
  await putManifest(port, '/v2/app/manifests/v1', imageManifest());
  const { port: reader } = await startRegistry(t, { folder, readOnly: true });
  assert.equal((await send(reader, { path: '/v2/app/manifests/v1' })).status, 200);
  const writes: readonly (readonly [string, string])[] = [
    ['PUT', '/v2/app/manifests/v1'],
    ['DELETE', '/v2/app/manifests/v1'],
    ['POST', '/v2/app/blobs/uploads/'],
    ['DELETE', `/v2/app/blobs/${digestOf('{}')}`],
  ];
  for (const [method, path] of writes) {
    const answer = await send(reader, { method, path, body: '' });
    assert.deepEqual([answer.status, errorCode(answer), answer.headers.allow], [405, 'UNSUPPORTED', 'GET, HEAD']);
  }
});

test('a web page cannot write, since browsers send an Origin', async (t) => {
  const { port } = await startRegistry(t);
  const headers = { Origin: 'http://127.0.0.1' };
  const answer = await send(port, {
    method: 'POST',
    path: `/v2/app/blobs/uploads/?digest=${digest}`,
    headers,
    body: 'x',
  });
  assert.deepEqual([answer.status, errorCode(answer)], [403, 'DENIED']);
  assert.equal((await send(port, { path: '/v2/', headers })).status, 200);
});

test('the ping answers, and a method an endpoint does not have is 405 with Allow', async (t) => {
  const { port } = await startRegistry(t);
  const ping = await send(port, { path: '/v2/' });
  assert.deepEqual([ping.status, ping.headers['docker-distribution-api-version']], [200, 'registry/2.0']);
  assert.equal((await send(port, { method: 'HEAD', path: '/v2/' })).body.length, 0);
  const wrong = await send(port, { method: 'PATCH', path: '/v2/app/manifests/v1' });
  assert.deepEqual([wrong.status, wrong.headers.allow], [405, 'GET, HEAD, PUT, DELETE']);
});

test('a client that leaves in the middle of a request or an answer does not disturb the next one', async (t) => {
  const failures: unknown[] = [];
  const { port } = await startRegistry(t, { onFailure: (error) => failures.push(error) });
  const blob = await pushBlob(port, 'app', Buffer.alloc(8 * 1024 * 1024));
  for (const head of [
    `GET /v2/app/blobs/${blob} HTTP/1.1\r\nHost: x\r\n\r\n`,
    'PUT /v2/app/manifests/v1 HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{',
    `POST /v2/app/blobs/uploads/?digest=${digest} HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nabc`,
  ]) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(head, () => socket.destroy());
  }
  assert.equal((await send(port, { path: `/v2/app/blobs/${blob}` })).body.length, 8 * 1024 * 1024);
  assert.deepEqual(failures, []);
});
