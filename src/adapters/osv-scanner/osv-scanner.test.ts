import assert from 'node:assert/strict';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { debianImage } from '../../../test/debian-image.ts';
import { makeFolder } from '../../../test/make/folder.ts';
import { scanTarget, scannerStandIn } from '../../../test/make/scanner-stand-in.ts';
import { readEntries } from '../../../test/make/tar-entries.ts';
import { digestOf } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import type { ScanReport } from '../../domain/scan-report.ts';
import { writeLayout } from '../oci-layout/write-layout.ts';
import { writeDockerArchive } from './docker-archive.ts';
import { readOsvReport } from './osv-report.ts';
import { osvScanner } from './osv-scanner.ts';

const layer = digestOf('layer');
const facts = {
  version: '2.6.0',
  database: { is: 'live', service: 'https://api.osv.dev' },
  startedAt: 1,
  finishedAt: 2,
} as const;

const zlib = {
  package: { name: 'zlib', os_package_name: 'zlib1g', version: '1:1.2.13-1', ecosystem: 'Debian:12' },
  vulnerabilities: [
    {
      id: 'DEBIAN-CVE-2026-1',
      affected: [
        affected('zlib', 'Debian:11', []),
        affected('zlib', 'Debian:12', ['1:1.2.13-2']),
        affected('zlib', 'Debian:13', ['1:1.3-1']),
      ],
    },
  ],
  groups: [{ ids: ['DEBIAN-CVE-2026-1'], aliases: ['CVE-2026-1', 'DEBIAN-CVE-2026-1'], max_severity: '9.8' }],
};

/** In the form of pkg/models/results.go and image.go of osv-scanner 2.6. */
const example = {
  results: [
    {
      source: { path: 'var/lib/dpkg/status', type: 'os' },
      packages: [zlib, { package: { ...zlib.package, name: 'base-files' } }],
    },
    { source: { path: 'app/package-lock.json', type: 'lockfile' }, packages: [] },
  ],
  experimental_config: { licenses: { summary: false, allowlist: null } },
  image_metadata: {
    os: 'Debian GNU/Linux 12 (bookworm)',
    layer_metadata: [
      { diff_id: layer, command: 'ADD', is_empty: false, base_image_index: 0 },
      { diff_id: '', command: 'CMD', is_empty: true, base_image_index: 0 },
    ],
    base_images: [[]],
  },
};

void suite('readOsvReport()', () => {
  void test('a group is one finding, mended where the advisory says so for this release of the system', () => {
    const { raw: _, findings, ...rest } = read(example);
    assert.deepEqual(findings, [
      {
        id: 'DEBIAN-CVE-2026-1',
        aliases: ['CVE-2026-1'],
        package: 'zlib1g',
        version: '1:1.2.13-1',
        purl: 'pkg:deb/debian/zlib1g@1%3A1.2.13-1',
        location: 'var/lib/dpkg/status',
        fixedIn: ['1:1.2.13-2'],
        severity: 'critical',
        severitySource: 'cvss',
      },
    ]);
    const { version, ...told } = facts;
    assert.deepEqual(rest, {
      scanner: { name: 'osv-scanner', version },
      ...told,
      subject: { config: undefined, diffIds: [layer] },
      system: { name: 'Debian GNU/Linux 12 (bookworm)', version: '', endOfLife: undefined },
      packages: 2,
      systemPackages: 2,
      filters: 'none',
      replayed: false,
    });
  });

  void test('where no advisory names the package, whatever mends counts, so that "not mended" excuses nothing too much', () => {
    const other = {
      ...zlib,
      vulnerabilities: [{ id: 'DEBIAN-CVE-2026-1', affected: [affected('other', 'npm', ['3'])] }],
    };
    assert.deepEqual(read(withPackage(other)).findings[0]?.fixedIn, ['3']);
  });

  for (const [score, word, severity] of [
    ['9.0', 'LOW', 'critical'],
    ['8.9', undefined, 'high'],
    ['4.0', undefined, 'medium'],
    ['0.1', undefined, 'low'],
    ['0.0', undefined, 'negligible'],
    ['', 'MODERATE', 'medium'],
    ['', undefined, 'unknown'],
    ['high', undefined, 'unknown'],
  ] as const)
    void test(`a score of "${score}" and the word ${word ?? 'of nobody'} are ${severity}`, () => {
      const rated = {
        ...zlib,
        vulnerabilities: [
          { id: 'DEBIAN-CVE-2026-1', database_specific: word === undefined ? null : { severity: word } },
        ],
        groups: [{ ids: ['DEBIAN-CVE-2026-1'], aliases: null, max_severity: score }],
      };
      assert.equal(read(withPackage(rated)).findings[0]?.severity, severity);
    });

  for (const [what, report, reason] of [
    ['that is none', {}, /is no report of osv-scanner: results/],
    ['with a vulnerability in no group', withPackage({ ...zlib, groups: [] }), /vulnerability of zlib in no group/],
    [
      'about layers without digests',
      { ...example, image_metadata: { os: '', layer_metadata: [{ diff_id: 'x', is_empty: false }] } },
      /"diff_id" that is no digest/,
    ],
  ] as const)
    void test(`a report ${what} is refused, never clean`, () => {
      const parsed = readOsvReport(new TextEncoder().encode(JSON.stringify(report)), facts);
      assert.ok(parsed.is === 'refused');
      assert.match(parsed.reason, reason);
    });
});

void suite('osvScanner()', () => {
  const writes = (report: unknown, exitCode: number): string => `
    if (argv[0] === '--version') { console.log('osv-scanner version: 2.6.0\\ncommit: n/a'); process.exit(0); }
    if (!fs.existsSync(argv.at(-1)) || argv.at(-2) !== '--') process.exit(98);
    if (!['--all-packages', '--all-vulns'].every((word) => argv.includes(word))) process.exit(97);
    const output = argv.find((word) => word.startsWith('--output-file=')).slice('--output-file='.length);
    const report = ${JSON.stringify(report)};
    report.results[0].source.path = argv.includes('--offline') ? 'offline' : 'online';
    fs.writeFileSync(output, JSON.stringify(report));
    process.exit(${exitCode});`;

  void test('what it finds is no failure of its own, and it asks the service unless there are databases here', async (t) => {
    for (const exitCode of [0, 1]) {
      const options = await scannerStandIn(t, 'osv-scanner', writes(example, exitCode));
      const report = await osvScanner(options).scan(scanTarget(debianImage()));
      assert.deepEqual(report.database, { is: 'live', service: 'https://api.osv.dev' });
      assert.deepEqual([report.scanner.version, report.findings[0]?.location], ['2.6.0', 'online']);
    }
  });

  void test('databases in a folder are as old as the oldest of them; a folder without any is of unknown age', async (t) => {
    const folder = await makeFolder(t);
    const environment = { OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY: folder };
    const options = await scannerStandIn(t, 'osv-scanner', writes(example, 1), environment);
    const scan = () => osvScanner(options).scan(scanTarget(debianImage()));
    assert.deepEqual((await scan()).database, { is: 'unknown' });
    for (const [root, ecosystem, time] of [
      ['osv-scalibr', 'Debian', 1_700_000_000],
      ['osv-scanner', 'npm', 1_800_000_000],
    ] as const) {
      const place = join(folder, root, ecosystem);
      await mkdir(place, { recursive: true });
      await writeFile(join(place, 'all.zip'), '');
      await utimes(join(place, 'all.zip'), time, time);
    }
    const report = await scan();
    assert.deepEqual(report.database, { is: 'dated', updatedAt: 1_700_000_000, version: undefined });
    assert.equal(report.findings[0]?.location, 'offline');
  });

  void test('an image in which it recognises nothing is told as that', async (t) => {
    const image = debianImage();
    const options = await scannerStandIn(t, 'osv-scanner', 'process.exit(128)');
    const report = await osvScanner(options).scan(scanTarget(image));
    assert.deepEqual([report.packages, report.system, report.findings], [0, undefined, []]);
    assert.equal(report.subject.diffIds?.length, 2);
  });

  for (const exitCode of [127, 129, 130])
    void test(`exit code ${exitCode} is a broken scan, even with a clean report`, async (t) => {
      const options = await scannerStandIn(
        t,
        'osv-scanner',
        writes({ ...example, results: [{ ...example.results[1] }] }, exitCode),
      );
      await assert.rejects(osvScanner(options).scan(scanTarget(debianImage())), (error) => {
        assert.ok(isCutwaterError(error, 'SCAN_BROKEN'), String(error));
        return true;
      });
    });
});

void test('writeDockerArchive() writes a tar whose manifest names each blob in it, with the bytes of the registry', async (t) => {
  const image = debianImage();
  const target = scanTarget(image);
  const layout = join(await makeFolder(t), 'new');
  const content = await writeLayout(target.repository, target.manifest, layout);
  const file = await writeDockerArchive(target, layout);
  const entries = await readEntries(file);
  const [named]: readonly { Config: string; Layers: readonly string[] }[] = JSON.parse(
    entries.get('manifest.json')?.toString() ?? '',
  );
  assert.equal(named?.Config, `blobs/${content.config.replace(':', '/')}`);
  assert.deepEqual([...entries.keys()], ['manifest.json', named.Config, ...named.Layers]);
  for (const path of named.Layers)
    assert.equal(digestOf(entries.get(path) ?? ''), `sha256:${path.split('/').at(-1) ?? ''}`);
});

function affected(name: string, ecosystem: string, fixes: readonly string[]) {
  const events = [{ introduced: '0' }, ...fixes.map((fixed) => ({ fixed }))];
  return { package: { name, ecosystem }, ranges: [{ type: 'ECOSYSTEM', events }] };
}

function withPackage(one: unknown) {
  return { ...example, results: [{ source: { path: 'x', type: 'os' }, packages: [one] }] };
}

function read(report: unknown): ScanReport {
  const parsed = readOsvReport(new TextEncoder().encode(JSON.stringify(report)), facts);
  assert.ok(parsed.is === 'ok', parsed.is === 'refused' ? parsed.reason : '');
  return parsed.value;
}
