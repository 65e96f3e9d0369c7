import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import { extract } from 'tar-stream';
import { isCutwaterError } from '../../domain/error.ts';
import { isRecord } from '../../domain/image-config.ts';
import type { Platform } from '../../domain/platform.ts';
import type { AssembleBuild, AssembleFile } from '../../policy/policy.ts';
import { assembleBuilder } from './assemble-builder.ts';

test('assembleBuilder() builds this tree into this digest, on every machine', async (t) => {
  const source = await makeTree(t, tree);
  const { index, layout } = await build(t, source, {
    files: [
      { from: 'bin/app-{arch}', to: '/usr/bin/app', mode: 0o755 },
      { from: 'share', to: '/usr/share/app-{machine}-{os}', mode: 0o644 },
    ],
  });
  assert.equal(index.digest, 'sha256:208ee3fddc807e811682c8477b7e459690a1400d5003815d35aa7cf377fa6d58');
  assert.deepEqual(await readdir(layout), ['blobs', 'index.json', 'oci-layout']);
  assert.equal(await readFile(join(layout, 'oci-layout'), 'utf8'), '{"imageLayoutVersion":"1.0.0"}');
});

test('assembleBuilder() writes the index, manifests and configs that the image specification asks for', async (t) => {
  const source = await makeTree(t, tree);
  const { index, layout } = await build(t, source, {
    files: [{ from: 'bin/app-{arch}', to: '/app', mode: 0o755 }],
    entrypoint: ['/app'],
    cmd: ['8080'],
    env: { B: '2', A: '1' },
    user: '65532:65532',
    workdir: '/srv',
    ports: ['8080/tcp'],
  });
  const top = await readJson(layout, index.digest);
  assert.deepEqual(top['annotations'], labels);
  const [amd64, arm64] = readList(top['manifests']);
  assert.deepEqual(
    [amd64?.['platform'], arm64?.['platform']],
    [
      { architecture: 'amd64', os: 'linux' },
      { architecture: 'arm64', os: 'linux' },
    ],
  );
  const manifest = await readJson(layout, amd64?.['digest']);
  const [layer, ...more] = readList(manifest['layers']);
  assert.equal(more.length, 0);
  assert.equal(layer?.['mediaType'], 'application/vnd.oci.image.layer.v1.tar');
  const config = await readJson(layout, isRecord(manifest['config']) ? manifest['config']['digest'] : undefined);
  assert.deepEqual(config, {
    architecture: 'amd64',
    config: {
      Cmd: ['8080'],
      Entrypoint: ['/app'],
      Env: ['A=1', 'B=2'],
      ExposedPorts: { '8080/tcp': {} },
      Labels: labels,
      User: '65532:65532',
      WorkingDir: '/srv',
    },
    created: '2023-11-14T22:13:20Z',
    history: [{ created: '2023-11-14T22:13:20Z', created_by: 'cutwater assemble' }],
    os: 'linux',
    rootfs: { diff_ids: [layer?.['digest']], type: 'layers' },
  });
});

test('assembleBuilder() writes layers that another tar reader reads: sorted, owned by root, of one time', async (t) => {
  const long = `share/${'a'.repeat(120)}/${'b'.repeat(120)}/é.txt`;
  const source = await makeTree(t, { ...tree, [long]: 'deep', 'share/link': { to: 'a.txt' } });
  const { index, layout } = await build(t, source, { files: [{ from: 'share', to: '/opt/share', mode: 0o640 }] });
  const [first] = readList((await readJson(layout, index.digest))['manifests']);
  const [layer] = readList((await readJson(layout, first?.['digest']))['layers']);
  const seen: string[] = [];
  const reader = extract();
  reader.end(await readFile(blobPath(layout, layer?.['digest'])));
  for await (const entry of reader) {
    const { name, type, mode, uid, gid, uname, mtime, linkname } = entry.header;
    assert.deepEqual([uid, gid, uname, mtime?.getTime()], [0, 0, '', 1_700_000_000_000]);
    const bytes: Uint8Array[] = [];
    for await (const chunk of entry) if (chunk instanceof Uint8Array) bytes.push(chunk);
    seen.push(`${type} ${mode?.toString(8)} ${name} ${linkname ?? ''}${Buffer.concat(bytes).toString()}`);
  }
  const deep = `opt/share/${'a'.repeat(120)}`;
  assert.deepEqual(seen, [
    'directory 755 opt/ ',
    'directory 755 opt/share/ ',
    'file 640 opt/share/a.txt first',
    `directory 755 ${deep}/ `,
    `directory 755 ${deep}/${'b'.repeat(120)}/ `,
    `file 640 ${deep}/${'b'.repeat(120)}/é.txt deep`,
    'directory 755 opt/share/b/ ',
    'file 640 opt/share/b/c.txt second',
    'symlink 777 opt/share/link a.txt',
  ]);
});

test('assembleBuilder() puts a folder at the root as it is: what may be executed there may be in the image, whatever else its bits say', async (t) => {
  const source = await makeTree(t, {
    'root/bin/app': 'program',
    'root/etc/app.conf': 'x',
    'root/bin/sh': { to: 'app' },
  });
  await chmod(join(source, 'root/bin/app'), 0o700);
  await chmod(join(source, 'root/etc/app.conf'), 0o666);
  const files = [{ from: 'root', to: '/', mode: 'as-is' as const }];
  const { index, layout } = await build(t, source, { files, writableFolders: ['/tmp', '/var/tmp'] });
  const [first] = readList((await readJson(layout, index.digest))['manifests']);
  const [layer] = readList((await readJson(layout, first?.['digest']))['layers']);
  const seen: string[] = [];
  const reader = extract();
  reader.end(await readFile(blobPath(layout, layer?.['digest'])));
  for await (const entry of reader) {
    seen.push(`${entry.header.mode?.toString(8)} ${entry.header.name}`);
    entry.resume();
  }
  assert.deepEqual(seen, [
    '755 bin/',
    '755 bin/app',
    '777 bin/sh',
    '755 etc/',
    '644 etc/app.conf',
    '1777 tmp/',
    '755 var/',
    '1777 var/tmp/',
  ]);
  const taken = { from: 'root/bin/app', to: '/tmp', mode: 0o755 };
  await assert.rejects(
    build(t, source, { files: [taken], writableFolders: ['/tmp'] }),
    /"\/tmp" comes from two places/,
  );
});

test('the order of files, on disk and in the policy, and their times do not change the digest', async (t) => {
  const names = ['z', 'm/1', 'm/2', 'a', 'M', 'm-x', 'é', '10', '9'];
  const reference = await digestFor(t, names, names);
  await fc.assert(
    fc.asyncProperty(shuffled(names), shuffled(names), async (onDisk, inPolicy) => {
      assert.equal(await digestFor(t, onDisk, inPolicy), reference);
    }),
    { numRuns: 12 },
  );
});

test('assembleBuilder() runs the commands in the source tree, with the commit time and without our environment', async (t) => {
  const source = await makeTree(t, {});
  process.env['CUTWATER_TEST_TOKEN'] = 'leak';
  t.after(() => delete process.env['CUTWATER_TEST_TOKEN']);
  const script = `const fs = require('node:fs'); fs.mkdirSync('out'); fs.writeFileSync('out/env', Object.keys(process.env).sort().join() + process.env.SOURCE_DATE_EPOCH)`;
  await build(t, source, {
    prepare: [[process.execPath, '-e', script]],
    files: [{ from: 'out/env', to: '/env', mode: 0o644 }],
  });
  assert.equal(
    await readFile(join(source, 'out/env'), 'utf8'),
    'HOME,LC_ALL,PATH,SOURCE_DATE_EPOCH,TMPDIR,TZ1700000000',
  );
});

test('assembleBuilder() says which command failed and what it said', async (t) => {
  const source = await makeTree(t, {});
  const command = [process.execPath, '-e', 'console.error("no \\u001b[31mluck"); process.exit(3)'];
  await assert.rejects(build(t, source, { prepare: [command] }), (error) => {
    assert.ok(isCutwaterError(error, 'BUILD_FAILED'));
    assert.match(error.message, /exit code 3$/);
    assert.deepEqual(error.details, ['no \\u{1b}[31mluck']);
    return true;
  });
});

test('assembleBuilder() names every file it cannot take, and why', async (t) => {
  const source = await makeTree(t, {
    'a.txt': 'a',
    'out/x': { to: '/etc/passwd' },
    out2: { to: '/etc' },
    'wh/.wh.a': '',
    'up/x': { to: '../a.txt' },
  });
  const file = (from: string, to = '/x'): AssembleFile => ({ from, to, mode: 0o644 });
  const cases: readonly (readonly [AssembleFile, RegExp])[] = [
    [file('missing'), /"missing" to "\/x": there is no such file/],
    [file('../a.txt'), /relative/],
    [file('/etc/passwd'), /relative/],
    [file('a.txt', 'x'), /absolute/],
    [file('a.txt', '/x/../y'), /absolute/],
    [file('a.txt', '/x/'), /absolute/],
    [file('a.txt', '//x'), /absolute/],
    [file('a.txt', '/'), /root of the image/],
    [file('a.txt', '/.wh.x'), /whiteouts/],
    [file('a.txt', '/x\ny'), /control characters/],
    [file('out'), /leads to "\/etc\/passwd", out of the folder/],
    [file('out/x'), /leads out of the source tree/],
    [file('out2'), /leads out of the source tree/],
    [file('out2/passwd'), /leads out of the source tree/],
    [file('up'), /out of the folder/],
    [file('wh'), /whiteouts/],
    [file('{version}'), /placeholder "version" is unknown/],
  ];
  for (const [entry, reason] of cases)
    await assert.rejects(
      build(t, source, { files: [entry] }),
      (error) => isCutwaterError(error, 'BUILD_FAILED') && reason.test(error.message),
      entry.from,
    );
  await assert.rejects(
    build(t, source, { files: [file('nope'), file('nor')] }),
    (error) => isCutwaterError(error) && error.details.length === 1,
  );
});

test('assembleBuilder() refuses two files for one path, and a file below a file', async (t) => {
  const source = await makeTree(t, tree);
  const app = { from: 'bin/app-amd64', to: '/app', mode: 0o755 };
  await assert.rejects(build(t, source, { files: [app, { ...app, mode: 0o644 }] }), /comes from two places/);
  await assert.rejects(build(t, source, { files: [app, { ...app, to: '/app/x' }] }), /"\/app" is no folder/);
});

test('assembleBuilder() refuses a folder that is not empty, and no or equal platforms', async (t) => {
  const source = await makeTree(t, tree);
  const folder = await makeTree(t, { old: '' });
  const request = {
    sourceFolder: source,
    layoutFolder: folder,
    build: scratch,
    platforms,
    sourceDateEpoch: 1,
    annotations: {},
  };
  const fresh = { ...request, layoutFolder: join(folder, 'new') };
  await assert.rejects(assembleBuilder().build(request), /not empty/);
  await assert.rejects(assembleBuilder().build({ ...fresh, platforms: [] }), /no platform/);
  await assert.rejects(assembleBuilder().build({ ...fresh, platforms: [...platforms, ...platforms] }), /named twice/);
  await assert.rejects(assembleBuilder().build({ ...fresh, sourceDateEpoch: -1 }), /commit time/);
  await assert.rejects(assembleBuilder().build({ ...fresh, signal: AbortSignal.abort() }), (error) =>
    isCutwaterError(error, 'INTERRUPTED'),
  );
});

async function digestFor(t: TestContext, onDisk: readonly string[], inPolicy: readonly string[]): Promise<string> {
  const source = await makeTree(t, Object.fromEntries(onDisk.map((name) => [`in/${name}`, `content of ${name}`])));
  for (const [index, name] of onDisk.entries()) await utimes(join(source, 'in', name), index, index * 1000);
  const single = inPolicy.map((name) => ({ from: `in/${name}`, to: `/single/${name}`, mode: 0o644 }));
  const files = [{ from: 'in', to: '/whole', mode: 0o600 }, ...single].toSorted(
    (left, right) => inPolicy.indexOf(left.from) - inPolicy.indexOf(right.from),
  );
  return (await build(t, source, { files })).index.digest;
}

function shuffled(names: readonly string[]): fc.Arbitrary<string[]> {
  return fc.shuffledSubarray([...names], { minLength: names.length });
}

async function build(t: TestContext, sourceFolder: string, change: Partial<AssembleBuild>) {
  const layout = await temporaryFolder(t);
  const request = {
    sourceFolder,
    layoutFolder: layout,
    build: { ...scratch, ...change },
    platforms,
    sourceDateEpoch: 1_700_000_000,
    annotations: labels,
  };
  return { ...(await assembleBuilder().build(request)), layout };
}

async function makeTree(
  t: TestContext,
  files: Readonly<Record<string, string | { readonly to: string }>>,
): Promise<string> {
  const folder = await temporaryFolder(t);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await (typeof content === 'string'
      ? writeFile(join(folder, name), content)
      : symlink(content.to, join(folder, name)));
  }
  return folder;
}

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cutwater-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function blobPath(layout: string, digest: unknown): string {
  return join(layout, 'blobs', 'sha256', String(digest).slice('sha256:'.length));
}

async function readJson(layout: string, digest: unknown): Promise<Readonly<Record<string, unknown>>> {
  const json: unknown = JSON.parse(await readFile(blobPath(layout, digest), 'utf8'));
  assert.ok(isRecord(json));
  return json;
}

function readList(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  assert.ok(Array.isArray(value));
  return value.filter(isRecord);
}

const tree = {
  'bin/app-amd64': 'for amd64',
  'bin/app-arm64': 'for arm64',
  'share/a.txt': 'first',
  'share/b/c.txt': 'second',
};
const platforms: readonly Platform[] = [
  { os: 'linux', architecture: 'amd64' },
  { os: 'linux', architecture: 'arm64' },
];
const labels = { 'org.opencontainers.image.version': '1.2.3', 'org.opencontainers.image.title': 'app' };
const scratch: AssembleBuild = {
  kind: 'assemble',
  base: 'scratch',
  prepare: [],
  writableFolders: [],
  files: [],
  entrypoint: [],
  cmd: [],
  env: {},
  user: undefined,
  workdir: undefined,
  ports: [],
};
