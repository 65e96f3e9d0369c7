import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { digestOf, hexOf } from '../../domain/digest.ts';
import { compareSboms, compareSightings, describeDifference, faultsInSbom } from './judge-sbom.ts';
import type { Sbom } from './read-sbom.ts';
import { readSbom } from './read-sbom.ts';
import { spdxDocument } from './spdx-document.ts';

const image = digestOf('image');
const file = { alg: 'SHA-256', content: hexOf(digestOf('app')) };
const good = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  serialNumber: 'urn:uuid:00000000-0000-8000-8000-000000000000',
  metadata: {
    timestamp: '2023-11-14T22:13:20.000Z',
    tools: { components: [{ type: 'application', name: 'cutwater', version: '0.1.0' }] },
    component: {
      type: 'container',
      'bom-ref': 'root',
      name: 'host/app',
      version: '1.0.0',
      hashes: [{ alg: 'SHA-256', content: hexOf(image) }],
    },
    properties: [{ name: 'cutwater:not-covered', value: 'licences: not read' }],
  },
  components: [
    { type: 'file', 'bom-ref': 'file:/app', name: '/app', hashes: [file], evidence: seen('/app') },
    {
      type: 'library',
      'bom-ref': 'pkg:npm/%40s/b@1.0.0',
      group: '@s',
      name: 'b',
      version: '1.0.0',
      purl: 'pkg:npm/%40s/b@1.0.0',
      licenses: [{ license: { id: 'MIT', acknowledgement: 'declared' } }],
      hashes: [{ alg: 'SHA-1', content: 'ab'.repeat(20) }],
      externalReferences: [{ type: 'distribution', url: 'https://example.org/b.tgz' }],
      evidence: seen('package-lock.json', '/node_modules/@s/b/package.json'),
    },
    {
      type: 'library',
      'bom-ref': 'local:x#own@1',
      name: 'own',
      version: '1',
      licenses: [{ license: { name: 'GPLv2+' } }],
      evidence: seen('Cargo.lock'),
    },
    { type: 'operating-system', 'bom-ref': 'os', name: 'debian', version: '12', evidence: seen('/etc/os-release') },
  ],
  dependencies: [{ ref: 'root', dependsOn: ['file:/app'] }, { ref: 'pkg:npm/%40s/b@1.0.0' }],
  compositions: [{ aggregate: 'incomplete', assemblies: ['root'], dependencies: ['file:/app'] }],
};

test('a sound SBOM has no faults', () => {
  deepEqual(faultsInSbom(read(good), image), []);
});

test('an SBOM of another image, of two images or of none is not sound', () => {
  faulty(read(good), /is about [0-9a-f]{64}, not about sha256/, digestOf('other'));
  const { component } = good.metadata;
  faulty(changed({ metadata: { ...good.metadata, component: { ...component, hashes: [] } } }), /is about nothing/);
  const two = { ...component, hashes: [...component.hashes, file] };
  faulty(changed({ metadata: { ...good.metadata, component: two } }), /it is about/);
});

test('refs are unique, and whatever is named is there', () => {
  faulty(changed({ components: [...good.components, good.components[0]] }), /two components are "file:\/app"/);
  faulty(changed({ dependencies: [{ ref: 'gone' }] }), /"gone" is named and is no component/);
  faulty(changed({ dependencies: [{ ref: 'root', dependsOn: ['gone'] }] }), /"gone" is named/);
  faulty(changed({ compositions: [{ assemblies: ['gone'] }] }), /"gone" is named/);
  faulty(changed({ compositions: [{ dependencies: ['gone'] }] }), /"gone" is named/);
  faulty(withPart({ 'bom-ref': undefined }), /has no ref/);
});

test('a package has a version, a purl or a reason for none, hashes of their length, and a place', () => {
  faulty(withPart({ version: '' }), /has no version/);
  faulty(withPart({ version: undefined }), /has no version/);
  faulty(withPart({ purl: undefined }), /"other" has no purl/);
  faulty(withPart({ purl: 'npm/a' }), /purl that is none/);
  faulty(withPart({ evidence: seen() }), /was seen nowhere/);
  faulty(withPart({ evidence: undefined }), /was seen nowhere/);
  faulty(withPart({ hashes: [{ alg: 'SHA-256', content: 'ab' }] }), /hash that is none/);
  faulty(withPart({ hashes: [{ alg: 'MD5', content: 'ab'.repeat(16) }] }), /hash that is none/);
  faulty(withPart({ hashes: [{ alg: 'SHA-256', content: 'XY'.repeat(32) }] }), /hash that is none/);
  faulty(withPart({ type: 'file' }), /is a file without a hash/);
  faulty(changed({ metadata: { ...good.metadata, timestamp: 'yesterday' } }), /time "yesterday" is none/);
});

test('whoever is said to have seen a component is a program that looked, and says where', () => {
  deepEqual(faultsInSbom(read(sighted), image), []);
  const [seenBySyft] = sighted.components;
  const by = (additionalContext: string): object => ({ occurrences: [{ location: '/app', additionalContext }] });
  const components = (evidence: object): object => ({ ...sighted, components: [{ ...seenBySyft, evidence }] });
  faulty(read(components(by('cutwater, grype'))), /"file:\/app" was seen by "grype", which did not look/);
  const nowhere = {
    ...by('cutwater'),
    identity: [{ field: 'purl', concludedValue: 'pkg:npm/a@1', tools: ['tool:syft'] }],
  };
  faulty(read(components(nowhere)), /was seen by "syft", which did not look or says not where/);
  const twice = { components: [...sighted.metadata.tools.components, { type: 'application', name: 'syft' }] };
  faulty(read({ ...sighted, metadata: { ...sighted.metadata, tools: twice } }), /it names a program twice/);
});

test('what Cutwater found is compared without what others found, and each of them by itself', () => {
  const same = { onlyStated: [], onlyMade: [] };
  deepEqual(compareSboms(read(sighted), read(unsighted), { lockFiles: true }), same);
  deepEqual(compareSightings(read(sighted), read(sighted), 'syft'), same);
  const { onlyStated, onlyMade } = compareSightings(read(sighted), read(unsighted), 'syft');
  deepEqual([onlyStated, onlyMade], [['"pkg:pypi/flask@3" of "/flask"', '"pkg:npm/a@1" of "/app"'].sort(), []]);
  match(
    describeDifference({ onlyStated, onlyMade }) ?? '',
    /is stated and was not found; .* is stated and was not found$/,
  );
  equal(describeDifference(same), undefined);
});

test('as SPDX every program is a creator, and each package says who saw it under which name where', () => {
  const spdx = JSON.parse(new TextDecoder().decode(spdxDocument(read(sighted))));
  deepEqual(spdx.creationInfo.creators, ['Tool: cutwater-0.1.0', 'Tool: syft-1.57.1']);
  deepEqual(
    spdx.packages.map(({ sourceInfo }: { sourceInfo?: string }) => sourceInfo),
    [
      undefined,
      'seen by cutwater in: /app; seen by syft as pkg:npm/a@1 in: /app',
      'seen by syft as pkg:pypi/flask@3 in: /flask',
    ],
  );
});

test('two SBOMs differ where one names another thing, other bytes or another place', () => {
  const same = { onlyStated: [], onlyMade: [] };
  deepEqual(compareSboms(read(good), read(good), { lockFiles: true }), same);
  const without = changed({ components: good.components.slice(1) });
  deepEqual(compareSboms(read(good), without, { lockFiles: true }).onlyStated, [`"/app" ${file.content} of "/app"`]);
  deepEqual(compareSboms(without, read(good), { lockFiles: false }).onlyMade, [`"/app" ${file.content} of "/app"`]);
  const bytes = changed({
    components: [
      { ...good.components[0], hashes: [{ ...file, content: 'cd'.repeat(32) }] },
      ...good.components.slice(1),
    ],
  });
  equal(compareSboms(read(good), bytes, { lockFiles: false }).onlyMade.length, 1);
});

test('two SBOMs differ where a package has another licence, which only counts with the lock files', () => {
  const [first, b, ...rest] = good.components;
  const other = changed({ components: [first, { ...b, licenses: [{ expression: 'MIT OR ISC' }] }, ...rest] });
  match(compareSboms(read(good), other, { lockFiles: true }).onlyMade.join(), /under "MIT OR ISC"/);
  deepEqual(compareSboms(read(good), other, { lockFiles: false }), { onlyStated: [], onlyMade: [] });
});

test('without lock files, what only they say is not compared', () => {
  const imageOnly = changed({
    components: [
      good.components[0],
      { ...good.components[1], hashes: [], evidence: seen('/node_modules/@s/b/package.json') },
      good.components[3],
    ],
  });
  deepEqual(compareSboms(read(good), imageOnly, { lockFiles: false }), { onlyStated: [], onlyMade: [] });
  equal(compareSboms(read(good), imageOnly, { lockFiles: true }).onlyStated.length, 2);
});

test('as SPDX it describes one root with the digest of the image, and every id it names is there', () => {
  const spdx = Object(JSON.parse(new TextDecoder().decode(spdxDocument(read(good)))));
  equal(spdx.spdxVersion, 'SPDX-2.3');
  equal(spdx.creationInfo.created, '2023-11-14T22:13:20Z');
  equal(spdx.comment, 'not-covered: licences: not read');
  const packages: readonly { SPDXID: string; name: string; checksums?: { checksumValue: string }[] }[] = spdx.packages;
  const ids = ['SPDXRef-DOCUMENT', ...packages.map(({ SPDXID }) => SPDXID)];
  equal(new Set(ids).size, ids.length);
  for (const id of ids) match(id, /^SPDXRef-[A-Za-z0-9.-]+$/);
  const [root] = spdx.documentDescribes;
  deepEqual(
    packages.find(({ SPDXID }) => SPDXID === root)?.checksums?.map(({ checksumValue }) => checksumValue),
    [hexOf(image)],
  );
  const relations: readonly Record<string, string>[] = spdx.relationships;
  for (const { spdxElementId = '', relatedSpdxElement = '' } of relations)
    for (const id of [spdxElementId, relatedSpdxElement]) equal(ids.includes(id), true, id);
  deepEqual(relations.map(({ relationshipType }) => relationshipType).sort(), [
    'CONTAINS',
    'CONTAINS',
    'CONTAINS',
    'DEPENDS_ON',
    'DESCRIBES',
  ]);
  deepEqual(
    packages.map((one) => Object(one).primaryPackagePurpose),
    ['CONTAINER', 'FILE', 'LIBRARY', 'LIBRARY', 'OPERATING_SYSTEM'],
  );
  const found = Object(packages.find(({ name }) => name === '@s/b'));
  deepEqual(
    packages.map((one) => [Object(one).licenseDeclared, Object(one).licenseComments]),
    [
      ['NOASSERTION', undefined],
      ['NOASSERTION', undefined],
      ['MIT', undefined],
      ['NOASSERTION', 'declared as: GPLv2+'],
      ['NOASSERTION', undefined],
    ],
  );
  equal(found.downloadLocation, 'https://example.org/b.tgz');
  equal(found.externalRefs[0].referenceLocator, 'pkg:npm/%40s/b@1.0.0');
  equal(found.sourceInfo, 'seen in: package-lock.json, /node_modules/@s/b/package.json');
});

test('a document of another kind is refused, and any JSON ends with a value or a refusal', () => {
  equal(readSbom({ ...good, specVersion: '1.5' }).is, 'refused');
  equal(readSbom({ ...good, components: [1] }).is, 'refused');
  equal(readSbom({ ...good, metadata: {} }).is, 'refused');
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(good)), fc.jsonValue(), (key, value) => {
      const sbom = readSbom({ ...good, [key]: value });
      if (sbom.is === 'ok') faultsInSbom(sbom.value, image);
      if (sbom.is === 'ok') spdxDocument(sbom.value);
    }),
  );
});

const [ownTool] = good.metadata.tools.components;
const sighted = {
  ...good,
  dependencies: [],
  compositions: [],
  metadata: {
    ...good.metadata,
    tools: {
      components: [
        { ...ownTool, 'bom-ref': 'tool:cutwater' },
        { type: 'application', 'bom-ref': 'tool:syft', name: 'syft', version: '1.57.1', hashes: [file] },
      ],
    },
  },
  components: [
    {
      ...good.components[0],
      evidence: {
        identity: [
          { field: 'name', concludedValue: '/app', tools: ['tool:cutwater'] },
          { field: 'purl', concludedValue: 'pkg:npm/a@1', tools: ['tool:syft'] },
        ],
        occurrences: [{ location: '/app', additionalContext: 'cutwater, syft' }],
      },
    },
    {
      type: 'library',
      'bom-ref': 'pkg:pypi/flask@3',
      name: 'Flask',
      version: '3',
      purl: 'pkg:pypi/flask@3',
      evidence: {
        identity: [{ field: 'purl', concludedValue: 'pkg:pypi/flask@3', tools: ['tool:syft'] }],
        occurrences: [{ location: '/flask', additionalContext: 'syft' }],
      },
    },
  ],
};
const unsighted = { ...good, dependencies: [], compositions: [], components: good.components.slice(0, 1) };

function seen(...places: readonly string[]): object {
  return { occurrences: places.map((location) => ({ location })) };
}

function read(document: object): Sbom {
  const sbom = readSbom(document);
  if (sbom.is === 'refused') throw new Error(sbom.reason);
  return sbom.value;
}

function changed(change: object): Sbom {
  return read({ ...good, ...change });
}

function withPart(change: object): Sbom {
  const part = {
    type: 'library',
    'bom-ref': 'other',
    name: 'o',
    version: '1',
    purl: 'pkg:npm/o@1',
    evidence: seen('x'),
  };
  return changed({ components: [...good.components, { ...part, ...change }] });
}

function faulty(sbom: Sbom, fault: RegExp, about = image): void {
  match(faultsInSbom(sbom, about).join('\n'), fault);
}
