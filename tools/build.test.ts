import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { parsePolicy } from '../src/policy/parse-policy.ts';
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
  assert.ok('parsePolicy' in library && typeof library.parsePolicy === 'function');
  // The bundle takes another build of the YAML package than the sources do.
  const example = await readFile(join(repositoryRoot, 'examples', 'rustshare', 'cutwater.yaml'), 'utf8');
  for (const text of [
    example,
    `${example}a: [1, 2`,
    'a: &x [*x]\n',
    'a: 1\na: 2\n',
    '\tb: 1',
    '%YAML 1.1\n---\na: yes',
  ]) {
    const read = (parse: (text: string, from: { file: string }) => unknown): unknown => {
      try {
        return parse(text, { file: 'cutwater.yaml' });
      } catch (error) {
        return error instanceof Error && 'details' in error ? error.details : error;
      }
    };
    assert.deepEqual(read(library.parsePolicy as typeof parsePolicy), read(parsePolicy));
  }
});
