import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from '../test/make/folder.ts';
import { debianMirrors, download } from './build-image-root.ts';

test('a package is taken from the first mirror that has its very bytes; where none has, each answer is said', async (t) => {
  const right = Buffer.from('the package');
  const answers: Readonly<Record<string, Buffer>> = {
    '/false/pool/a.deb': Buffer.from('the Package'),
    '/true/pool/a.deb': right,
  };
  const server = createServer((request, response) => {
    const bytes = answers[request.url ?? ''];
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => new Promise((done) => server.close(done)));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const mirror = (name: string): string => `http://127.0.0.1:${address.port}/${name}`;
  const wanted = { path: 'pool/a.deb', size: right.length, sha256: createHash('sha256').update(right).digest('hex') };
  const bytes = await download(wanted, ['http://127.0.0.1:1', mirror('none'), mirror('false'), mirror('true')]);
  assert.deepEqual(Buffer.from(bytes), right);
  await assert.rejects(
    download(wanted, ['http://127.0.0.1:1', mirror('none'), mirror('false')]),
    /pool\/a\.deb is to be had nowhere \(fetch failed; status 404; 11 bytes with the digest [0-9a-f]{64}\): .*write-debian-packages/,
  );
  server.closeAllConnections();
});

test('mirrors of the repository itself take the place of those of the machine', async (t) => {
  const folder = await makeFolder(t);
  await mkdir(join(folder, 'image'));
  const sources =
    'Types: deb\nURIs: https://mirror.test/debian/ file:/srv/debian\nSuites: bookworm bookworm-updates\nComponents: main\n';
  await writeFile(join(folder, 'image/debian.sources'), sources);
  assert.deepEqual(await debianMirrors(folder), ['https://mirror.test/debian']);
});
