import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { debianImage } from '../../../test/debian-image.ts';
import { scanTarget, scannerStandIn } from '../../../test/make/scanner-stand-in.ts';
import { digestOf } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { readTrivyPackages } from './trivy-packages.ts';
import { trivySbom } from './trivy-sbom.ts';

const [config, layer] = [digestOf('config'), digestOf('layer')];

/** What trivy 0.74 wrote about a Debian 12 with npm packages and a program of Go, but for members that nobody reads. */
const recorded = {
  SchemaVersion: 2,
  Trivy: { Version: '0.74.0' },
  ReportID: '01a2180d-72a7-75d1-a02e-d2f0276065a5',
  CreatedAt: '2026-11-26T13:31:04.231383613Z',
  ArtifactName: '.',
  ArtifactType: 'container_image',
  Metadata: { OS: { Family: 'debian', Name: '12.5' }, ImageID: config, DiffIDs: [layer] },
  Results: [
    {
      Target: '. (debian 12.5)',
      Class: 'os-pkgs',
      Type: 'debian',
      Packages: [
        {
          ID: 'zlib1g@1:1.2.13.dfsg-1',
          Name: 'zlib1g',
          Identifier: { PURL: 'pkg:deb/debian/zlib1g@1.2.13.dfsg-1?arch=amd64&distro=debian-12.5&epoch=1', UID: '6' },
          Version: '1.2.13.dfsg',
          Release: '1',
          Epoch: 1,
          Arch: 'amd64',
          AnalyzedBy: 'dpkg',
        },
      ],
    },
    {
      Target: 'Node.js',
      Class: 'lang-pkgs',
      Type: 'node-pkg',
      Packages: [
        {
          ID: '@s/b@1.0.0',
          Name: '@s/b',
          Identifier: { PURL: 'pkg:npm/%40s/b@1.0.0', UID: 'f' },
          Version: '1.0.0',
          Licenses: ['MIT'],
          FilePath: 'app/node_modules/@s/b/package.json',
        },
      ],
    },
    {
      Target: 'usr/bin/gopher',
      Class: 'lang-pkgs',
      Type: 'gobinary',
      Packages: [{ ID: './greeting', Name: './greeting', Identifier: { UID: '4' } }],
    },
    { Target: 'OS Packages', Class: 'license' },
  ],
};

void suite('readTrivyPackages()', () => {
  void test('puts versions together and takes places from packages or from what their result is about', () => {
    const read = readTrivyPackages(bytesOf(recorded));
    assert.deepEqual(read.is === 'ok' ? read.value : read.reason, {
      version: '0.74.0',
      subject: { config, diffIds: [layer], manifest: undefined },
      packages: [
        { name: './greeting', version: '', purl: undefined, places: ['/usr/bin/gopher'], licence: undefined },
        {
          name: 'zlib1g',
          version: '1:1.2.13.dfsg-1',
          purl: 'pkg:deb/debian/zlib1g@1.2.13.dfsg-1?arch=amd64&distro=debian-12.5&epoch=1',
          // Trivy does not say where it saw packages of the system.
          places: ['/'],
          licence: undefined,
        },
        {
          name: '@s/b',
          version: '1.0.0',
          purl: 'pkg:npm/%40s/b@1.0.0',
          places: ['/app/node_modules/@s/b/package.json'],
          licence: 'MIT',
        },
      ].sort((left, right) => (JSON.stringify([left.purl ?? '']) < JSON.stringify([right.purl ?? '']) ? -1 : 1)),
      leftOut: undefined,
    });
  });

  void test('is refused where the report is another one, cut off, or does not say which image it is of', () => {
    const { Metadata, ...without } = recorded;
    const cases: readonly (readonly [Uint8Array, RegExp])[] = [
      [bytesOf(recorded).subarray(0, 600), /is no report of trivy/],
      [bytesOf({ ...recorded, SchemaVersion: 3 }), /SchemaVersion/],
      [bytesOf(without), /Metadata/],
      [bytesOf({ ...recorded, Metadata: { ...Metadata, ImageID: 'latest' } }), /Metadata.ImageID is no digest/],
      [bytesOf({ ...recorded, Results: [{ Packages: [{ Version: '1' }] }] }), /Results.0.Packages.0.Name/],
    ];
    for (const [bytes, reason] of cases) {
      const read = readTrivyPackages(bytes);
      assert.match(read.is === 'refused' ? read.reason : 'read', reason);
    }
  });
});

void suite('trivySbom()', () => {
  void test('lists every package of the layout without a database, a network or a secret', async (t) => {
    const script = `
if (argv.includes('--help')) { console.log('      --disable-telemetry   x'); process.exit(0); }
const wanted = ['--list-all-pkgs', '--offline-scan', '--skip-db-update', '--skip-java-db-update', '--disable-telemetry'];
if (!wanted.every((word) => argv.includes(word)) || argv.includes('--skip-version-check')) process.exit(98);
// What another run remembers of a layer is not what is in it.
if (!process.env.TRIVY_CACHE_DIR.startsWith(process.env.HOME + '/')) process.exit(96);
if (!fs.existsSync('oci-layout') || process.env.HTTPS_PROXY !== 'http://127.0.0.1:9') process.exit(97);
process.stdout.write(JSON.stringify(${JSON.stringify(recorded)}));`;
    const options = await scannerStandIn(t, 'trivy', script, { TRIVY_CACHE_DIR: '/var/cache/trivy' });
    const { tool, packages, unread } = await trivySbom(options).listPackages(scanTarget(debianImage()));
    assert.deepEqual([tool.name, tool.version, packages.length], ['trivy', '0.74.0', 3]);
    assert.deepEqual(unread, ['Java archives']);
  });

  void test('that fails is broken with what it said', async (t) => {
    const script = `console.error('FATAL init error'); process.exit(1)`;
    await assert.rejects(
      trivySbom(await scannerStandIn(t, 'trivy', script)).listPackages(scanTarget(debianImage())),
      (error) => isCutwaterError(error, 'SBOM_BROKEN') && /FATAL init error/.test(error.details.join('\n')),
    );
  });
});

function bytesOf(report: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(report));
}
