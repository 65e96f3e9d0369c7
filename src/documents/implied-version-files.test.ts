import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import type { VersionFile } from '../policy/version-file-policy.ts';
import { versionFileFor } from '../policy/version-file-policy.ts';
import { readCargoManifest } from './cargo-manifest.ts';
import { manifestsOf, withLockFiles, withOwnPackages } from './implied-version-files.ts';

const named = (...paths: readonly string[]): readonly VersionFile[] =>
  paths.flatMap((path) => versionFileFor(path) ?? []);
const pathsOf = (files: readonly VersionFile[]) => files.map(({ path }) => path);

test('withLockFiles() adds the lock file of each manifest once, and of no other', () => {
  const paths = [
    'Cargo.lock',
    'a/Cargo.toml',
    'b/Cargo.toml',
    'b/Cargo.lock',
    'c/d/Cargo.toml',
    'package-lock.json',
    'web/package.json',
    'web/package-lock.json',
    'web/npm-shrinkwrap.json',
    'other/package.json',
  ];
  const files = (...manifests: readonly string[]) =>
    pathsOf(withLockFiles(named(...manifests), paths)).slice(manifests.length);
  deepEqual(files('a/Cargo.toml', 'c/d/Cargo.toml'), ['Cargo.lock']);
  deepEqual(files('b/Cargo.toml'), ['b/Cargo.lock']);
  deepEqual(files('web/package.json'), ['web/package-lock.json', 'web/npm-shrinkwrap.json']);
  deepEqual(files('other/package.json'), []);
  deepEqual(files('a/Cargo.toml', 'Cargo.lock'), []);
});

test('withOwnPackages() takes the packages that have the version of a named manifest, and no other of the project', () => {
  const texts = {
    'Cargo.toml': '[workspace.package]\nversion = "1.0.0"\n',
    'server/Cargo.toml': '[package]\nname = "server"\nversion.workspace = true\n',
    'tool/Cargo.toml': '[package]\nname = "tool"\nversion = { workspace = true }\n',
    'old/Cargo.toml': '[package]\nname = "old"\nversion = "0.3.0"\n',
    'test-data/Cargo.toml': '[package]\nname = "sample"\nversion.workspace = true\n',
    'bare/Cargo.toml': '[package]\nname = "bare"\n',
  };
  const manifests = new Map(Object.entries(texts).map(([path, text]) => [path, readCargoManifest(text)]));
  const locked = new Map([['Cargo.lock', new Set(['server', 'tool', 'old', 'bare'])]]);
  const packages = (...paths: readonly string[]) => {
    const own = named(...paths);
    const files = withLockFiles(own, [...Object.keys(texts), 'Cargo.lock']);
    deepEqual(manifestsOf(files, Object.keys(texts)), Object.keys(texts));
    return withOwnPackages(files, { manifests, locked }, own).flatMap((file) =>
      file.kind === 'cargo-lock' ? [file.packages] : [],
    );
  };
  deepEqual(packages('Cargo.toml'), [['server', 'tool']]);
  deepEqual(packages('Cargo.toml', 'old/Cargo.toml'), [['server', 'tool', 'old']]);
  deepEqual(packages('old/Cargo.toml'), [['old']]);
  deepEqual(packages('bare/Cargo.toml'), [], 'a lock file that holds no version of ours is no version file');
  deepEqual(packages('bare/Cargo.toml', 'Cargo.lock'), [[]], 'unless the policy names it, and then it is refused');
  deepEqual(packages('Cargo.lock'), [undefined], 'by itself it lists the packages of the project');
});

test('manifestsOf() looks below the folder of a lock file only', () => {
  const files = withLockFiles(named('a/Cargo.toml'), ['a/Cargo.toml', 'a/Cargo.lock']);
  deepEqual(manifestsOf(files, ['a/Cargo.toml', 'a/b/Cargo.toml', 'c/Cargo.toml', 'a/MyCargo.toml']), [
    'a/Cargo.toml',
    'a/b/Cargo.toml',
  ]);
});
