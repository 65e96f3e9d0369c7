import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { digestOf } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { forgeContract, sampleTagObject } from '../../ports/forge.contract.ts';
import { localForge } from './local-forge.ts';

forgeContract('local forge', async (context) => {
  const folder = join(await temporaryFolder(context), 'releases');
  return { forge: localForge({ folder }), other: localForge({ folder }), object: sampleTagObject };
});

const draft = { tag: 'v1.2.3', title: 'App', notes: 'text', prerelease: false };

test('localForge() keeps a release as release.json, notes.md and assets, and leaves no other file behind', async (context) => {
  const { folder, forge } = await withDraft(context);
  const bytes = new TextEncoder().encode('app');
  await forge.uploadAsset('v1.2.3', { name: 'app', digest: digestOf(bytes), size: 3 }, () => streamOf(bytes));
  await forge.publish('v1.2.3', { object: sampleTagObject('v1.2.3') });
  await forge.setLatest('v1.2.3');
  deepEqual((await readdir(folder, { recursive: true })).sort(), [
    'latest.json',
    'v1.2.3',
    'v1.2.3/assets',
    'v1.2.3/assets/app',
    'v1.2.3/notes.md',
    'v1.2.3/release.json',
  ]);
});

test('localForge() makes no path from a tag or asset name that is none', async (context) => {
  const { folder, forge } = await withDraft(context);
  const outside = join(folder, '..', 'outside');
  for (const tag of ['..', '../outside', 'v1.2.3/..', 'v1.2.3\u0000', '/etc', 'withdrawn/v1.2.3/1', 'V1.2.3', '']) {
    await rejects(forge.createDraft({ ...draft, tag }), (error) => isCutwaterError(error, 'VERSION_INVALID'));
    await rejects(forge.setLatest(tag), (error) => isCutwaterError(error, 'VERSION_INVALID'));
    await rejects(forge.downloadAsset(tag, 'app')[Symbol.asyncIterator]().next(), (error) =>
      isCutwaterError(error, 'VERSION_INVALID'),
    );
    equal(await forge.findRelease(tag), undefined);
  }
  for (const name of ['../release.json', '..', '.hidden', 'a/b', 'a\u0000', '', 'x'.repeat(201), 'a\n'])
    await rejects(
      forge.uploadAsset('v1.2.3', { name, digest: digestOf(''), size: 0 }, () => streamOf(new Uint8Array())),
      (error) => isCutwaterError(error, 'INPUT_INVALID'),
    );
  await rejects(access(outside));
});

test('localForge() names a damaged file instead of guessing what it held', async (context) => {
  const damages: readonly (readonly [string, string])[] = [
    ['release.json', ''],
    ['release.json', '{"schema":"cutwater.forge-release/1"'],
    ['release.json', '[]'],
    ['release.json', '{"schema":"cutwater.forge-release/2"}'],
    [
      'release.json',
      '{"prerelease":false,"schema":"cutwater.forge-release/1","state":"gone","tag":"v1.2.3","title":"x"}',
    ],
    [
      'release.json',
      '{"prerelease":false,"schema":"cutwater.forge-release/1","state":"draft","tag":"v9.9.9","title":"x"}',
    ],
    ['deprecated.json', '{}'],
    ['assets/bad name', ''],
  ];
  for (const [file, content] of damages) {
    const { folder, forge } = await withDraft(context);
    const path = join(folder, 'v1.2.3', file);
    await writeFile(path, content);
    const isNamed = (error: unknown): boolean =>
      isCutwaterError(error, 'STORE_CORRUPT') && error.message.includes(path);
    await rejects(forge.findRelease('v1.2.3'), isNamed, `${file}: ${content}`);
    await rejects(forge.listReleases(), isNamed);
  }
});

test('localForge() names notes that are missing or not UTF-8, a damaged latest.json, and an asset that is a link', async (context) => {
  const { folder, forge } = await withDraft(context);
  const notes = join(folder, 'v1.2.3', 'notes.md');
  await writeFile(notes, new Uint8Array([0xff]));
  await rejects(
    forge.findRelease('v1.2.3'),
    (error) => isCutwaterError(error, 'STORE_CORRUPT') && error.message.includes(notes),
  );
  await rm(notes);
  await rejects(
    forge.findRelease('v1.2.3'),
    (error) => isCutwaterError(error, 'STORE_CORRUPT') && error.message.includes(notes),
  );
  await writeFile(join(folder, 'latest.json'), '{"schema":"cutwater.latest/1","tag":"../x"}');
  await rejects(
    forge.latest(),
    (error) => isCutwaterError(error, 'STORE_CORRUPT') && error.message.includes('latest.json'),
  );
  await symlink('/etc/hostname', join(folder, 'v1.2.3', 'assets', 'app'));
  await rejects(forge.downloadAsset('v1.2.3', 'app')[Symbol.asyncIterator]().next(), (error) =>
    isCutwaterError(error, 'STORE_CORRUPT'),
  );
});

test('localForge() takes folders and files of other names for no releases', async (context) => {
  const { folder, forge } = await withDraft(context);
  await mkdir(join(folder, 'v1.2.4'));
  await mkdir(join(folder, 'docs'));
  await writeFile(join(folder, 'index.html'), '');
  deepEqual(
    (await forge.listReleases()).map(({ tag }) => tag),
    ['v1.2.3'],
  );
  await forge.createDraft({ ...draft, tag: 'v1.2.4' });
  deepEqual(
    (await forge.listReleases()).map(({ tag }) => tag),
    ['v1.2.4', 'v1.2.3'],
  );
});

test('localForge() is not disturbed by what a killed upload leaves, and finishes the upload', async (context) => {
  const { folder, forge } = await withDraft(context);
  const child = spawn(process.execPath, ['--input-type=module', '-e', endlessUpload(folder)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const leftovers = await readdir(join(folder, 'v1.2.3', 'assets'));
  ok(leftovers.length === 1 && leftovers[0]?.startsWith('.upload-'));
  deepEqual((await forge.findRelease('v1.2.3'))?.assets, []);
  const bytes = new TextEncoder().encode('whole');
  await forge.uploadAsset('v1.2.3', { name: 'app', digest: digestOf(bytes), size: 5 }, () => streamOf(bytes));
  deepEqual((await forge.findRelease('v1.2.3'))?.assets, [{ name: 'app', size: 5 }]);
});

test('localForge() says which folder cannot be written', async (context) => {
  const folder = join(await temporaryFolder(context), 'file');
  await writeFile(folder, '');
  await rejects(
    localForge({ folder }).createDraft(draft),
    (error) => isCutwaterError(error, 'DISK') && error.message.includes(folder),
  );
});

/** A process that uploads without end and says so once bytes have arrived. */
function endlessUpload(folder: string): string {
  const module = JSON.stringify(new URL('./local-forge.ts', import.meta.url).href);
  return `import { localForge } from ${module};
    async function* pieces() {
      yield new Uint8Array(1000);
      yield new Uint8Array(1000);
      process.stdout.write('uploading');
      setInterval(() => undefined, 1000);
      await new Promise(() => undefined);
    }
    const asset = { name: 'app', digest: 'sha256:${'0'.repeat(64)}', size: 1e9 };
    await localForge({ folder: ${JSON.stringify(folder)} }).uploadAsset('v1.2.3', asset, pieces);`;
}

async function withDraft(context: TestContext): Promise<{ folder: string; forge: ReturnType<typeof localForge> }> {
  const folder = join(await temporaryFolder(context), 'releases');
  const forge = localForge({ folder });
  await forge.createDraft(draft);
  return { folder, forge };
}

async function temporaryFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cutwater-forge-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
