import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { pushBlob, send, errorCode, startRegistry } from '../../test/registry-fixture.ts';
import type { Answer } from '../../test/registry-fixture.ts';
import { digestOf } from '../domain/digest.ts';

const uploads = '/v2/team/app/blobs/uploads/';

function locationOf(answer: Answer): string {
  assert.ok(answer.headers.location !== undefined);
  return answer.headers.location;
}

test('a blob can be uploaded in one POST, in POST and PUT, in chunks, and as a stream', async (t) => {
  const { port } = await startRegistry(t);
  const bytes = 'one two three';
  const digest = digestOf(bytes);
  const single = await send(port, { method: 'POST', path: `${uploads}?digest=${digest}`, body: bytes });
  assert.equal(single.status, 201);
  assert.equal(single.headers.location, `/v2/team/app/blobs/${digest}`);

  const begun = await send(port, { method: 'POST', path: uploads });
  assert.equal(begun.status, 202);
  const whole = await send(port, { method: 'PUT', path: `${locationOf(begun)}?digest=${digest}`, body: bytes });
  assert.equal(whole.status, 201);

  const chunked = await send(port, { method: 'POST', path: uploads });
  const path = locationOf(chunked);
  const first = await send(port, { method: 'PATCH', path, headers: { 'Content-Range': '0-3' }, body: 'one ' });
  assert.deepEqual([first.status, first.headers.range], [202, '0-3']);
  const state = await send(port, { path });
  assert.deepEqual([state.status, state.headers.range], [204, '0-3']);
  const headers = { 'Content-Range': '4-12' };
  const last = await send(port, { method: 'PUT', path: `${path}?digest=${digest}`, headers, body: 'two three' });
  assert.equal(last.status, 201);

  const streamed = await send(port, { method: 'POST', path: uploads });
  await send(port, {
    method: 'PATCH',
    path: locationOf(streamed),
    headers: { 'Transfer-Encoding': 'chunked' },
    body: bytes,
  });
  const closed = await send(port, { method: 'PUT', path: `${locationOf(streamed)}?digest=${digest}` });
  assert.equal(closed.status, 201);
  assert.equal((await send(port, { path: `/v2/team/app/blobs/${digest}` })).body.toString(), bytes);
});

test('a chunk out of order is refused with 416 and the place to go on, and the upload can go on there', async (t) => {
  const { port } = await startRegistry(t);
  const path = locationOf(await send(port, { method: 'POST', path: uploads }));
  await send(port, { method: 'PATCH', path, headers: { 'Content-Range': '0-2' }, body: 'abc' });
  const again = await send(port, { method: 'PATCH', path, headers: { 'Content-Range': '0-2' }, body: 'abc' });
  assert.deepEqual([again.status, again.headers.range, errorCode(again)], [416, '0-2', 'BLOB_UPLOAD_INVALID']);
  const put = `${path}?digest=${digestOf('abcd')}`;
  const gap = await send(port, { method: 'PUT', path: put, headers: { 'Content-Range': '7-7' }, body: 'd' });
  assert.equal(gap.status, 416);
  assert.equal(
    (await send(port, { method: 'PUT', path: put, headers: { 'Content-Range': '3-3' }, body: 'd' })).status,
    201,
  );
});

test('an upload with another digest than promised, of another algorithm, or without one leaves no blob', async (t) => {
  const { port, folder } = await startRegistry(t);
  const wrong = digestOf('something else');
  for (const query of [`?digest=${wrong}`, '?digest=sha256:../../x', `?digest=sha512:${'0'.repeat(128)}`]) {
    const answer = await send(port, { method: 'POST', path: `${uploads}${query}`, body: 'content' });
    assert.deepEqual([answer.status, errorCode(answer)], [400, 'DIGEST_INVALID']);
  }
  const path = locationOf(await send(port, { method: 'POST', path: uploads }));
  assert.equal((await send(port, { method: 'PUT', path, body: 'content' })).status, 400);
  assert.equal((await send(port, { method: 'PUT', path: `${path}?digest=${wrong}`, body: 'content' })).status, 400);
  assert.equal((await send(port, { path })).status, 404, 'the upload is over');
  assert.equal((await send(port, { method: 'HEAD', path: `/v2/team/app/blobs/${wrong}` })).status, 404);
  assert.deepEqual(await readdir(join(folder, '.uploads')), []);
});

test('a chunk that is shorter or longer than it announces ends the upload with SIZE_INVALID', async (t) => {
  const { port, folder } = await startRegistry(t);
  for (const [announced, body] of [
    ['0-9', 'abc'],
    ['0-1', 'abc'],
  ] as const)
    for (const extra of [{}, { 'Transfer-Encoding': 'chunked' }]) {
      const path = locationOf(await send(port, { method: 'POST', path: uploads }));
      const answer = await send(port, {
        method: 'PATCH',
        path,
        headers: { 'Content-Range': announced, ...extra },
        body,
      });
      assert.deepEqual([answer.status, errorCode(answer)], [400, 'SIZE_INVALID']);
      await send(port, { method: 'DELETE', path });
    }
  assert.deepEqual(await readdir(join(folder, '.uploads')), []);
});

test('a cancelled upload is gone with its file, and an upload belongs to its repository', async (t) => {
  const { port, folder } = await startRegistry(t);
  const path = locationOf(await send(port, { method: 'POST', path: uploads }));
  const elsewhere = path.replace('team/app', 'team/other');
  assert.equal((await send(port, { path: elsewhere })).status, 404);
  assert.equal((await send(port, { method: 'DELETE', path })).status, 204);
  const gone = await send(port, { method: 'PATCH', path, body: 'x' });
  assert.deepEqual([gone.status, errorCode(gone)], [404, 'BLOB_UPLOAD_UNKNOWN']);
  assert.deepEqual(await readdir(join(folder, '.uploads')), []);
});

test('bytes that came before a connection broke are kept, and the client can go on after them', async (t) => {
  const { port } = await startRegistry(t);
  const path = locationOf(await send(port, { method: 'POST', path: uploads }));
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(`PATCH ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabcde`);
  let range: string | undefined;
  while (range !== '0-4') range = (await send(port, { path })).headers.range;
  socket.destroy();
  await once(socket, 'close');
  const put = {
    method: 'PUT',
    path: `${path}?digest=${digestOf('abcdef')}`,
    headers: { 'Content-Range': '5-5' },
    body: 'f',
  };
  let done = await send(port, put);
  // Until the server has seen the end of the connection, the other request still writes.
  while (done.status === 409) done = await send(port, put);
  assert.equal(done.status, 201);
});

test('two requests cannot write to one upload at once', async (t) => {
  const { port } = await startRegistry(t);
  const path = locationOf(await send(port, { method: 'POST', path: uploads }));
  // Either of the two may come first; the one that is refused is this one, sooner or later.
  for (let refused = false; !refused;) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined).resume();
    socket.write(`PATCH ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\na`);
    while (!refused && socket.bytesRead === 0) {
      const { status } = await send(port, { method: 'PATCH', path, body: '' });
      assert.ok(status === 202 || status === 409, String(status));
      refused = status === 409;
    }
    socket.destroy();
  }
});

test('a blob is mounted from a named repository or from any, and a missing one opens an upload instead', async (t) => {
  const { port } = await startRegistry(t);
  const digest = await pushBlob(port, 'team/source', 'shared');
  const named = await send(port, { method: 'POST', path: `${uploads}?mount=${digest}&from=team/source` });
  assert.deepEqual([named.status, named.headers.location], [201, `/v2/team/app/blobs/${digest}`]);
  const anonymous = await send(port, { method: 'POST', path: `/v2/third/blobs/uploads/?mount=${digest}` });
  assert.equal(anonymous.status, 201);
  assert.equal((await send(port, { path: `/v2/third/blobs/${digest}` })).body.toString(), 'shared');

  const missing = digestOf('missing');
  for (const query of [
    `?mount=${missing}&from=team/source`,
    `?mount=${digest}&from=nobody/here`,
    `?mount=${missing}`,
  ]) {
    const answer = await send(port, { method: 'POST', path: `/v2/fresh/blobs/uploads/${query}` });
    assert.equal(answer.status, 202);
    const put = { method: 'PUT', path: `${locationOf(answer)}?digest=${missing}`, body: 'missing' };
    assert.equal((await send(port, put)).status, 201);
    await send(port, { method: 'DELETE', path: `/v2/fresh/blobs/${missing}` });
  }
});

test('an empty blob is a blob', async (t) => {
  const { port } = await startRegistry(t);
  const path = locationOf(await send(port, { method: 'POST', path: uploads }));
  const digest = digestOf('');
  assert.equal((await send(port, { method: 'PUT', path: `${path}?digest=${digest}` })).status, 201);
  const read = await send(port, { path: `/v2/team/app/blobs/${digest}` });
  assert.deepEqual([read.status, read.headers['content-length'], read.body.length], [200, '0', 0]);
});
