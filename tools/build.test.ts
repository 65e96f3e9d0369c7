import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { programVersion } from '../src/cli/version.ts';
import { buildPackage } from './build.ts';
import { repositoryRoot } from './run-check.ts';

test('the built package runs alone, without the packages it was built from', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'cutwater-build-'));
  context.after(() => rm(folder, { recursive: true }));
  assert.deepEqual(await buildPackage(repositoryRoot, folder), []);
  const run = (...args: readonly string[]): string =>
    execFileSync(process.execPath, [join(folder, 'main.js'), ...args], { encoding: 'utf8', cwd: folder });
  assert.equal(run('--version'), `${programVersion}\n`);
  assert.match(run('--help'), /Usage: cutwater/);
  assert.match(run('completion', 'bash'), /complete -o default -F _cutwater cutwater/);
  assert.match(await readFile(join(folder, 'types', 'index.d.ts'), 'utf8'), /CutwaterError/);
  const library: unknown = await import(pathToFileURL(join(folder, 'index.js')).href);
  assert.ok(typeof library === 'object' && library !== null && 'CutwaterError' in library);
});
