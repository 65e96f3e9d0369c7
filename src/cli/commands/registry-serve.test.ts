import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { imageManifest, temporaryFolder } from '../../../test/registry-fixture.ts';
import { selfSigned } from '../../adapters/oci-http/scripted-certificate.ts';
import { digestOf } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import type { ServeOptions } from '../compose-server.ts';
import { makeAccountLine, serveRegistry } from '../compose-server.ts';

const program = fileURLToPath(new URL('../../main.ts', import.meta.url));

function start(t: TestContext, args: readonly string[]): ChildProcess & { readonly stdout: Readable } {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

test('registry serve speaks TLS, knows the accounts of registry password, keeps versions, and gc finds what is left', async (t) => {
  const folder = await temporaryFolder(t);
  const { certificate, key } = selfSigned();
  await writeFile(join(folder, 'cert.pem'), certificate);
  await writeFile(join(folder, 'key.pem'), key);
  const maker = start(t, ['registry', 'password', 'ci']);
  maker.stdin?.end('a long password\nand no more');
  await writeFile(join(folder, 'accounts'), await text(maker.stdout));
  const at = (name: string): string => join(folder, name);
  const rules = ['--immutable', '*.*.*', '--anonymous-read', '--auth-file', at('accounts')];
  const tls = ['--tls-cert', at('cert.pem'), '--tls-key', at('key.pem')];
  const server = start(t, ['registry', 'serve', '--json', '--folder', at('data'), ...rules, ...tls]);
  const said = await readJson(server.stdout);
  assert.match(String(said['url']), /^https:\/\/127\.0\.0\.1:/);

  const send = async (method: string, path: string, body = ''): Promise<number | undefined> => {
    const headers = {
      'Content-Type': imageManifest().mediaType,
      ...(method === 'GET' ? {} : { Authorization: `Basic ${btoa('ci:a long password')}` }),
    };
    const call = request({ host: '127.0.0.1', port: Number(said['port']), method, path, headers, ca: certificate });
    call.end(body);
    const [response]: { statusCode?: number; resume(): void }[] = await once(call, 'response');
    response?.resume();
    return response?.statusCode;
  };
  assert.equal(await send('POST', `/v2/app/blobs/uploads/?digest=${digestOf('{}')}`, '{}'), 201);
  const put = (tag: string, name: string) =>
    send('PUT', `/v2/app/manifests/${tag}`, imageManifest({ annotations: { name } }).text);
  assert.deepEqual([await put('1.0.0', 'a'), await put('1.0.0', 'b'), await put('1.0.0', 'a')], [201, 412, 201]);
  assert.deepEqual([await put('latest', 'a'), await put('latest', 'c'), await put('latest', 'a')], [201, 201, 201]);
  assert.equal(await send('GET', '/v2/app/manifests/1.0.0'), 200);

  const gc = start(t, ['registry', 'gc', '--json', '--yes', '--older-than', '1s', '--folder', at('data')]);
  const report = JSON.parse(await text(gc.stdout));
  assert.deepEqual(
    [report.schema, report.removed, report.repositories[0].repository],
    ['cutwater.registry-gc/1', true, 'app'],
  );
  assert.equal(await send('GET', '/v2/app/manifests/1.0.0'), 200);
  server.kill('SIGTERM');
  const [code] = await once(server, 'exit');
  assert.equal(code, 0);
});

const closed: ServeOptions = {
  folder: '/nowhere',
  host: '127.0.0.1',
  port: 0,
  readOnly: false,
  sparse: false,
  immutable: [],
  authFile: undefined,
  tlsCert: undefined,
  tlsKey: undefined,
  anonymousRead: false,
  insecure: false,
};

test('serveRegistry() does not listen beyond this machine without accounts and TLS, unless that is asked for', async (t) => {
  const folder = await temporaryFolder(t);
  for (const host of ['0.0.0.0', '::', '192.0.2.1', '127.example', 'localhost.example', '']) {
    const options = { ...closed, folder, host };
    await assert.rejects(serveRegistry(options), isUsage, host);
    await assert.rejects(serveRegistry({ ...options, authFile: 'accounts' }), isUsage, host);
    await assert.rejects(serveRegistry({ ...options, tlsCert: 'c', tlsKey: 'k' }), isUsage, host);
  }
  const open = await serveRegistry({ ...closed, folder, host: '0.0.0.0', insecure: true });
  await open.close();
  await assert.rejects(serveRegistry({ ...closed, tlsCert: 'c' }), isUsage);
  await assert.rejects(serveRegistry({ ...closed, anonymousRead: true }), isUsage);
});

test('serveRegistry() refuses an account file others may write, and a key that does not fit', async (t) => {
  const folder = await temporaryFolder(t);
  const authFile = join(folder, 'accounts');
  await writeFile(authFile, `${await makeAccountLine('ci', Readable.from(['long enough']))}\n`);
  assert.doesNotMatch(await readFile(authFile, 'utf8'), /long enough/);
  await chmod(authFile, 0o666);
  await assert.rejects(serveRegistry({ ...closed, folder, authFile }), (error) =>
    isCutwaterError(error, 'INPUT_INVALID'),
  );
  const [tlsCert, tlsKey] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  await writeFile(tlsCert, selfSigned().certificate);
  await writeFile(tlsKey, selfSigned().key);
  await assert.rejects(serveRegistry({ ...closed, folder, tlsCert, tlsKey }), (error) =>
    isCutwaterError(error, 'KEY_UNUSABLE'),
  );
});

test('makeAccountLine() refuses names with a colon or a line break, and short passwords', async () => {
  for (const [user, password] of [
    ['a:b', 'long enough'],
    ['a\nb', 'long enough'],
    ['', 'long enough'],
    ['ci', 'short'],
  ] as const)
    await assert.rejects(makeAccountLine(user, Readable.from([password])), isUsage);
});

function isUsage(error: unknown): boolean {
  return isCutwaterError(error, 'USAGE');
}

async function readJson(stream: Readable): Promise<Readonly<Record<string, unknown>>> {
  let said = '';
  for await (const line of createInterface({ input: stream })) {
    said += line;
    if (line === '}' || (line.startsWith('{') && line.endsWith('}'))) break;
  }
  return JSON.parse(said);
}
