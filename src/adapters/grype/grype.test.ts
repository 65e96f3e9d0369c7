import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { debianImage } from '../../../test/debian-image.ts';
import { scanTarget, scannerStandIn } from '../../../test/make/scanner-stand-in.ts';
import { digestOf } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import type { ScanReport } from '../../domain/scan-report.ts';
import { readGrypeReport } from './grype-report.ts';
import { grype } from './grype.ts';

const config = digestOf('config');
const times = { startedAt: 1, finishedAt: 2 };

/** What grype 0.121 wrote about an image with one package of Debian 12, by a database with one advisory for it. */
const recorded = {
  matches: [
    {
      vulnerability: {
        id: 'CVE-2026-1001',
        dataSource: '',
        namespace: 'debian:distro:debian:12',
        severity: 'Critical',
        urls: [],
        cvss: [],
        fix: { versions: ['1:1.2.13.dfsg-2'], state: 'fixed' },
        advisories: [],
        risk: 0,
      },
      relatedVulnerabilities: [{ id: 'CVE-2026-1001', dataSource: 'nvd', namespace: 'nvd:cpe', severity: 'Unknown' }],
      matchDetails: [{ type: 'exact-indirect-match', matcher: 'dpkg-matcher' }],
      artifact: {
        id: 'b98675e5c05b0121',
        name: 'zlib1g',
        version: '1:1.2.13.dfsg-1',
        type: 'deb',
        locations: [{ path: '/var/lib/dpkg/status', accessPath: '/var/lib/dpkg/status' }],
        purl: 'pkg:deb/debian/zlib1g@1%3A1.2.13.dfsg-1?arch=amd64&distro=debian-12.5&upstream=zlib',
        upstreams: [{ name: 'zlib' }],
      },
    },
  ],
  source: { type: 'image', target: { userInput: '/scan-1', imageID: config, manifestDigest: digestOf('manifest') } },
  distro: { name: 'debian', version: '12.5', idLike: [] },
  descriptor: {
    name: 'grype',
    version: '0.121.3',
    configuration: { ignore: null, alerts: { 'enable-eol-distro-warnings': true } },
    db: { status: { schemaVersion: 'v6.1.10', built: '2026-11-26T08:00:00Z', valid: true }, providers: {} },
    timestamp: '2026-11-26T10:56:34.690739335Z',
  },
};
const seen = {
  bomFormat: 'CycloneDX',
  components: [
    { type: 'library', name: 'zlib1g', purl: recorded.matches[0]?.artifact.purl },
    { type: 'library', name: 'app', purl: 'pkg:npm/app@1.0.0' },
    { type: 'operating-system', name: 'debian' },
    { type: 'file', name: '/var/lib/dpkg/status' },
  ],
};

void suite('readGrypeReport()', () => {
  void test('takes findings, system, database and image out of one report, and what was looked at out of the other', () => {
    const report = read(recorded);
    const { raw, ...rest } = report;
    assert.equal(raw, digestOf(JSON.stringify(recorded)));
    assert.deepEqual(rest, {
      scanner: { name: 'grype', version: '0.121.3' },
      database: { is: 'dated', updatedAt: Date.parse('2026-11-26T08:00:00Z') / 1000, version: 'v6.1.10' },
      startedAt: 1,
      finishedAt: 2,
      subject: { config, diffIds: undefined },
      system: { name: 'debian', version: '12.5', endOfLife: false },
      packages: 2,
      systemPackages: 1,
      findings: [
        {
          id: 'CVE-2026-1001',
          aliases: [],
          package: 'zlib1g',
          version: '1:1.2.13.dfsg-1',
          purl: 'pkg:deb/debian/zlib1g@1%3A1.2.13.dfsg-1?arch=amd64&distro=debian-12.5&upstream=zlib',
          location: '/var/lib/dpkg/status',
          fixedIn: ['1:1.2.13.dfsg-2'],
          severity: 'critical',
          severitySource: 'debian',
        },
      ],
      filters: 'none',
      replayed: false,
    });
  });

  void test('an advisory has the other names of its vulnerability, and a severity nobody knows is unknown', () => {
    const [match] = recorded.matches;
    const vulnerability = {
      ...match?.vulnerability,
      id: 'GHSA-aaaa',
      severity: 'Terrible',
      namespace: 'github:language:go',
    };
    const [finding] = read({ ...recorded, matches: [{ ...match, vulnerability }] }).findings;
    assert.deepEqual(
      [finding?.aliases, finding?.severity, finding?.severitySource],
      [['CVE-2026-1001'], 'unknown', 'github'],
    );
  });

  void test('a system at its end is one, and versions that tell no such thing do not say', () => {
    const ended = { ...recorded, alertsByPackage: [{ package: {}, alerts: [{ type: 'distro-eol', message: '' }] }] };
    assert.equal(read(ended).system?.endOfLife, true);
    const { configuration: _, ...old } = recorded.descriptor;
    assert.equal(read({ ...recorded, descriptor: old }).system?.endOfLife, undefined);
    assert.equal(read({ ...recorded, distro: { name: '', version: '', idLike: null } }).system, undefined);
  });

  void test('the database of older versions is read too, and one without a date is of unknown age', () => {
    const at = (db: unknown) => read({ ...recorded, descriptor: { ...recorded.descriptor, db } }).database;
    assert.deepEqual(at({ built: '2026-11-26T08:00:00Z', schemaVersion: 5 }), {
      is: 'dated',
      updatedAt: Date.parse('2026-11-26T08:00:00Z') / 1000,
      version: '5',
    });
    assert.deepEqual(at(undefined), { is: 'unknown' });
    assert.deepEqual(at({ status: { built: 'soon' } }), { is: 'unknown' });
  });

  for (const [what, json, cyclonedx] of [
    ['nothing', undefined, seen],
    ['of another program', { ...recorded, descriptor: { ...recorded.descriptor, name: 'other' } }, seen],
    ['about no image', { ...recorded, source: { type: 'directory', target: '/' } }, seen],
    ['about an image without a digest', { ...recorded, source: { target: { imageID: 'app:1' } } }, seen],
    ['without the list of what was seen', recorded, undefined],
    ['with matches that are none', { ...recorded, matches: [{}] }, seen],
  ] as const)
    void test(`a report ${what} is refused, never clean`, () => {
      assert.equal(parse(json, cyclonedx).is, 'refused');
    });
});

void suite('grype()', () => {
  void test('runs without a secret, with the age of the database left to the policy, and reads what it wrote', async (t) => {
    const script = `
      const to = (kind) => argv.find((word) => word.startsWith(kind + '=')).slice(kind.length + 1);
      const env = process.env;
      if (env.GRYPE_DB_VALIDATE_AGE !== 'false' || env.GRYPE_MATCH_UPSTREAM_KERNEL_HEADERS !== 'true') process.exit(98);
      if (!env.GRYPE_DB_CACHE_DIR.endsWith('/.cache/grype/db')) process.exit(97);
      const layout = argv[0].slice('oci-dir:'.length);
      const blob = (digest) => JSON.parse(fs.readFileSync(layout + '/blobs/sha256/' + digest.slice(7), 'utf8'));
      const [image] = JSON.parse(fs.readFileSync(layout + '/index.json', 'utf8')).manifests;
      const report = ${JSON.stringify(recorded)};
      report.source.target.imageID = blob(image.digest).config.digest;
      fs.writeFileSync(to('json'), JSON.stringify(report));
      fs.writeFileSync(to('cyclonedx-json'), JSON.stringify(${JSON.stringify(seen)}));`;
    const report = await grype(await scannerStandIn(t, 'grype', script)).scan(scanTarget(debianImage()));
    assert.equal(report.findings.length, 1);
    assert.notEqual(report.subject.config, config);
  });

  for (const [what, script, message] of [
    ['fails', `console.error('failed to load vulnerability db'); process.exit(1)`, /"grype" ended with exit code 1/],
    ['writes nothing', '', /is no report of grype/],
  ] as const)
    void test(`a program that ${what} is a broken scan`, async (t) => {
      const options = await scannerStandIn(t, 'grype', script);
      await assert.rejects(grype(options).scan(scanTarget(debianImage())), (error) => {
        assert.ok(isCutwaterError(error, 'SCAN_BROKEN'), String(error));
        assert.match(error.message, message);
        return true;
      });
    });
});

function parse(json: unknown, cyclonedx: unknown) {
  const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value) ?? '');
  return readGrypeReport({ json: bytes(json), cyclonedx: bytes(cyclonedx) }, times);
}

function read(json: unknown): ScanReport {
  const parsed = parse(json, seen);
  assert.ok(parsed.is === 'ok', parsed.is === 'refused' ? parsed.reason : '');
  return parsed.value;
}
