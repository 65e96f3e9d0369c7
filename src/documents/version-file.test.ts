import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { readVersion } from '../domain/version.ts';
import type { VersionFile } from '../policy/version-file-policy.ts';
import { versionFileFor } from '../policy/version-file-policy.ts';
import { readVersionOf, setVersion, versionDisagreements } from './version-file.ts';

const cargoToml: VersionFile = { path: 'Cargo.toml', kind: 'cargo-toml' };
const cargoLock: VersionFile = { path: 'Cargo.lock', kind: 'cargo-lock', packages: undefined };
const packageJson: VersionFile = { path: 'package.json', kind: 'package-json' };
const packageLock: VersionFile = { path: 'package-lock.json', kind: 'package-lock' };
const plain: VersionFile = { path: 'version.txt', kind: 'plain' };
const pattern = (text: string): VersionFile => ({ path: 'docs/api.yaml', kind: 'pattern', pattern: text });

test('setVersion() changes [package] and [workspace.package] of a Cargo.toml, and nothing that looks like them', () => {
  const text = `version = "0.0.1"
[workspace]
members = [
  "a", # version = "9.9.9"
  "]",
]
[workspace.package]
version = '1.0.0' # here
[ package ] # and here
name = "a"
description = """
[package]
version = "9.9.9"
"""
"version"\t=\t"1.0.0"
rust-version = "1.85.0"
metadata = { version = "9.9.9", a = [
  "version" ] }
[package.metadata]
version = "9.9.9"
[dependencies]
b = { version = "1.0.0" }
[dependencies.c]
version = "1.0.0"
`;
  const edited = text.replace(`version = '1.0.0'`, `version = '1.1.0'`).replace('\t"1.0.0"', '\t"1.1.0"');
  equal(set(cargoToml, text), edited);
  equal(set(cargoToml, text.replaceAll('\n', '\r\n')), edited.replaceAll('\n', '\r\n'));
  deepEqual(found(cargoToml, text), ['8 [workspace.package] 1.0.0', '15 [package] 1.0.0']);
});

test('setVersion() reads dotted keys, and leaves an inherited version alone', () => {
  equal(set(cargoToml, 'package.version = "1.0.0"'), 'package.version = "1.1.0"');
  equal(set(cargoToml, '[workspace]\npackage.version = "1.0.0"\n'), '[workspace]\npackage.version = "1.1.0"\n');
  match(
    set(cargoToml, '[package]\nversion.workspace = true\n'),
    /refused: names no version of the project in "Cargo.toml"/,
  );
  match(set(cargoToml, '[package]\nversion = { workspace = true }\n'), /refused/);
  match(set(cargoToml, '[package]\nconstructor = "1"\n'), /refused/);
});

test("setVersion() changes the project's own packages in a Cargo.lock", () => {
  const own = (name: string, version: string): string =>
    `[[package]]\nname = "${name}"\nversion = "${version}"\ndependencies = [\n "serde",\n]\n\n`;
  const foreign = '[[package]]\nname = "serde"\nversion = "0.1.0"\nsource = "registry+https://example.org/index"\n\n';
  const text = `version = 4\n\n${own('app', '0.1.0')}${foreign}${own('vendored', '7.0.0')}`;
  const named: VersionFile = { path: 'Cargo.lock', kind: 'cargo-lock', packages: ['app'] };
  equal(set(named, text), `version = 4\n\n${own('app', '1.1.0')}${foreign}${own('vendored', '7.0.0')}`);
  deepEqual(found(cargoLock, text), ['5 package "app" 0.1.0', '17 package "vendored" 7.0.0']);
  match(set({ ...named, packages: ['serde'] }, text), /refused: has no package "serde" of the project itself/);
});

test('setVersion() changes the version of a package.json and no other key of that name', () => {
  const text =
    '{\r\n\t"a": {"version": "9.9.9"},\n  "b": ["version", {"version": "9"}],\n  "ver\\u0073ion" : "1.0.0",\n  "c": "\\"version\\": \\"8\\""}';
  equal(set(packageJson, text), text.replace('1.0.0', '1.1.0'));
  equal(set(packageJson, `\uFEFF${text}`), `\uFEFF${text.replace('1.0.0', '1.1.0')}`);
  match(set(packageJson, '{"version": "1.0.0", "version": "1.0.0"}'), /refused: has "version" twice/);
  match(set(packageJson, '{"private": true}'), /refused: names no version/);
  match(set(packageJson, '{"version": 1}'), /refused: names no version/);
  match(set(packageJson, '{"version": "1.0.0",}'), /refused: is not JSON/);
});

test('setVersion() changes the root of a package-lock.json twice, and leaves packages alone', () => {
  const lock = (version: string): string =>
    JSON.stringify(
      { name: 'a', version, lockfileVersion: 3, packages: { '': { version }, 'node_modules/b': { version: '1.0.0' } } },
      null,
      2,
    );
  equal(set(packageLock, lock('0.1.0')), lock('1.1.0'));
  deepEqual(found(packageLock, lock('0.1.0')), ['3 "version" 0.1.0', '7 "packages."".version" 0.1.0']);
});

test('setVersion() changes every place of a pattern, whole versions only', () => {
  const text = 'info:\n  version: 1.0.0\nimage: app:1.0.0\nother: app:1.0.0.1\napp:1.0.0-rc.1, app:1.0.0.\n';
  equal(set(pattern('app:{version}'), text), text.replaceAll(/app:1\.0\.0(?:-rc\.1)?(?=[,.]?\n|,)/g, 'app:1.1.0'));
  equal(set(pattern('  version: {version}'), text), text.replace('version: 1.0.0', 'version: 1.1.0'));
  deepEqual(found(pattern('app:{version}'), text).length, 3);
  for (const wrong of ['{version}', ' {version} ', 'no', '{version}{version}', 'x\n{version}', 'absent: {version}'])
    match(set(pattern(wrong), text), /^refused/, wrong);
});

test('setVersion() says that there is nothing to do', () => {
  equal(setVersion(packageJson, '{"version":"1.1.0"}', readVersion('1.1.0')).is, 'unchanged');
});

test('setVersion() sets a file that holds a version and nothing else', () => {
  equal(set(plain, '1.0.0\n'), '1.1.0\n');
  equal(set(plain, '\uFEFF v1.0.0-rc.1\r\n\r\n'), '\uFEFF v1.1.0\r\n\r\n');
  for (const text of ['', '1.0', '1.0.0 or so', '1.0.0\n1.0.1\n'])
    match(set(plain, text), /refused: holds something else/);
});

test('versionDisagreements() names file, line and what is there', () => {
  const toml = readVersionOf(cargoToml, '[package]\nversion = "1.1.0"\n');
  const lock = readVersionOf(cargoLock, '[[package]]\nname = "app"\nversion = "0.1"\n');
  const all = [toml, lock].flatMap((read) => (read.is === 'ok' ? read.value : []));
  deepEqual(versionDisagreements(all, readVersion('1.1.0')), [
    '"Cargo.lock", line 3: package "app" has the version "0.1", which has two numbers, three are wanted, 1.1.0 is wanted',
  ]);
});

test('versionFileFor() knows files by their names', () => {
  equal(versionFileFor('backend/Cargo.lock')?.kind, 'cargo-lock');
  equal(versionFileFor('npm-shrinkwrap.json')?.kind, 'package-lock');
  equal(versionFileFor('xCargo.toml'), undefined);
});

function set(file: VersionFile, text: string): string {
  const edit = setVersion(file, text, readVersion('1.1.0'));
  return edit.is === 'edited' ? edit.text : `${edit.is}: ${edit.reason}`;
}

function found(file: VersionFile, text: string): readonly string[] {
  const read = readVersionOf(file, text);
  return read.is === 'ok' ? read.value.map(({ line, what, version }) => `${line} ${what} ${version}`) : [read.reason];
}
