import { createHash } from 'node:crypto';
import { deepEqual, ok, throws } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { isCutwaterError } from '../../domain/error.ts';
import type { LockedPackage } from './locked-package.ts';
import { readPnpmLock } from './pnpm-lock.ts';

const hex = createHash('sha512').update('x').digest('hex');
const integrity = `sha512-${Buffer.from(hex, 'hex').toString('base64')}`;

const nine = `lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a: { specifier: ^1.0.0, version: 1.10.0(@s/b@2.0.0) }
      own: { specifier: 'workspace:*', version: 'link:lib' }
    devDependencies:
      dev: { specifier: '*', version: 1.0.0 }
  lib:
    optionalDependencies:
      alias: { specifier: 'npm:real@3', version: real@3.0.0 }
packages:
  a@1.10.0: { resolution: { integrity: ${integrity} } }
  '@s/b@2.0.0': { resolution: { integrity: ${integrity} } }
  dev@1.0.0: { resolution: { integrity: ${integrity} } }
  real@3.0.0: { resolution: { integrity: ${integrity} } }
  git@https://codeload.example.org/tar.gz/abc: { resolution: { tarball: https://codeload.example.org/tar.gz/abc }, version: 4.0.0 }
snapshots:
  a@1.10.0(@s/b@2.0.0): { dependencies: { '@s/b': 2.0.0 } }
  '@s/b@2.0.0': {}
  dev@1.0.0: { dependencies: { '@s/b': 2.0.0, git: https://codeload.example.org/tar.gz/abc } }
  real@3.0.0: {}
  git@https://codeload.example.org/tar.gz/abc: {}
`;

test('a lock file of version 9 gives each package its purl, its scope by what leads to it, and what it depends on', () => {
  deepEqual(
    read(nine).map(({ ref, version, scope, dependsOn }) => [ref, version, scope, dependsOn]),
    [
      ['pkg:npm/a@1.10.0', '1.10.0', 'required', ['pkg:npm/%40s/b@2.0.0']],
      ['pkg:npm/%40s/b@2.0.0', '2.0.0', 'required', []],
      [
        'pkg:npm/dev@1.0.0',
        '1.0.0',
        'excluded',
        ['pkg:npm/%40s/b@2.0.0', 'pkg:npm/git@4.0.0?download_url=https%3A%2F%2Fcodeload.example.org%2Ftar.gz%2Fabc'],
      ],
      ['pkg:npm/real@3.0.0', '3.0.0', 'optional', []],
      ['pkg:npm/git@4.0.0?download_url=https%3A%2F%2Fcodeload.example.org%2Ftar.gz%2Fabc', '4.0.0', 'excluded', []],
    ],
  );
  deepEqual(read(nine)[0]?.hashes, [{ algorithm: 'SHA-512', hex }]);
});

test('a lock file of version 6 says the same with slashes, and its one project at the top', () => {
  const six = `lockfileVersion: '6.0'
dependencies:
  a: { specifier: ^1.0.0, version: 1.10.0(@s/b@2.0.0) }
devDependencies:
  dev: { specifier: '*', version: 1.0.0 }
packages:
  /a@1.10.0(@s/b@2.0.0): { resolution: { integrity: ${integrity} }, dependencies: { '@s/b': 2.0.0 }, dev: false }
  /@s/b@2.0.0: { resolution: { integrity: ${integrity} }, dev: false }
  /dev@1.0.0: { resolution: { integrity: ${integrity} }, dependencies: { alias: /a@1.10.0(@s/b@2.0.0) }, dev: true }
`;
  deepEqual(
    read(six).map(({ ref, scope, dependsOn }) => [ref, scope, dependsOn]),
    [
      ['pkg:npm/a@1.10.0', 'required', ['pkg:npm/%40s/b@2.0.0']],
      ['pkg:npm/%40s/b@2.0.0', 'required', []],
      ['pkg:npm/dev@1.0.0', 'excluded', ['pkg:npm/a@1.10.0']],
    ],
  );
});

test('readPnpmLock() names the file and the entry that is wrong', () => {
  refused('lockfileVersion: 5.4\n', /"pnpm-lock.yaml": it is of version "5.4", 6 or 9 is wanted/);
  refused('a: [', /it is not YAML/);
  refused('a: &x 1\nb: *x\n', /it is not YAML/);
  refused('- a\n', /not a YAML table/);
  refused("lockfileVersion: '9.0'\npackages: []\n", /"packages" is not a table/);
  refused("lockfileVersion: '9.0'\npackages: { a: {} }\n", /package "a" has no valid name and version/);
  refused(nine.replace(integrity, 'sha512-AAAA'), /package "a@1.10.0" has an "integrity"/);
});

test('readPnpmLock() reads a file or throws INPUT_INVALID, whatever it holds', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('packages', 'snapshots', 'importers'),
      fc.jsonValue(),
      fc.string(),
      (key, value, text) => {
        for (const content of [stringify({ lockfileVersion: '9.0', [key]: value }), text, `${nine}${text}`])
          try {
            read(content);
          } catch (error) {
            ok(isCutwaterError(error, 'INPUT_INVALID'), String(error));
          }
      },
    ),
  );
});

function read(content: string): readonly LockedPackage[] {
  return readPnpmLock({ path: 'pnpm-lock.yaml', bytes: new TextEncoder().encode(content) });
}

function refused(content: string, message: RegExp): void {
  throws(
    () => read(content),
    (error) => isCutwaterError(error, 'INPUT_INVALID') && message.test(error.message),
  );
}
