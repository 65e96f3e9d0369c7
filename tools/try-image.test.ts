import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Scope } from '../test/make/folder.ts';
import { tinyProgram } from '../test/make/tiny-program.ts';
import { makeImageOf } from '../test/real/make-image.ts';
import { tryImage } from './try-image.ts';

const program = '/usr/local/bin/cutwater';

test('what an image must not be is found: another user, another program, one for another machine or of another version', async (t) => {
  const files = {
    [program]: tinyProgram('x86_64', { says: '1.2.30\n' }),
    '/usr/bin/git': tinyProgram('x86_64', { says: 'git version 2.39\n' }),
    '/usr/bin/gpg': tinyProgram('x86_64', { says: 'gpg (GnuPG) 1.4\n' }),
  };
  const image = await makeImageOf(t, files, ['/usr/bin/git']);
  const host = await serve(t, { layout: image.folder });
  const seen: string[] = [];
  const trial = { version: '1.2.3', tell: (line: string) => void seen.push(line) };
  const problems = await tryImage(`${host}/acme/app@${image.digest}`, trial);
  for (const platform of ['linux/amd64', 'linux/arm64']) {
    assert.ok(problems.includes(`${platform}: runs as undefined, 65532:65532 is wanted`), problems.join('\n'));
    assert.ok(problems.includes(`${platform}: starts ["/usr/bin/git"], ${program} is wanted`));
  }
  assert.ok(problems.includes(`linux/arm64: ${program} is for x86_64, aarch64 is wanted`));
  // Only root can start a program in the image; nobody else could start this one, which has no loader.
  if (process.arch !== 'x64' || process.getuid?.() !== 0) return;
  assert.ok(problems.includes(`linux/amd64: ${program} --version ends with 0: "1.2.30\\n"`), problems.join('\n'));
  assert.ok(problems.some((problem) => problem.startsWith('linux/amd64: /usr/bin/gpg --version ends with 0')));
  assert.ok(seen.includes('linux/amd64: /usr/bin/git --version says git version 2.39 (as user 65532:65532)'));
});

test('an image is pulled as anybody can, with the token that everybody gets, and other bytes than the digest says are refused', async (t) => {
  const image = await makeImageOf(t, { '/a': 'a' });
  const trial = { version: '1.2.3', tell: () => undefined };
  const guarded = await serve(t, { layout: image.folder, asks: 'Bearer realm="REALM/token",service="x",scope="pull"' });
  await assert.rejects(tryImage(`${guarded}/acme/app@${image.digest}`, trial), /ENOENT.*cutwater/);
  const closed = await serve(t, { layout: image.folder, asks: 'Basic realm="x"' });
  await assert.rejects(tryImage(`${closed}/acme/app@${image.digest}`, trial), /wants a login/);
  for (const spoil of ['documents', 'layers'] as const) {
    const spoiled = await serve(t, { layout: image.folder, spoil });
    await assert.rejects(tryImage(`${spoiled}/acme/app@${image.digest}`, trial), /has other bytes/, spoil);
  }
  for (const name of ['acme/app:1.2.3', `acme@${image.digest}`, ''])
    await assert.rejects(tryImage(name, trial), /is no image by digest/);
});

test('an image without a platform that is wanted is no good one, though nothing in it is wrong', async (t) => {
  const image = await makeImageOf(t, {});
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [] }));
  const hex = createHash('sha256').update(bytes).digest('hex');
  await writeFile(join(image.folder, 'blobs/sha256', hex), bytes);
  const host = await serve(t, { layout: image.folder });
  assert.deepEqual(await tryImage(`${host}/acme/app@sha256:${hex}`, { version: '1.2.3', tell: () => undefined }), [
    'linux/amd64: the image has none for it',
    'linux/arm64: the image has none for it',
  ]);
});

/** A registry that has the blobs of a layout, and asks for a token where that is wanted; `127.0.0.1:PORT`. */
async function serve(
  scope: Scope,
  { layout, asks, spoil }: { readonly layout: string; readonly asks?: string; readonly spoil?: 'documents' | 'layers' },
): Promise<string> {
  const server = createServer((request, response) => {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const answer = async (): Promise<void> => {
      if (path === '/token') return void response.end(JSON.stringify({ token: `for ${query}` }));
      if (asks !== undefined && request.headers.authorization !== 'Bearer for service=x&scope=pull')
        return void response.writeHead(401, { 'www-authenticate': asks.replace('REALM', `http://${host()}`) }).end();
      const bytes = await readFile(join(layout, 'blobs/sha256', path.slice(path.lastIndexOf(':') + 1)));
      const kind = bytes[0] === '{'.charCodeAt(0) ? 'documents' : 'layers';
      response.end(spoil === kind ? Buffer.concat([bytes, Buffer.from(' ')]) : bytes);
    };
    void answer();
  });
  const host = (): string => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? `127.0.0.1:${address.port}` : assert.fail();
  };
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  scope.after(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  return host();
}
