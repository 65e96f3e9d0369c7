import { Version } from '@cyclonedx/cyclonedx-library/Spec';
import { JsonStrictValidator } from '@cyclonedx/cyclonedx-library/Validation';
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { PackageURL } from 'packageurl-js';
import { debianFiles, debianImage, inventoryOf, sha256 } from '../../../test/debian-image.ts';
import { layeredImage } from '../../../test/layered-image.ts';
import { digestOf, hexOf } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import type { SbomRequest } from '../../ports/sbom-maker.ts';
import { sbomFacts } from '../../report/scan/sbom-facts.ts';
import { cyclonedxSbom, cyclonedxSbomMaker } from './cyclonedx-sbom.ts';
import { sbomModel } from './sbom-model.ts';

const index = 'registry+https://github.com/rust-lang/crates.io-index';
const cargo = `version = 4
[[package]]
name = "app"
version = "1.2.3"
dependencies = ["serde"]
[[package]]
name = "serde"
version = "1.0.0"
source = "${index}"
checksum = "${'ab'.repeat(32)}"
`;
const npm = JSON.stringify({
  lockfileVersion: 3,
  packages: {
    '': { name: 'web', version: '1.0.0', dependencies: { '@s/b': '1' } },
    'node_modules/@s/b': { version: '1.0.0', resolved: 'https://x.example.org/b.tgz' },
  },
});
const image = debianImage();
const inventory = await inventoryOf({ after: (clean) => after(clean) }, image);
const request: SbomRequest = {
  project: 'rustshare',
  version: '1.2.3',
  image: { registry: '127.0.0.1:5000', repository: 'team/app' },
  platform: 'linux/arm64',
  manifest: image.manifest,
  lockFiles: [
    lockFile('Cargo.lock', cargo),
    lockFile('web/package-lock.json', npm),
    lockFile('tools/Cargo.lock', cargo),
  ],
  binaries: [
    { name: 'app-aarch64-linux', platform: 'linux/arm64', path: '/usr/bin/app', digest: digestOf('bin'), size: 3 },
  ],
  readImage: async () => inventory,
  timestamp: 1_700_000_000,
};
const nothing: SbomRequest['readImage'] = async () => ({
  files: [],
  unread: [],
  leadsTo: () => undefined,
  standsAt: () => undefined,
});

test('cyclonedxSbom() is valid CycloneDX 1.6 by the strict schema', async () => {
  equal(await new JsonStrictValidator(Version.v1dot6).validate(await text(request)), null);
  const empty = { ...request, lockFiles: [], binaries: [], readImage: nothing };
  equal(await new JsonStrictValidator(Version.v1dot6).validate(await text(empty)), null);
});

test('cyclonedxSbom() of this project is valid too, and has every package that has an integrity with a hash', async () => {
  const lock = readFileSync(new URL('../../../package-lock.json', import.meta.url));
  const written = await text({ ...request, lockFiles: [{ path: 'package-lock.json', bytes: lock }] });
  equal(await new JsonStrictValidator(Version.v1dot6).validate(written), null);
  ok((written.match(/"alg":"SHA-512"/g) ?? []).length > 50);
});

test('cyclonedxSbom() is about the platform image by digest, at the time of the commit', async () => {
  const bom = await read(request);
  const root = Object(Object(bom['metadata'])['component']);
  equal(root.purl, `pkg:oci/app@${image.manifest}?arch=arm64&repository_url=127.0.0.1%3A5000%2Fteam%2Fapp`);
  deepEqual(root.hashes, [{ alg: 'SHA-256', content: hexOf(image.manifest) }]);
  equal(root.type, 'container');
  equal(Object(bom['metadata'])['timestamp'], '2023-11-14T22:13:20.000Z');
});

test('cyclonedxSbom() says of every component where it was seen: in the image, in the commit, or in both', async () => {
  const places = (await componentsOf(request)).map((component): [string, string[]] => [
    String(component['bom-ref']),
    Object(component['evidence']).occurrences.map(({ location }: { location: string }) => location),
  ]);
  deepEqual(
    places,
    [
      ['file:/opt/notes.txt', ['/opt/notes.txt']],
      ['file:/opt/run.sh', ['/opt/run.sh']],
      ['file:/opt/tool', ['/opt/tool']],
      ['file:/usr/bin/app', ['/usr/bin/app']],
      ['file:/usr/bin/gopher', ['/usr/bin/gopher']],
      ['file:/usr/bin/mystery', ['/usr/bin/mystery']],
      ['local:Cargo.lock#app@1.2.3', ['Cargo.lock']],
      ['local:tools/Cargo.lock#app@1.2.3', ['tools/Cargo.lock']],
      ['local:/usr/bin/app#app@1.2.3', ['/usr/bin/app']],
      ['local:web/package-lock.json#web@1.0.0', ['web/package-lock.json']],
      ['os:debian', ['/usr/lib/os-release']],
      ['pkg:cargo/serde@1.0.0', ['/usr/bin/app', 'Cargo.lock', 'tools/Cargo.lock']],
      ['pkg:cargo/unlocked@0.1.0', ['/usr/bin/app']],
      ['pkg:deb/debian/base-files@12.4?arch=amd64&distro=debian-12', ['/var/lib/dpkg/status']],
      ['pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?arch=amd64&distro=debian-12&upstream=zlib', ['/var/lib/dpkg/status']],
      ['pkg:golang/golang.org/x/sys@v0.29.0', ['/usr/bin/gopher']],
      ['pkg:golang/stdlib@1.24.1', ['/usr/bin/gopher']],
      ['pkg:npm/%40s/b@1.0.0', ['/app/node_modules/@s/b/package.json', 'web/package-lock.json']],
    ].sort(([left], [right]) => (String(left) < String(right) ? -1 : 1)),
  );
});

test('a crate of the workspace is the one of the lock file where there is only one of its name and version', async () => {
  const refs = (await componentsOf({ ...request, lockFiles: [lockFile('Cargo.lock', cargo)] })).map(
    (one) => one['bom-ref'],
  );
  ok(refs.includes('local:Cargo.lock#app@1.2.3'));
  ok(!refs.includes('local:/usr/bin/app#app@1.2.3'));
});

test('a program depends on what it says it is made of, and one that does not say is of unknown parts', async () => {
  const bom = await read({ ...request, lockFiles: [lockFile('Cargo.lock', cargo)] });
  const edges: readonly { ref: string; dependsOn?: string[] }[] = Object(bom['dependencies']);
  const of = (ref: string): readonly string[] | undefined => edges.find((edge) => edge.ref === ref)?.dependsOn;
  deepEqual(of('file:/usr/bin/app'), ['local:Cargo.lock#app@1.2.3']);
  deepEqual(of('local:Cargo.lock#app@1.2.3'), ['pkg:cargo/serde@1.0.0', 'pkg:cargo/unlocked@0.1.0']);
  deepEqual(of('file:/usr/bin/gopher'), ['pkg:golang/golang.org/x/sys@v0.29.0', 'pkg:golang/stdlib@1.24.1']);
  const unknown = { aggregate: 'unknown', assemblies: ['file:/usr/bin/mystery'] };
  ok(JSON.stringify(bom['compositions']).includes(JSON.stringify(unknown)));
});

test('cyclonedxSbom() states licences as packages declare them, and is valid with each form', async () => {
  const entry = (license: unknown): object => ({ version: '1.0.0', license });
  const lock = JSON.stringify({
    lockfileVersion: 3,
    packages: {
      'node_modules/a': entry('MIT'),
      'node_modules/b': entry('MIT OR Apache-2.0'),
      'node_modules/c': entry('SEE LICENSE IN x'),
      'node_modules/d': entry(['MIT']),
    },
  });
  const from = { ...request, lockFiles: [lockFile('package-lock.json', lock)] };
  equal(await new JsonStrictValidator(Version.v1dot6).validate(await text(from)), null);
  const stated = (await componentsOf(from)).filter((one) => /^pkg:npm\/[a-d]@/.test(String(one['purl'])));
  deepEqual(
    stated.map((one) => one['licenses']),
    [
      [{ license: { id: 'MIT', acknowledgement: 'declared' } }],
      [{ expression: 'MIT OR Apache-2.0', acknowledgement: 'declared' }],
      [{ license: { name: 'SEE LICENSE IN x', acknowledgement: 'declared' } }],
      undefined,
    ],
  );
});

test('cyclonedxSbom() says what it did not cover, and is complete only where every file is accounted for', async (t) => {
  const whole = await read(request);
  equal(aggregateOf(whole), 'complete');
  ok(
    notesOf(whole, 'cutwater:not-covered').includes(
      'licences: those of Debian packages, Rust crates and Go modules were not read',
    ),
  );
  ok(notesOf(whole, 'cutwater:covered').includes('dpkg packages: 2 of /var/lib/dpkg/status'));
  const more = [
    { name: 'var/lib/rpm/rpmdb.sqlite', content: 'SQLite format 3' },
    { name: 'var/lib/dpkg/status', content: 'Package: a b\nStatus: install ok installed\n' },
    { name: 'usr/lib/os-release', content: 'nothing' },
  ];
  const broken = debianImage(more);
  const bom = await read({ ...request, readImage: () => inventoryOf(t, broken) });
  equal(aggregateOf(bom), 'incomplete');
  const missed = notesOf(bom, 'cutwater:not-covered').join('\n');
  match(missed, /^rpm packages: "\/var\/lib\/rpm\/rpmdb.sqlite" is no SQLite database, or a damaged one$/m);
  match(missed, /^dpkg packages: "\/var\/lib\/dpkg\/status" has an entry "a b" that is no package$/m);
  match(missed, /^operating system: the image has no os-release/m);
  deepEqual([sbomFacts(whole).systemPackages, sbomFacts(whole).rpm], [2, false], 'what a scanner must have seen too');
  equal(sbomFacts(bom).rpm, true);
});

test('of very many files the programs are listed first, and a digest stands for what is left out', async () => {
  const { components, notes } = sbomModel({ image: inventory, locked: [], binaries: [], maximumFiles: 4 });
  deepEqual(
    components.filter(({ type }) => type === 'file').map(({ name }) => name),
    ['/opt/run.sh', '/usr/bin/app', '/usr/bin/gopher', '/usr/bin/mystery'],
  );
  const list = `${sha256('hello\n')}  /opt/notes.txt\n${sha256('tool\n')}  /opt/tool\n`;
  ok(
    notes.missed.includes(`files: 2 that no package explains are left out; their list has the SHA-256 ${sha256(list)}`),
  );
});

test('a declared binary is listed by its own SHA-256 even where a package has it', async () => {
  const binaries = [{ name: 'z', platform: 'linux/arm64', path: '/lib/libz.so.1', digest: digestOf('z'), size: 1 }];
  const file = (await componentsOf({ ...request, binaries })).find((one) => one['name'] === '/usr/lib/libz.so.1');
  const digest = inventory.files.find(({ path }) => path === '/usr/lib/libz.so.1')?.digest ?? digestOf('');
  deepEqual(file?.['hashes'], [{ alg: 'SHA-256', content: hexOf(digest) }]);
  deepEqual(file?.['evidence'], { occurrences: [{ location: '/lib/libz.so.1' }, { location: '/usr/lib/libz.so.1' }] });
});

test('cyclonedxSbom() has unique refs, edges only between them, and purls that parse', async () => {
  const bom = await read(request);
  const components = await componentsOf(request);
  const refs = [
    ...components.map((component) => component['bom-ref']),
    Object(Object(bom['metadata'])['component'])['bom-ref'],
  ];
  equal(new Set(refs).size, refs.length);
  const edges: readonly { ref: string; dependsOn?: string[] }[] = Object(bom['dependencies']);
  for (const { ref, dependsOn = [] } of edges) for (const end of [ref, ...dependsOn]) ok(refs.includes(end), end);
  for (const { purl } of components) if (typeof purl === 'string') equal(PackageURL.fromString(purl).toString(), purl);
});

test('cyclonedxSbom() of the same request is the same bytes, whatever the order of the files', async (t) => {
  const again = {
    ...request,
    lockFiles: request.lockFiles.toReversed(),
    readImage: () => inventoryOf(t, layeredImage([debianFiles.toReversed()])),
  };
  equal(await text(again), await text(request));
  const made = await cyclonedxSbomMaker({ toolVersion: '0.1.0' }).makeSbom(request);
  equal(new TextDecoder().decode(made), await text(request));
});

test('cyclonedxSbom() refuses two lock files that name different bytes for one package', async () => {
  const other = lockFile('tools/Cargo.lock', cargo.replace('ab'.repeat(32), 'cd'.repeat(32)));
  await refuses(
    { ...request, lockFiles: [lockFile('Cargo.lock', cargo), other] },
    /"pkg:cargo\/serde@1.0.0" has the SHA-256 cdcd.*, and abab.* in Cargo.lock/,
  );
});

test('cyclonedxSbom() refuses a lock file of another kind instead of leaving it out', async () => {
  await refuses({ ...request, lockFiles: [lockFile('yarn.lock', '')] }, /"yarn.lock": its name is not known/);
});

function lockFile(path: string, content: string): SbomRequest['lockFiles'][number] {
  return { path, bytes: new TextEncoder().encode(content) };
}

async function refuses(bad: SbomRequest, message: RegExp): Promise<void> {
  await rejects(text(bad), (error) => isCutwaterError(error, 'INPUT_INVALID') && message.test(error.message));
}

function aggregateOf(bom: Readonly<Record<string, unknown>>): unknown {
  return Object(bom['compositions'])[0].aggregate;
}

function notesOf(bom: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const properties: readonly { name: string; value: string }[] = Object(bom['metadata']).properties;
  return properties.filter((property) => property.name === name).map(({ value }) => value);
}

async function text(from: SbomRequest): Promise<string> {
  return new TextDecoder().decode(await cyclonedxSbom(from, '0.1.0'));
}

async function read(from: SbomRequest): Promise<Record<string, unknown>> {
  return JSON.parse(await text(from));
}

async function componentsOf(from: SbomRequest): Promise<readonly Record<string, unknown>[]> {
  const components: unknown = (await read(from))['components'];
  return Array.isArray(components) ? components.map((component): Record<string, unknown> => Object(component)) : [];
}
