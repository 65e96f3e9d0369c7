import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { debianImage } from '../../../test/debian-image.ts';
import { scanTarget, scannerStandIn } from '../../../test/make/scanner-stand-in.ts';
import { digestOf } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { readSyftReport } from './syft-report.ts';
import { syft } from './syft.ts';

const [config, manifest, layer] = [digestOf('config'), digestOf('manifest'), digestOf('layer')];

/** What syft 1.57 wrote about a Debian 12 with a program of Go, but for members that nobody reads. */
const recorded = {
  artifacts: [
    {
      id: '9672fb50bf26b2ff',
      name: 'zlib1g',
      version: '1:1.2.13.dfsg-1',
      type: 'deb',
      foundBy: 'dpkg-db-cataloger',
      locations: [
        {
          path: '/var/lib/dpkg/status',
          layerID: layer,
          accessPath: '/var/lib/dpkg/status',
          annotations: { evidence: 'primary' },
        },
      ],
      licenses: [{ value: 'zlib', spdxExpression: 'Zlib', type: 'declared', urls: [], locations: [] }],
      purl: 'pkg:deb/debian/zlib1g@1%3A1.2.13.dfsg-1?arch=amd64&distro=debian-12.5&upstream=zlib',
    },
    {
      id: '002f52386d84be98',
      name: 'example.org/team/gopher',
      version: 'UNKNOWN',
      type: 'go-module',
      locations: [{ path: '/usr/bin/gopher', layerID: layer, accessPath: '/usr/bin/gopher' }],
      licenses: [],
      purl: 'pkg:golang/example.org/team/gopher',
    },
  ],
  source: {
    id: 'x',
    name: '.',
    type: 'image',
    metadata: {
      userInput: '.',
      imageID: config,
      manifestDigest: manifest,
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: layer, size: 1 }],
    },
  },
  distro: { id: 'debian', versionID: '12.5' },
  descriptor: { name: 'syft', version: '1.57.1', configuration: {} },
  schema: { version: '16.1.13' },
};

void suite('readSyftReport()', () => {
  void test('takes packages with their places and licences, and the image they are of', () => {
    const read = readSyftReport(bytesOf(recorded));
    assert.deepEqual(read.is === 'ok' ? read.value : read.reason, {
      version: '1.57.1',
      subject: { config, manifest, diffIds: [layer] },
      packages: [
        {
          name: 'zlib1g',
          version: '1:1.2.13.dfsg-1',
          purl: recorded.artifacts[0]?.purl,
          places: ['/var/lib/dpkg/status'],
          licence: 'Zlib',
        },
        {
          name: 'example.org/team/gopher',
          version: 'UNKNOWN',
          purl: 'pkg:golang/example.org/team/gopher',
          places: ['/usr/bin/gopher'],
          licence: undefined,
        },
      ],
      leftOut: undefined,
    });
  });

  void test('half a document, another format and an image without an identity are no reports', () => {
    const whole = JSON.stringify(recorded);
    const cases: readonly (readonly [Uint8Array, RegExp])[] = [
      [new TextEncoder().encode(whole.slice(0, whole.length / 2)), /is no report of syft/],
      [new Uint8Array(), /is no report of syft/],
      [bytesOf({ bomFormat: 'CycloneDX', components: [] }), /is no report of syft/],
      [bytesOf({ ...recorded, descriptor: { name: 'other' } }), /descriptor.name/],
      [bytesOf({ ...recorded, source: { ...recorded.source, type: 'directory' } }), /source.type/],
      [bytesOf({ ...recorded, source: { type: 'image', metadata: {} } }), /source.metadata.imageID is no digest/],
      [bytesOf({ ...recorded, artifacts: [{ name: 7 }] }), /artifacts.0.name/],
      [bytesOf({ ...recorded, artifacts: undefined }), /artifacts/],
      [
        bytesOf({ ...recorded, artifacts: Array.from({ length: 100_001 }, () => ({ name: 'a' })) }),
        /more than 100000 packages/,
      ],
    ];
    for (const [bytes, reason] of cases) {
      const read = readSyftReport(bytes);
      assert.match(read.is === 'refused' ? read.reason : 'read', reason);
    }
  });

  void test('whatever stands in it, reading it ends with a list or a refusal, at any depth', () => {
    const deep = new TextEncoder().encode(`{"artifacts":${'['.repeat(200_000)}${']'.repeat(200_000)}}`);
    assert.equal(readSyftReport(deep).is, 'refused');
    fc.assert(
      fc.property(fc.constantFrom('artifacts', 'source', 'descriptor'), fc.jsonValue(), (key, value) => {
        readSyftReport(bytesOf({ ...recorded, [key]: value }));
      }),
    );
  });
});

void suite('syft()', () => {
  void test('gets the image as files and nothing else, and says which program it is', async (t) => {
    const image = debianImage();
    // It answers only where it finds the layout in its own folder, no network and a home that is empty.
    const script = `
const index = JSON.parse(fs.readFileSync('index.json', 'utf8'));
const proxies = [process.env.https_proxy, process.env.HTTP_PROXY].join();
if (proxies !== 'http://127.0.0.1:9,http://127.0.0.1:9' || fs.readdirSync(process.env.HOME).length > 0) process.exit(98);
const report = ${JSON.stringify(recorded)};
report.source.metadata.manifestDigest = index.manifests[0].digest;
report.descriptor.version = '[not provided]';
report.artifacts[0].name = argv.join(' ');
process.stdout.write(JSON.stringify(report));`;
    const options = await scannerStandIn(t, 'syft', script, { HTTPS_PROXY: 'http://proxy.example.org' });
    const { tool, subject, packages } = await syft(options).listPackages(scanTarget(image));
    const program = await readFile(join(options.environment['PATH']?.split(':')[0] ?? '', 'syft'));
    assert.deepEqual(tool, {
      name: 'syft',
      version: 'unknown',
      sha256: createHash('sha256').update(program).digest('hex'),
    });
    assert.equal(subject.manifest, image.manifest);
    assert.deepEqual(
      packages.map(({ name }) => name).sort()[1],
      'scan oci-dir:. --quiet --scope squashed --output syft-json',
    );
  });

  void test('that is not there, or not the pinned one, is not run', async (t) => {
    const options = await scannerStandIn(t, 'other', '');
    const target = scanTarget(debianImage());
    await assert.rejects(
      syft({ ...options, environment: { PATH: '/nowhere' } }).listPackages(target),
      (error) => isCutwaterError(error, 'TOOL_MISSING') && /"syft"/.test(error.message),
    );
    const there = await scannerStandIn(t, 'syft', `fs.writeFileSync(__dirname + '/ran', '')`);
    await assert.rejects(syft({ ...there, sha256: '0'.repeat(64) }).listPackages(target), (error) =>
      isCutwaterError(error, 'VERIFICATION_FAILED'),
    );
    assert.deepEqual(await readdir(there.environment['HOME'] ?? ''), ['syft']);
  });
});

function bytesOf(report: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(report));
}
