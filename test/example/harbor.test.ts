import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { digestOf } from '../../src/domain/digest.ts';
import { isStatic, readElf } from '../../src/domain/elf.ts';

const example = new URL('../../examples/harbor/', import.meta.url);
const banner = 'harbor 0.4.0\n';

interface Runner {
  readonly arch: 'amd64' | 'arm64';
  /** What starts the program; the path of the binary follows. */
  readonly before: readonly string[];
  readonly missing: string | undefined;
}

const runners: readonly Runner[] = [
  {
    arch: 'amd64',
    before: [],
    missing: process.platform === 'linux' && process.arch === 'x64' ? undefined : 'this is no x86-64 Linux',
  },
  process.platform === 'linux' && process.arch === 'arm64'
    ? { arch: 'arm64', before: [], missing: undefined }
    : {
        arch: 'arm64',
        before: ['qemu-aarch64'],
        missing: isThere('qemu-aarch64') ? undefined : 'qemu-aarch64 is not installed',
      },
];

test('the build of harbor gives the same bytes every time, and these bytes for 0.4.0', async (t) => {
  const first = await build(t);
  const second = await build(t);
  for (const [arch, digest] of [
    ['amd64', 'sha256:8a97fd2e651de2570306846c9ef8026dc10dd9e858899ee887b755cd58cbab0f'],
    ['arm64', 'sha256:e6430a4bb79945a37250aa7aa0c4fe7411f197187dbb1ec506c77749179103d7'],
  ] as const) {
    const bytes = await readFile(join(first, 'build', `harbor-${arch}`));
    assert.deepEqual(bytes, await readFile(join(second, 'build', `harbor-${arch}`)));
    assert.equal(digestOf(bytes), digest);
  }
});

test('both binaries of harbor are static executables of their machine, and know their version', async (t) => {
  const folder = await build(t, '12.34.56');
  for (const [arch, machine] of [
    ['amd64', 'x86_64'],
    ['arm64', 'aarch64'],
  ] as const) {
    const bytes = await readFile(join(folder, 'build', `harbor-${arch}`));
    const elf = readElf(bytes);
    assert.ok(elf.is === 'ok');
    assert.deepEqual([elf.value.class, elf.value.machine, elf.value.kind], [64, machine, 'executable']);
    assert.deepEqual(isStatic(elf.value, new Uint8Array()), { is: 'ok', value: true });
    assert.ok(bytes.includes('harbor 12.34.56\n'));
    assert.ok(bytes.includes('Content-Length: 16\r\n'));
    assert.ok(!bytes.includes('0.4.0'));
  }
});

test('the build of harbor refuses a version that is a candidate', async (t) => {
  const folder = await copy(t, '0.4.0-rc.1');
  const result = spawnSync(process.execPath, ['build.mjs'], { cwd: folder, encoding: 'utf8' });
  assert.equal(result.status, 1);
  assert.match(result.stderr, /0\.4\.0-rc\.1/);
});

test('the check of harbor passes', async (t) => {
  const result = spawnSync(process.execPath, ['check.mjs'], { cwd: await copy(t), encoding: 'utf8' });
  assert.equal(result.status, 0, result.stderr);
  assert.match(result.stdout, /harbor works|cannot be tried/);
});

for (const runner of runners) {
  const options = { skip: runner.missing ?? false };

  test(`harbor on ${runner.arch} says its version, and how it is used`, options, async (t) => {
    const program = [...runner.before, join(await build(t), 'build', `harbor-${runner.arch}`)];
    const run = (...args: readonly string[]) =>
      spawnSync(program[0] ?? '', [...program.slice(1), ...args], { encoding: 'utf8' });
    const version = run('--version');
    assert.deepEqual([version.stdout, version.stderr, version.status], [banner, '', 0]);
    for (const args of [
      [''],
      ['0'],
      ['65536'],
      ['99999999999999999999'],
      ['80x'],
      ['-1'],
      ['--versio'],
      ['--version1'],
      ['1', '2'],
    ]) {
      const wrong = run(...args);
      assert.deepEqual([wrong.stdout, wrong.status], ['', 2], args.join(' '));
      assert.match(wrong.stderr, /^usage: harbor/);
    }
  });

  test(
    `harbor on ${runner.arch} answers requests of every kind, survives rude clients, and ends when told to`,
    options,
    async (t) => {
      const program = [...runner.before, join(await build(t), 'build', `harbor-${runner.arch}`)];
      const { port, server } = await start(t, program);
      const plain = { status: 200, type: 'text/plain', length: '13', body: banner };
      assert.deepEqual(await ask(port, ['GET', '/']), plain);
      assert.deepEqual(await ask(port, ['POST', '/any/path'], 'x'.repeat(3000)), plain);
      assert.deepEqual(await ask(port, ['GET', `/${'long'.repeat(3000)}`]), plain);
      assert.deepEqual(await ask(port, ['HEAD', '/']), { ...plain, body: '' });
      await leave(port);
      await leave(port, 'GET / HTTP/1.1\r\n');
      await leave(port, 'GET / HTTP/1.1\r\n\r\n');
      for (let round = 0; round < 20; round += 1) assert.deepEqual(await ask(port, ['GET', '/']), plain);
      assert.deepEqual(await inPieces(port), plain.body);
      const second = spawnSync(program[0] ?? '', [...program.slice(1), String(port)], { encoding: 'utf8' });
      assert.deepEqual([second.status, second.stderr], [1, 'harbor: cannot listen on this port\n']);
      server.kill('SIGTERM');
      assert.deepEqual(await once(server, 'exit'), [0, null]);
    },
  );
}

async function start(
  t: TestContext,
  [command = '', ...args]: readonly string[],
): Promise<{ readonly port: number; readonly server: ChildProcess }> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  assert.ok(typeof address === 'object' && address !== null);
  probe.close();
  await once(probe, 'close');
  const server = spawn(command, [...args, String(address.port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => server.kill('SIGKILL'));
  const [said]: unknown[] = await once(server.stdout, 'data');
  assert.equal(String(said), 'harbor 0.4.0 is listening\n');
  return { port: address.port, server };
}

async function ask(port: number, [method, path]: readonly [string, string], body?: string) {
  const call = request({ port, host: '127.0.0.1', method, path, agent: false });
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  call.on('error', reject);
  call.on('response', (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => (text += chunk));
    response.on('error', reject);
    response.on('end', () => {
      const { 'content-type': type, 'content-length': length } = response.headers;
      resolve({ status: response.statusCode, type, length, body: text });
    });
  });
  call.end(body);
  return promise;
}

/** Connects, sends, and is gone. */
async function leave(port: number, text = ''): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  if (text !== '') socket.write(text);
  socket.resetAndDestroy();
  await once(socket, 'close');
}

/** A request whose empty line comes in two packets. */
async function inPieces(port: number): Promise<string | undefined> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  for (const piece of ['GET / HT', 'TP/1.1\r\nHost: x\r', '\n\r', '\n']) {
    socket.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) text += String(chunk);
  return text.split('\r\n\r\n')[1];
}

async function build(t: TestContext, version?: string): Promise<string> {
  const folder = await copy(t, version);
  const result = spawnSync(process.execPath, ['build.mjs'], { cwd: folder, encoding: 'utf8' });
  assert.equal(result.status, 0, result.stderr);
  return folder;
}

async function copy(t: TestContext, version?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cutwater-harbor-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await cp(example, folder, { recursive: true });
  if (version !== undefined) await writeFile(join(folder, 'version.txt'), `${version}\n`);
  return folder;
}

function isThere(command: string): boolean {
  return spawnSync(command, ['--version']).error === undefined;
}
