import { Version } from '@cyclonedx/cyclonedx-library/Spec';
import { JsonStrictValidator } from '@cyclonedx/cyclonedx-library/Validation';
import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PackageURL } from 'packageurl-js';
import { digestOf, hexOf } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import type { SbomRequest } from '../../ports/sbom-maker.ts';
import { cyclonedxSbom, cyclonedxSbomMaker } from './cyclonedx-sbom.ts';

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
const request: SbomRequest = {
  project: 'rustshare',
  version: '1.2.3',
  image: { registry: '127.0.0.1:5000', repository: 'team/app' },
  platform: 'linux/arm64',
  manifest: digestOf('manifest'),
  lockFiles: [
    lockFile('Cargo.lock', cargo),
    lockFile('web/package-lock.json', npm),
    lockFile('tools/Cargo.lock', cargo),
  ],
  binaries: [
    { name: 'app-aarch64-linux', platform: 'linux/arm64', path: '/usr/bin/app', digest: digestOf('bin'), size: 3 },
  ],
  timestamp: 1_700_000_000,
};

test('cyclonedxSbom() is valid CycloneDX 1.6 by the strict schema', async () => {
  equal(await new JsonStrictValidator(Version.v1dot6).validate(text(request)), null);
  equal(
    await new JsonStrictValidator(Version.v1dot6).validate(text({ ...request, lockFiles: [], binaries: [] })),
    null,
  );
});

test('cyclonedxSbom() of this project is valid too, and has every package that has an integrity with a hash', async () => {
  const lock = readFileSync(new URL('../../../package-lock.json', import.meta.url));
  const written = text({ ...request, lockFiles: [{ path: 'package-lock.json', bytes: lock }] });
  equal(await new JsonStrictValidator(Version.v1dot6).validate(written), null);
  ok((written.match(/"alg":"SHA-512"/g) ?? []).length > 50);
});

test('cyclonedxSbom() is about the platform image by digest, at the time of the commit, and says it is incomplete', () => {
  const bom = read(request);
  const root = Object(Object(bom['metadata'])['component']);
  equal(root.purl, `pkg:oci/app@${digestOf('manifest')}?arch=arm64&repository_url=127.0.0.1%3A5000%2Fteam%2Fapp`);
  deepEqual(root.hashes, [{ alg: 'SHA-256', content: hexOf(digestOf('manifest')) }]);
  equal(root.type, 'container');
  equal(Object(bom['metadata'])['timestamp'], '2023-11-14T22:13:20.000Z');
  deepEqual(bom['compositions'], [{ aggregate: 'incomplete', assemblies: [root['bom-ref']] }]);
});

test('cyclonedxSbom() names for every component where the evidence is, once for all files that agree', () => {
  const places = componentsOf(request).map((component) => [
    component['name'],
    Object(component['evidence'])['occurrences'],
  ]);
  deepEqual(
    new Map(places.map(([name, found]) => [name, JSON.stringify(found)])).get('serde'),
    '[{"location":"Cargo.lock"},{"location":"tools/Cargo.lock"}]',
  );
  ok(places.every(([, found]) => Array.isArray(found) && found.length > 0));
});

test('cyclonedxSbom() has unique refs, edges only between them, purls that parse, and the SHA-256 of each binary', () => {
  const bom = read(request);
  const components = componentsOf(request);
  const refs = [
    ...components.map((component) => component['bom-ref']),
    Object(Object(bom['metadata'])['component'])['bom-ref'],
  ];
  equal(new Set(refs).size, refs.length);
  const edges: readonly { ref: string; dependsOn?: string[] }[] = Object(bom['dependencies']);
  for (const { ref, dependsOn = [] } of edges) for (const end of [ref, ...dependsOn]) ok(refs.includes(end), end);
  for (const { purl } of components) if (typeof purl === 'string') equal(PackageURL.fromString(purl).toString(), purl);
  const file = components.find((component) => component['type'] === 'file');
  deepEqual(file?.['hashes'], [{ alg: 'SHA-256', content: hexOf(digestOf('bin')) }]);
});

test('cyclonedxSbom() of the same request is the same bytes, whatever the order of the files', async () => {
  const again = { ...structuredClone(request), lockFiles: request.lockFiles.toReversed() };
  equal(text(again), text(request));
  const made = await cyclonedxSbomMaker({ toolVersion: '0.1.0' }).makeSbom(request);
  equal(new TextDecoder().decode(made), text(request));
});

test('cyclonedxSbom() refuses two lock files that name different bytes for one package', () => {
  const other = lockFile('tools/Cargo.lock', cargo.replace('ab'.repeat(32), 'cd'.repeat(32)));
  refuses(
    { ...request, lockFiles: [lockFile('Cargo.lock', cargo), other] },
    /"pkg:cargo\/serde@1.0.0" has the SHA-256 cdcd.*, and abab.* in Cargo.lock/,
  );
});

test('cyclonedxSbom() refuses a lock file of another kind instead of leaving it out', () => {
  refuses({ ...request, lockFiles: [lockFile('yarn.lock', '')] }, /"yarn.lock": its name is not known/);
});

function lockFile(path: string, content: string): SbomRequest['lockFiles'][number] {
  return { path, bytes: new TextEncoder().encode(content) };
}

function refuses(bad: SbomRequest, message: RegExp): void {
  throws(
    () => text(bad),
    (error) => isCutwaterError(error, 'INPUT_INVALID') && message.test(error.message),
  );
}

function text(from: SbomRequest): string {
  return new TextDecoder().decode(cyclonedxSbom(from, '0.1.0'));
}

function read(from: SbomRequest): Record<string, unknown> {
  return JSON.parse(text(from));
}

function componentsOf(from: SbomRequest): readonly Record<string, unknown>[] {
  const components: unknown = read(from)['components'];
  return Array.isArray(components) ? components.map((component): Record<string, unknown> => Object(component)) : [];
}
