import { Version } from '@cyclonedx/cyclonedx-library/Spec';
import { JsonStrictValidator } from '@cyclonedx/cyclonedx-library/Validation';
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { debianImage, inventoryOf } from '../../../test/debian-image.ts';
import { inventoryBy } from '../../../test/make/tool-inventory.ts';
import type { ReportedPackage, ToolInventory } from '../../domain/tool-inventory.ts';
import { cyclonedxSbom } from './cyclonedx-sbom.ts';
import type { SbomComponent } from './sbom-component.ts';
import { sbomModel } from './sbom-model.ts';

const image = debianImage();
const inventory = await inventoryOf({ after: (clean) => after(clean) }, image);
const status = '/var/lib/dpkg/status';

// What the real ones write about what the image has: each in its own words.
const bySyft: readonly ReportedPackage[] = [
  {
    name: 'zlib1g',
    version: '1:1.2.13.dfsg-1',
    purl: 'pkg:deb/debian/zlib1g@1%3A1.2.13.dfsg-1?arch=amd64&distro=debian-12.5&upstream=zlib',
    places: [status],
  },
  { name: 'stdlib', version: 'go1.24.1', purl: 'pkg:golang/stdlib@1.24.1', places: ['/usr/bin/gopher'] },
  { name: 'app', version: '1.2.3', purl: 'pkg:cargo/app@1.2.3', places: ['/usr/bin/app'] },
  { name: '@s/b', version: '1.0.0', purl: 'pkg:npm/%40s/b@1.0.0', places: ['/app/node_modules/@s/b/package.json'] },
];
const byTrivy: readonly ReportedPackage[] = [
  {
    name: 'zlib1g',
    version: '1:1.2.13.dfsg-1',
    purl: 'pkg:deb/debian/zlib1g@1.2.13.dfsg-1?arch=amd64&distro=debian-12.5&epoch=1',
    places: [],
  },
  { name: 'stdlib', version: 'v1.24.1', purl: 'pkg:golang/stdlib@v1.24.1', places: ['usr/bin/gopher'] },
  {
    name: 'golang.org/x/sys',
    version: 'v0.29.0',
    purl: 'pkg:golang/golang.org/x/sys@v0.29.0',
    places: ['usr/bin/gopher'],
  },
  { name: 'app', version: '1.2.3', purl: 'pkg:cargo/app@1.2.3', places: ['usr/bin/app'] },
];

const jinja: ReportedPackage = { name: 'jinja2', version: '3', purl: 'pkg:pypi/jinja2@3', places: ['/j'] };

test('what Cutwater found stays as it is, and who else found it is written beside it', () => {
  const alone = modelOf([]);
  const { components, notes } = modelOf([inventoryBy('trivy', byTrivy), inventoryBy('syft', bySyft)]);
  deepEqual(components.map(withoutSightings), alone.components);
  deepEqual(
    sightingsOf(components, 'pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?arch=amd64&distro=debian-12&upstream=zlib'),
    [
      ['syft', [bySyft[0]?.purl], [status]],
      ['trivy', [byTrivy[0]?.purl], ['/']],
    ],
  );
  const go = ['/usr/bin/gopher'];
  deepEqual(sightingsOf(components, 'pkg:golang/stdlib@1.24.1'), [
    ['syft', ['pkg:golang/stdlib@1.24.1'], go],
    ['trivy', ['pkg:golang/stdlib@v1.24.1'], go],
  ]);
  // No registry has the program itself, so we give it no purl: it is the same by its place.
  deepEqual(
    sightingsOf(components, 'local:/usr/bin/app#app@1.2.3')?.map(([tool]) => tool),
    ['syft', 'trivy'],
  );
  deepEqual(notes.conflicts, []);
  match(notes.read.join('\n'), /^syft packages: 4 by syft 1\.2\.3, the program with the SHA-256 (?:ab)+; 0 of them/m);
});

test('what only others found is one component for all of them, with a purl, and the image needs it', () => {
  const flask = { name: 'Flask', version: '3.0.3', purl: 'pkg:pypi/flask@3.0.3', places: ['/usr/lib/Flask/METADATA'] };
  const { components, top, notes } = modelOf([
    inventoryBy('syft', [flask]),
    inventoryBy('trivy', [{ ...flask, purl: 'pkg:pypi/Flask@3.0.3', licence: 'BSD-3-Clause' }]),
  ]);
  const found = components.filter(({ name }) => name === 'Flask');
  deepEqual(
    found.map(({ ref, occurrences, sightings }) => [ref, occurrences, sightings?.map(({ tool }) => tool)]),
    [['pkg:pypi/flask@3.0.3', [], ['syft', 'trivy']]],
  );
  ok(top.includes('pkg:pypi/flask@3.0.3'));
  match(notes.missed.join('\n'), /installed is there as files only, but for what syft and trivy found of it/);
  ok(notes.missed.includes('trivy packages: it was not made to look for Java archives'));
  deepEqual([modelOf([]).complete, modelOf([inventoryBy('trivy', [])]).complete], [true, true]);
});

test('another version of a package at the same place is a conflict: both stay, and the document says so', () => {
  const other = (change: Partial<ReportedPackage>) => [inventoryBy('trivy', [{ name: '', places: [], ...change }])];
  const system = other({
    name: 'zlib1g',
    version: '1:1.2.12',
    purl: 'pkg:deb/debian/zlib1g@1.2.12?arch=amd64&epoch=1',
  });
  deepEqual(modelOf(system).notes.conflicts, [
    '"zlib1g" as a package of the system is "1:1.2.13.dfsg-1" by cutwater, "1:1.2.12" by trivy',
  ]);
  const crate = { name: 'serde', version: '1.0.1', purl: 'pkg:cargo/serde@1.0.1' };
  deepEqual(modelOf(other({ ...crate, places: ['usr/bin/app'] })).notes.conflicts, [
    '"serde" in "/usr/bin/app" is "1.0.0" by cutwater, "1.0.1" by trivy',
  ]);
  const { components } = modelOf(other({ ...crate, places: ['usr/bin/app'] }));
  deepEqual(
    components.filter(({ name }) => name === 'serde').map(({ version }) => version),
    ['1.0.0', '1.0.1'],
  );
  // Elsewhere it is another copy, of another architecture another package.
  deepEqual(modelOf(other({ ...crate, places: ['opt/tool'] })).notes.conflicts, []);
  const foreign = other({ name: 'zlib1g', version: '1.2.12', purl: 'pkg:deb/debian/zlib1g@1.2.12?arch=i386' });
  deepEqual(modelOf(foreign).notes.conflicts, []);
  const two = [crate, { ...crate, version: '1.0.0', purl: 'pkg:cargo/serde@1.0.0' }];
  const more = inventoryBy(
    'syft',
    two.map((one) => ({ ...one, places: ['/usr/bin/app'] })),
  );
  deepEqual(modelOf([more]).notes.conflicts, [], 'a program may have two, and one finder see less than the other');
});

test('a report that names a thousand versions of one package makes no endless note of it', () => {
  const many = Array.from({ length: 1000 }, (_, at) => {
    return { name: 'serde', version: `9.0.${at}`, purl: `pkg:cargo/serde@9.0.${at}`, places: ['/usr/bin/app'] };
  });
  const [conflict = ''] = modelOf([inventoryBy('syft', many)]).notes.conflicts;
  match(
    conflict,
    /^"serde" in "\/usr\/bin\/app" is "1\.0\.0" by cutwater, ("9\.0\.\d+", ){9}"9\.0\.\d+" and 990 more by syft$/,
  );
});

test('a purl that says something else than its name and version makes its package no other package', () => {
  const lies: readonly ReportedPackage[] = [
    { name: 'openssl', version: '3.0.0', purl: bySyft[0]?.purl, places: ['/opt/x'] },
    { name: 'openssl', version: '1:1.2.13.dfsg-1', purl: bySyft[0]?.purl, places: ['/opt/x'] },
    { name: 'zlib1g', version: '9', purl: bySyft[0]?.purl, places: ['/opt/y'] },
    { name: 'nonsense', version: '1', purl: 'pkg:', places: ['/opt/z'] },
    { name: 'thrown', version: '1', purl: 'pkg:golang/a@%ff', places: ['/opt/z'] },
  ];
  const { components, notes } = modelOf([inventoryBy('syft', lies)]);
  equal(
    sightingsOf(components, 'pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?arch=amd64&distro=debian-12&upstream=zlib'),
    undefined,
  );
  deepEqual(
    components.filter(({ sightings }) => sightings !== undefined).map(({ ref, purl }) => [ref, purl]),
    [
      ['local:/opt/x#openssl@1:1.2.13.dfsg-1', undefined],
      ['local:/opt/x#openssl@3.0.0', undefined],
      ['local:/opt/y#zlib1g@9', undefined],
      ['local:/opt/z#nonsense@1', undefined],
      ['local:/opt/z#thrown@1', undefined],
    ],
  );
  match(
    notes.conflicts.join('\n'),
    /^syft: purls that say something else than the name and version beside them were not used: 5, the first/m,
  );
});

test('thirty thousand entries of one name at one place end, as versions, as architectures and without a purl', () => {
  const many = (of: (at: number) => Partial<ReportedPackage>) =>
    Array.from({ length: 30_000 }, (_, at) => ({ name: 'a', places: ['/a'], ...of(at) }));
  const own = modelOf([]).components.length;
  for (const packages of [
    many((at) => ({ version: `${at}` })),
    many((at) => ({ version: '1', purl: `pkg:deb/debian/a@1?arch=${at}` })),
    many((at) => ({ version: `${at}`, purl: `pkg:npm/a@${at}` })),
  ])
    equal(modelOf([inventoryBy('syft', packages)]).components.length, own + packages.length);
});

test('entries that were left out make the document incomplete and are said', () => {
  const { complete, notes } = modelOf([inventoryBy('syft', [{ name: 'a\u001b', places: [] }])]);
  equal(complete, false);
  match(
    notes.missed.join('\n'),
    /^syft packages: entries that are no packages were left out: 1, the first is "a\\u\{1b\}"/m,
  );
});

test('a document with three finders is valid by the strict schema and the same whatever the order of tools and entries', async () => {
  const [left, right] = [
    await documentOf([inventoryBy('syft', [...bySyft, jinja]), inventoryBy('trivy', byTrivy)]),
    await documentOf([
      inventoryBy('trivy', byTrivy.toReversed()),
      inventoryBy('syft', [jinja, ...bySyft.toReversed()]),
    ]),
  ];
  equal(left, right);
  equal(await new JsonStrictValidator(Version.v1dot6).validate(left), null);
  const { metadata, components } = JSON.parse(left);
  const [finders = ''] = components
    .filter(({ name }: { name: string }) => name === 'jinja2')
    .map(({ evidence }: { evidence: object }) => JSON.stringify(evidence));
  equal(
    finders,
    '{"identity":[{"concludedValue":"pkg:pypi/jinja2@3","field":"purl","tools":["tool:syft"]}],"occurrences":[{"additionalContext":"syft","location":"/j"}]}',
  );
  deepEqual(
    metadata.tools.components.map(({ name, version }: { name: string; version: string }) => `${name} ${version}`),
    ['cutwater 0.1.0', 'syft 1.2.3', 'trivy 1.2.3'],
  );
});

test('whatever programs say, the document has unique refs, every finder has a place, and what Cutwater found is in it', () => {
  const own = modelOf([]).components;
  const text = fc.oneof(
    fc.constantFrom('zlib1g', 'serde', '1.0.0', '', 'UNKNOWN'),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  const purl = fc.oneof(
    fc.constantFrom(...[...bySyft, ...byTrivy].flatMap((one) => one.purl ?? [])),
    fc.string({ maxLength: 30 }).map((rest) => `pkg:${rest}`),
    fc.string(),
  );
  const places = fc.array(fc.oneof(fc.constantFrom('/usr/bin/app', status), fc.string()), { maxLength: 3 });
  const packages = fc.array(fc.record({ name: text, version: text, purl, places }), { maxLength: 8 });
  fc.assert(
    fc.property(packages, packages, (syft, trivy) => {
      const { components } = modelOf([inventoryBy('syft', syft), inventoryBy('trivy', trivy)]);
      equal(new Set(components.map(({ ref }) => ref)).size, components.length);
      for (const { sightings = [] } of components)
        ok(sightings.every((one) => one.places.length > 0 && one.values.length > 0));
      deepEqual(
        components.map(withoutSightings).filter((one) => own.some(({ ref }) => ref === one.ref)),
        own,
      );
    }),
  );
});

function modelOf(tools: readonly ToolInventory[]): ReturnType<typeof sbomModel> {
  return sbomModel({ image: inventory, locked: [], binaries: [], maximumFiles: 100, tools });
}

function sightingsOf(components: readonly SbomComponent[], ref: string) {
  return components
    .find((one) => one.ref === ref)
    ?.sightings?.map(({ tool, values, places }) => [tool, values.map(({ value }) => value), places]);
}

function withoutSightings({ sightings, ...own }: SbomComponent): SbomComponent {
  return sightings === undefined ? own : { ...own };
}

async function documentOf(tools: readonly ToolInventory[]): Promise<string> {
  const request = {
    project: 'app',
    version: '1.0.0',
    image: { registry: 'example.org', repository: 'app' },
    platform: 'linux/amd64',
    manifest: image.manifest,
    lockFiles: [],
    binaries: [],
    readImage: async () => inventory,
    timestamp: 0,
    tools,
  };
  return new TextDecoder().decode(await cyclonedxSbom(request, '0.1.0'));
}
