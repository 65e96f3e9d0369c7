import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readApkInstalled } from './apk.ts';
import { readDpkgList, readDpkgStatus, readMd5sums } from './dpkg.ts';
import { installedComponent } from './installed-package.ts';
import { readNodePackage } from './node-package.ts';
import { nodePackageFolder } from './node-package.ts';
import { readOsRelease } from './os-release.ts';

const zlib = `Package: zlib1g
Status: install ok installed
Architecture: amd64
Source: zlib (1:1.2.13-1)
Version: 1:1.2.13.dfsg-1
Description: compression library
 Version: 9 is not a field here, it goes on from above
`;

test('of dpkg only what is installed counts, with its epoch and its source', () => {
  const removed = zlib.replace('zlib1g', 'gone').replace('install ok installed', 'deinstall ok config-files');
  const held = zlib.replace('zlib1g', 'half').replace('ok installed', 'ok half-installed');
  const plain = 'Package: base\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n';
  deepEqual(readDpkgStatus(bytes([zlib, removed, held, plain].join('\n')), 'status'), {
    is: 'ok',
    value: [
      { name: 'zlib1g', version: '1:1.2.13.dfsg-1', architecture: 'amd64', source: 'zlib@1:1.2.13-1' },
      { name: 'base', version: '1', architecture: 'all', source: undefined },
    ],
  });
});

test('a file of status.d needs no status, the status file does', () => {
  const stanza = bytes('Package: base\nVersion: 1\nArchitecture: all\n');
  equal(lengthOf(readDpkgStatus(stanza, 'status.d')), 1);
  equal(lengthOf(readDpkgStatus(stanza, 'status')), 0);
});

test('a database with an installed package that is none is refused whole', () => {
  for (const [from, to] of [
    ['zlib1g', 'a b'],
    ['1:1.2.13.dfsg-1', ''],
    ['amd64', '../x'],
    ['zlib (', 'Z ('],
  ] as const)
    equal(readDpkgStatus(bytes(zlib.replace(from, to)), 'status').is, 'refused', from);
  equal(readApkInstalled(bytes('P:a b\nV:1\nA:x86_64\n')).is, 'refused');
  equal(readApkInstalled(bytes('P:musl\nA:x86_64\n')).is, 'refused');
});

test('lists of files give absolute paths', () => {
  deepEqual(readDpkgList(bytes('/.\n/usr\n/usr/bin/a b\nrelative\n')), ['/usr', '/usr/bin/a b']);
  deepEqual(readMd5sums(bytes(`${'a'.repeat(32)}  usr/bin/x\n${'b'.repeat(32)}  ./y\nno sum\n`)), ['/usr/bin/x', '/y']);
});

test('of apk come name, version, origin and the files by folder', () => {
  const text =
    'C:Q1=\nP:libcrypto3\nV:3.3.1-r0\nA:x86_64\no:openssl\nL:Apache-2.0\nF:usr\nF:usr/lib\nR:libcrypto.so.3\nZ:Q1x\nR:b\n\nP:musl\nV:1.2.5-r0\nA:x86_64\no:musl\n\n';
  deepEqual(readApkInstalled(bytes(text)), {
    is: 'ok',
    value: [
      {
        name: 'libcrypto3',
        version: '3.3.1-r0',
        architecture: 'x86_64',
        source: 'openssl',
        licence: 'Apache-2.0',
        files: ['/usr/lib/libcrypto.so.3', '/usr/lib/b'],
      },
      { name: 'musl', version: '1.2.5-r0', architecture: 'x86_64', source: undefined, files: [] },
    ],
  });
});

test('a purl names the distribution only where the image says which one it is', () => {
  const found = { name: 'zlib1g', version: '1:1.2-1', architecture: 'amd64', source: 'zlib', files: [] };
  equal(
    installedComponent('deb', found, { id: 'debian', versionId: '12' }).purl,
    'pkg:deb/debian/zlib1g@1:1.2-1?arch=amd64&distro=debian-12&upstream=zlib',
  );
  equal(
    installedComponent('deb', { ...found, source: undefined }, undefined).purl,
    'pkg:deb/zlib1g@1:1.2-1?arch=amd64',
  );
});

test('os-release is read with and without quotes, and one that names nothing is none', () => {
  deepEqual(readOsRelease(bytes('NAME="x"\nID=debian\nVERSION_ID="12"\n')), { id: 'debian', versionId: '12' });
  deepEqual(readOsRelease(bytes("ID='arch'\n")), { id: 'arch', versionId: undefined });
  equal(readOsRelease(bytes('NAME=x\nID="a/b"\n')), undefined);
});

// With a reader that goes over a line once for each of its characters these would not end within a day.
test('one line of many megabytes is read as quickly as many lines', () => {
  const spaces = ' '.repeat(32 * 1024 * 1024);
  equal(readOsRelease(bytes(`ID=debian\nA=${spaces}x\n`)), undefined);
  equal(readOsRelease(bytes(`ID=debian\nA=${spaces.slice(0, 60_000)}x\n`))?.id, 'debian');
  const sum = 'a'.repeat(32);
  equal(readMd5sums(bytes(`${sum}  a${spaces}\rb\n`))[0]?.length, spaces.length + 4);
  deepEqual(
    readMd5sums(bytes(`${sum}${spaces}\rb\n`)).map((path) => path.trim()),
    [`/${spaces.slice(2)}\rb`],
  );
  equal(readDpkgStatus(bytes(`${spaces}:${spaces}x\n${spaces}`), 'status').is, 'ok');
  equal(nodePackageFolder('/node_modules'.repeat(1_000_000)), undefined);
});

test('a database that names more packages than any image has is refused', () => {
  const apk = (count: number): Uint8Array => bytes('P:a\nV:1\nA:x\n\n'.repeat(count));
  const status = (count: number): Uint8Array => bytes(`${zlib}\n`.repeat(count));
  equal(readApkInstalled(apk(100_000)).is, 'ok');
  equal(readApkInstalled(apk(4_000_000)).is, 'refused');
  equal(readDpkgStatus(status(100_000), 'status').is, 'ok');
  equal(readDpkgStatus(status(100_001), 'status').is, 'refused');
});

test('a path that is longer than any can be is no file of an apk package', () => {
  const long = `F:${'a'.repeat(4095)}\nR:b\nF:usr\nR:c\n`;
  const read = readApkInstalled(bytes(`P:musl\nV:1\nA:x86_64\n${long}`));
  deepEqual(read.is === 'ok' && read.value[0]?.files, ['/usr/c']);
});

test('an apk database whose paths would be gigabytes is refused, in one package or in many', () => {
  const folder = `F:${'a/'.repeat(2000)}b\n`;
  const one = `P:musl\nV:1\nA:x86_64\n${folder}`;
  const refused = { is: 'refused', reason: 'names paths of more than 134217728 characters' };
  equal(readApkInstalled(bytes(`${one}${'R:c\n'.repeat(30_000)}`)).is, 'ok');
  deepEqual(readApkInstalled(bytes(`${one}${'R:c\n'.repeat(100_000)}`)), refused);
  deepEqual(readApkInstalled(bytes(`${one}${'R:c\n'.repeat(20_000)}\n`.repeat(2))), refused);
});

test('a package.json counts at the top of a folder of node_modules, and nowhere else', () => {
  equal(nodePackageFolder('/app/node_modules/a/package.json'), '/app/node_modules/a');
  equal(nodePackageFolder('/app/node_modules/@s/b/package.json'), '/app/node_modules/@s/b');
  equal(nodePackageFolder('/app/node_modules/a/node_modules/b/package.json'), '/app/node_modules/a/node_modules/b');
  for (const path of [
    '/app/package.json',
    '/app/node_modules/a/dist/package.json',
    '/app/node_modules/.bin/package.json',
  ])
    equal(nodePackageFolder(path), undefined, path);
});

test('a package.json without a name or version is no package', () => {
  const read = readNodePackage(bytes('\ufeff{"name":"@s/b","version":"1.0.0"}'));
  equal(read.is === 'ok' && read.value.purl, 'pkg:npm/%40s/b@1.0.0');
  const licensed = readNodePackage(bytes('{"name":"a","version":"1","license":{"type":"MIT"}}'));
  equal(licensed.is === 'ok' && licensed.value.licence, 'MIT');
  for (const text of [
    '',
    '[]',
    '{"type":"module"}',
    '{"name":"a"}',
    '{"name":"a b","version":"1"}',
    '{"name":1,"version":"1"}',
  ])
    equal(readNodePackage(bytes(text)).is, 'refused', text);
});

test('whatever an image has in the place of a database, reading it ends with a value or a refusal', () => {
  const line = fc.oneof(
    fc.constantFrom(
      'Package: a',
      'Status: install ok installed',
      'Version: 1',
      'P:a',
      'V:1',
      'F:usr',
      'R:x',
      'ID=x',
      '',
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.array(line).map((lines) => bytes(lines.join('\n'))),
      ),
      (junk) => {
        readDpkgStatus(junk, 'status');
        readDpkgStatus(junk, 'status.d');
        readDpkgList(junk);
        readMd5sums(junk);
        readApkInstalled(junk);
        readOsRelease(junk);
        readNodePackage(junk);
      },
    ),
  );
});

function lengthOf(read: ReturnType<typeof readDpkgStatus>): number | undefined {
  return read.is === 'ok' ? read.value.length : undefined;
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
