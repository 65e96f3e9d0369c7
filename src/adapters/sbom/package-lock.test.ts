import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { isCutwaterError } from '../../domain/error.ts';
import type { LockedPackage } from './locked-package.ts';
import { readPackageLock } from './package-lock.ts';

const sha512 = createHash('sha512').update('x').digest();
const integrity = `sha512-${sha512.toString('base64')}`;
const packages = {
  '': {
    name: 'web',
    version: '1.0.0',
    dependencies: { a: '1', '@s/b': '1' },
    devDependencies: { d: '1' },
    workspaces: ['lib'],
  },
  lib: { name: '@web/lib', version: '0.1.0', dependencies: { a: '^2' } },
  'node_modules/@web/lib': { resolved: 'lib', link: true },
  'node_modules/a': {
    version: '1.0.0',
    resolved: 'https://npm.example.org/a-1.0.0.tgz',
    integrity,
    dependencies: { '@s/b': '1' },
  },
  'lib/node_modules/a': { version: '2.0.0', integrity },
  'node_modules/@s/b': { version: '1.0.0', optional: true, dependencies: { '@web/lib': '*' } },
  'node_modules/d': { version: '1.0.0', dev: true, resolved: 'git+ssh://git@example.org/d.git#abc' },
  'node_modules/alias': { name: 'real', version: '3.0.0', inBundle: true },
};
const good = { name: 'web', lockfileVersion: 3, packages };

test('readPackageLock() gives each package its purl, hash and scope', () => {
  const found = read(good);
  deepEqual(
    found.map(({ purl, scope }) => [purl, scope]),
    [
      [undefined, 'required'],
      [undefined, 'required'],
      ['pkg:npm/a@1.0.0', 'required'],
      ['pkg:npm/a@2.0.0', 'required'],
      ['pkg:npm/%40s/b@1.0.0', 'optional'],
      ['pkg:npm/d@1.0.0?vcs_url=git%2Bssh%3A%2F%2Fexample.org%2Fd.git%23abc', 'excluded'],
      ['pkg:npm/real@3.0.0', 'required'],
    ],
  );
  deepEqual(found[2]?.hashes, [{ algorithm: 'SHA-512', hex: sha512.toString('hex') }]);
});

test('readPackageLock() finds what a package depends on as Node does: nearest folder first, through links', () => {
  const edges = new Map(read(good).map(({ ref, dependsOn }) => [ref, dependsOn]));
  deepEqual(edges.get('local:package-lock.json#web@1.0.0'), [
    'pkg:npm/%40s/b@1.0.0',
    'pkg:npm/a@1.0.0',
    'pkg:npm/d@1.0.0?vcs_url=git%2Bssh%3A%2F%2Fexample.org%2Fd.git%23abc',
  ]);
  deepEqual(edges.get('local:package-lock.json#@web/lib@0.1.0'), ['pkg:npm/a@2.0.0']);
  deepEqual(edges.get('pkg:npm/%40s/b@1.0.0'), ['local:package-lock.json#@web/lib@0.1.0']);
});

test('readPackageLock() leaves a project without a name or version out', () => {
  equal(read({ ...good, packages: { '': { name: 'web' }, 'node_modules/a': packages['node_modules/a'] } }).length, 1);
});

test('readPackageLock() names the file and the entry that is wrong', () => {
  const changed = (entry: object): unknown => ({ ...good, packages: { 'node_modules/a': entry } });
  refused(
    { ...good, lockfileVersion: 1 },
    /Cannot read lock file "package-lock.json": it is of version 1, 2 or 3 is wanted/,
  );
  refused({ lockfileVersion: 3 }, /"packages" is not an object/);
  refused(changed([]), /entry "node_modules\/a" is not an object/);
  refused(changed({}), /entry "node_modules\/a" has no version/);
  refused(changed({ version: '1.0.0', integrity: 'sha512-AAAA' }), /has an "integrity"/);
  refused(changed({ version: '1.0.0', name: 'a b' }), /has no valid name/);
  throws(() => readPackageLock({ path: 'x', bytes: new Uint8Array([0xff]) }), /it is not UTF-8/);
  throws(() => readPackageLock({ path: 'x', bytes: new Uint8Array([0x7b]) }), /it is not JSON/);
});

test('readPackageLock() reads a file or throws INPUT_INVALID, whatever it holds', () => {
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), (path, value) => {
      try {
        read({ ...good, packages: { ...packages, [path]: value } });
      } catch (error) {
        ok(isCutwaterError(error, 'INPUT_INVALID'), String(error));
      }
    }),
  );
});

function read(document: unknown): readonly LockedPackage[] {
  return readPackageLock({ path: 'package-lock.json', bytes: new TextEncoder().encode(JSON.stringify(document)) });
}

function refused(document: unknown, message: RegExp): void {
  throws(
    () => read(document),
    (error) => isCutwaterError(error, 'INPUT_INVALID') && message.test(error.message),
  );
}
