import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { auditSection, goSection } from '../../../test/program-sections.ts';
import { auditableReader } from './cargo-auditable.ts';
import { readGoBuildInfo } from './go-build-info.ts';

const crates = [
  { name: 'app', version: '1.0.0', source: 'local', root: true, dependencies: [1, 2] },
  { name: 'serde', version: '1.0.2', source: 'crates.io' },
  { name: 'cc', version: '1.1.0', source: 'crates.io', kind: 'build', dependencies: [1] },
  { name: 'fork', version: '0.1.0', source: 'git' },
];

test('a Rust program names its crates, what they need, and the one it is made of', () => {
  const read = auditableReader()(auditSection(crates), ({ name }) => `elsewhere:${name}`);
  equal(read.is === 'ok' && read.value.root, 'elsewhere:app');
  deepEqual(
    read.is === 'ok' && read.value.packages.map(({ ref, purl, scope, dependsOn }) => [ref, purl, scope, dependsOn]),
    [
      ['elsewhere:app', undefined, 'required', ['pkg:cargo/serde@1.0.2', 'pkg:cargo/cc@1.1.0']],
      ['pkg:cargo/serde@1.0.2', 'pkg:cargo/serde@1.0.2', 'required', []],
      ['pkg:cargo/cc@1.1.0', 'pkg:cargo/cc@1.1.0', 'excluded', ['pkg:cargo/serde@1.0.2']],
      ['elsewhere:fork', undefined, 'required', []],
    ],
  );
});

test('a Rust program without one root, with a circle, or with edges to nowhere is refused', () => {
  const [app, ...rest] = crates;
  refusesCrates([...rest], /not exactly one root/);
  refusesCrates([app, { ...app, name: 'b' }, ...rest], /not exactly one root/);
  refusesCrates([{ ...app, dependencies: [9] }], /does not have/);
  refusesCrates([{ ...app, dependencies: [0] }], /depend on themselves/);
  refusesCrates(
    [
      { ...app, dependencies: [1] },
      { ...crates[1], dependencies: [2] },
      { ...crates[2], dependencies: [1] },
    ],
    /themselves/,
  );
  refusesCrates([{ ...app, dependencies: [-1] }], /no crate/);
  refusesCrates([{ ...app, version: 'x' }], /no crate/);
  match(reasonOf(auditableReader()(deflateSync('[]'), String)), /no list of packages/);
});

test('a Rust section that would inflate to more than 8 MiB, or is no deflated JSON, is refused', () => {
  match(reasonOf(auditableReader()(deflateSync(Buffer.alloc(9 * 1024 * 1024, ' ')), String)), /at most 8388608 bytes/);
  match(reasonOf(auditableReader()(deflateSync('{'), String)), /not JSON/);
});

test('of all Rust sections of an image together no more is inflated than the reader may, whether it is read or refused', () => {
  const read = auditableReader({ bytes: 20_000_000 });
  const small = auditSection(crates);
  equal(read(small, String).is, 'ok');
  const bomb = deflateSync(Buffer.alloc(9 * 1024 * 1024, ' '));
  match(reasonOf(read(bomb, String)), /at most 8388608 bytes/);
  match(reasonOf(read(bomb, String)), /at most 8388608 bytes/);
  match(reasonOf(read(bomb, String)), /at most 3\d{6} bytes/);
  match(reasonOf(read(small, String)), /was not read/);
});

test('a Go program names its modules as they were used, and its standard library', () => {
  const section = goSection('go1.24.1', [
    ['path', 'example.org/team/app'],
    ['mod', 'example.org/team/app', '(devel)', ''],
    ['dep', 'golang.org/x/sys', 'v0.29.0', 'h1:x='],
    ['dep', 'example.org/old', 'v1.0.0'],
    ['=>', 'example.org/new', 'v1.0.1', 'h1:y='],
    ['build', '-buildmode=exe'],
  ]);
  const read = readGoBuildInfo(section, '/app');
  deepEqual(read.is === 'ok' && read.value.map(({ ref }) => ref), [
    'pkg:golang/stdlib@1.24.1',
    'local:/app#example.org/team/app@(devel)',
    'pkg:golang/golang.org/x/sys@v0.29.0',
    'pkg:golang/example.org/new@v1.0.1',
  ]);
});

test('the experiments of a Go toolchain are no part of the version that advisories speak of', () => {
  for (const version of ['go1.26.8', 'go1.26.8 X:jsonv2', 'go1.26.8-X:jsonv2,other', 'devel go1.26.8 X:a'])
    deepEqual(readGoBuildInfo(goSection(version, []), '/app'), readGoBuildInfo(goSection('go1.26.8', []), '/app'));
});

test('a program that names more parts than any image has is refused', () => {
  const modules = Array.from({ length: 100_001 }, (_, at) => ['dep', `a/${at}`, 'v1.0.0']);
  match(reasonOf(readGoBuildInfo(goSection('go1.24.1', modules), '/app')), /more than 100000 packages/);
  const many = Array.from({ length: 100_001 }, (_, at) => ({ name: `c${at}`, version: '1.0.0', source: 'local' }));
  match(reasonOf(auditableReader()(auditSection(many), String)), /more than 100000 packages/);
});

test('the mark of Go may stand anywhere aligned in its section', () => {
  const read = readGoBuildInfo(Buffer.concat([Buffer.alloc(48), goSection('go1.22', [])]), '/app');
  deepEqual(read.is === 'ok' && read.value.map(({ purl }) => purl), ['pkg:golang/stdlib@1.22']);
});

test('a Go program of before 1.18, cut off, or with lines that name no module is refused', () => {
  const section = goSection('go1.24.1', [['dep', 'a b', 'v1']]);
  match(reasonOf(readGoBuildInfo(section, '/app')), /names no module/);
  for (const [name, version] of [
    ['example.org/a', 'v1'],
    ['example.org/a', '1.0.0'],
    ['example.org/a', 'vv1.0.0'],
    ['example.org/a', 'v01.0.0'],
    ['example.org//a', 'v1.0.0'],
    ['example.org/', 'v1.0.0'],
    ['/a', 'v1.0.0'],
  ] as const)
    match(reasonOf(readGoBuildInfo(goSection('go1.24.1', [['dep', name, version]]), '/app')), /names no module/, name);
  match(reasonOf(readGoBuildInfo(section.subarray(0, 45), '/app')), /ends in the middle/);
  match(reasonOf(readGoBuildInfo(section.with(15, 0), '/app')), /before 1.18/);
  for (const toolchain of ['1.24', 'gov1', 'go'])
    match(reasonOf(readGoBuildInfo(goSection(toolchain, []), '/app')), /no Go version/, toolchain);
  match(reasonOf(readGoBuildInfo(new Uint8Array(64), '/app')), /mark of Go/);
});

test('whatever a program has in these sections, reading it ends with a value or a refusal', () => {
  const crate = fc.record(
    {
      name: fc.constantFrom('a', 'b', ''),
      version: fc.constantFrom('1.0.0', 'x'),
      source: fc.constantFrom('crates.io', 'local', 'git'),
      root: fc.boolean(),
      dependencies: fc.array(fc.integer({ min: -1, max: 4 })),
    },
    { requiredKeys: ['name', 'version', 'source'] },
  );
  fc.assert(
    fc.property(fc.array(crate), fc.uint8Array(), fc.nat(80), (packages, junk, at) => {
      const read = auditableReader()(auditSection(packages), ({ name }) => name);
      if (read.is === 'ok') equal(packages.filter(({ root }) => root).length, 1);
      auditableReader()(junk, String);
      const broken = goSection('go1.24.1', [['dep', 'example.org/a', 'v1.0.0']]);
      broken.set(junk.subarray(0, broken.length - at), at);
      readGoBuildInfo(broken, '/app');
    }),
  );
});

function refusesCrates(packages: readonly (object | undefined)[], reason: RegExp): void {
  const section = auditSection(packages.filter((entry) => entry !== undefined));
  match(reasonOf(auditableReader()(section, ({ name }) => name)), reason);
}

function reasonOf(read: { readonly is: 'ok' } | { readonly is: 'refused'; readonly reason: string }): string {
  return read.is === 'refused' ? read.reason : 'it was read';
}
