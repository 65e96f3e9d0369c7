import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseOpenVex } from '../../documents/openvex.ts';
import { digestOf } from '../../domain/digest.ts';
import type { ScanFinding, ScanReport } from '../../domain/scan-report.ts';
import { severities } from '../../domain/scan-report.ts';
import type { ScanPolicy } from '../../policy/scan-schema.ts';
import { scanSchema } from '../../policy/scan-schema.ts';
import type { ScanFacts, ScanJudgement } from './judge-scan.ts';
import { judgeScan } from './judge-scan.ts';
import type { SbomFacts } from './sbom-facts.ts';

const now = Date.parse('2026-11-26T12:00:00Z') / 1000;
const image = {
  purl: 'pkg:oci/app@sha256%3Aaa?arch=amd64&repository_url=host.example%2Facme%2Fapp',
  config: digestOf('config'),
  diffIds: [digestOf('one'), digestOf('two')],
};

const noSbom: SbomFacts = { components: 0, systemPackages: 0, rpm: false };

suite('judgeScan()', () => {
  void test('stops at the severity the policy names and above, and at what nobody has rated', () => {
    for (const severity of severities) {
      const judgement = judge({ findings: [finding({ severity })] }, { failOn: 'high' });
      const stops = ['high', 'critical', 'unknown'].includes(severity);
      assert.equal(judgement.is, stops ? 'failed' : 'passed', severity);
    }
    assert.equal(judge({ findings: [finding({ severity: 'unknown' })] }, { unknownSeverity: 'ignore' }).is, 'passed');
  });

  void test('an exception holds to the end of its last day, for its package only, and under any name of the vulnerability', () => {
    const until = now + 60;
    const exception = { id: 'CVE-2026-1', package: 'openssl', reason: 'not reachable', until };
    const found = finding({ id: 'GHSA-aaaa', aliases: ['cve-2026-1'], package: 'openssl' });
    const passed = judge({ findings: [found] }, { exceptions: [exception] });
    assert.ok(passed.is === 'passed');
    assert.deepEqual(passed.excused, [{ finding: found, by: 'exception', reason: 'not reachable', until }]);
    const ended = judge({ findings: [found] }, { exceptions: [{ ...exception, until: now - 1 }] });
    assert.ok(ended.is === 'failed');
    assert.deepEqual(ended.remarks, ['the exception for CVE-2026-1 ended on 2026-11-26']);
    assert.equal(
      judge({ findings: [finding({ package: 'zlib', id: 'CVE-2026-1' })] }, { exceptions: [exception] }).is,
      'failed',
    );
  });

  void test('an exception that excuses nothing is told', () => {
    const exceptions = [{ id: 'CVE-2026-1', reason: 'old', until: now + 1, package: undefined }];
    const judgement = judge({ findings: [] }, { exceptions });
    assert.ok(judgement.is === 'passed');
    assert.deepEqual(judgement.remarks, ['the exception for CVE-2026-1 excuses nothing here; take it out']);
  });

  void test('what nobody has mended may be ignored, and is still listed', () => {
    const judgement = judge({ findings: [finding({ fixedIn: [] })] }, { ignoreUnfixed: true });
    assert.ok(judgement.is === 'passed');
    assert.equal(judgement.excused.at(0)?.by, 'unfixed');
    assert.equal(judge({ findings: [finding({ fixedIn: ['2'] })] }, { ignoreUnfixed: true }).is, 'failed');
  });

  const unusable: readonly { readonly what: string; readonly report: Partial<ScanReport>; readonly reason: RegExp }[] =
    [
      {
        what: 'another image',
        report: { subject: { config: digestOf('x'), diffIds: undefined } },
        reason: /is about an image/,
      },
      {
        what: 'other layers',
        report: { subject: { config: undefined, diffIds: [digestOf('two')] } },
        reason: /other layers/,
      },
      {
        what: 'an image it does not name',
        report: { subject: { config: undefined, diffIds: undefined } },
        reason: /does not say which image/,
      },
      { what: 'a time nobody knows', report: { database: { is: 'unknown' } }, reason: /does not say how old/ },
      { what: 'nothing at all', report: { packages: 0 }, reason: /no package at all/ },
      {
        what: 'an old database',
        report: { database: { is: 'dated', updatedAt: now - 49 * 3600, version: '2' } },
        reason: /is 49 hours old, at most 48 hours are allowed/,
      },
      {
        what: 'a database from the future',
        report: { database: { is: 'dated', updatedAt: now + 7200, version: '2' } },
        reason: /from the future/,
      },
    ];
  for (const { what, report, reason } of unusable)
    void test(`a report about ${what} is no report, however clean`, () => {
      const judgement = judge(report);
      assert.ok(judgement.is === 'unusable', judgement.is);
      assert.match(judgement.reason, reason);
    });

  void test('an image in which nothing is recognised passes only where the policy allows it or our own SBOM saw something', () => {
    const allowed = judge({ packages: 0 }, { nothingFound: 'allow' });
    assert.ok(allowed.is === 'passed');
    assert.match(allowed.remarks.join(), /nothing was looked at; nothingFound: allow lets it pass/);
    assert.equal(judge({ packages: undefined }, {}, { sbom: { ...noSbom, components: 3 } }).is, 'passed');
    assert.equal(judge({ packages: undefined }, {}, { sbom: noSbom }).is, 'unusable');
  });

  const blind: readonly {
    readonly what: string;
    readonly report: Partial<ScanReport>;
    readonly sbom: Partial<SbomFacts>;
  }[] = [
    { what: 'no system, and our SBOM has its packages', report: { system: undefined }, sbom: { systemPackages: 12 } },
    { what: 'no package of the system', report: { packages: 3, systemPackages: 0 }, sbom: { systemPackages: 12 } },
    { what: 'no system, and there is a database of rpm', report: { system: undefined }, sbom: { rpm: true } },
  ];
  for (const { what, report, sbom } of blind)
    void test(`a scanner that saw ${what}, saw too little; a policy that allows it is told so`, () => {
      const facts = { sbom: { ...noSbom, components: 20, ...sbom } };
      const judgement = judge(report, {}, facts);
      assert.ok(judgement.is === 'unusable', judgement.is);
      assert.match(judgement.reason, /^it (?:recognised no operating system|saw no package of debian 12), and /);
      const allowed = judge(report, { nothingFound: 'allow' }, facts);
      assert.ok(allowed.is === 'passed');
      assert.deepEqual(allowed.remarks, [`${judgement.reason}; nothingFound: allow lets it pass`]);
    });

  void test('an image without packages of a system needs no system in the report, and a scanner may not count them', () => {
    assert.equal(
      judge({ system: undefined, systemPackages: 0 }, {}, { sbom: { ...noSbom, components: 9 } }).is,
      'passed',
    );
    const uncounted = { packages: undefined, systemPackages: undefined };
    assert.equal(judge(uncounted, {}, { sbom: { ...noSbom, components: 9, systemPackages: 9 } }).is, 'passed');
  });

  void test('an operating system without updates stops the release unless the policy ignores it', () => {
    const system = { name: 'debian', version: '9', endOfLife: true };
    const judgement = judge({ system });
    assert.ok(judgement.is === 'failed');
    assert.deepEqual(judgement.reasons, ['debian 9 gets no security updates any more']);
    assert.equal(judge({ system }, { endOfLife: 'ignore' }).is, 'passed');
    const unsaid = judge({ system: { name: 'Debian GNU/Linux 9', version: '', endOfLife: undefined } });
    assert.ok(unsaid.is === 'passed');
    assert.deepEqual(unsaid.remarks, ['trivy does not say whether Debian GNU/Linux 9 still gets security updates']);
  });

  void test('the worst stands first, and what nobody has rated before all', () => {
    const findings = (['high', 'unknown', 'critical'] as const).map((severity) => finding({ severity, id: severity }));
    const judgement = judge({ findings });
    assert.ok(judgement.is === 'failed');
    assert.deepEqual(
      judgement.blocking.map(({ id }) => id),
      ['unknown', 'critical', 'high'],
    );
  });

  void test('a recorded report says so', () => {
    const judgement = judge({ replayed: true });
    assert.ok(judgement.is === 'passed');
    assert.deepEqual(judgement.remarks, ['no scanner ran: a recorded report was read']);
    const untold = judge({ replayed: true, filters: 'untold' });
    assert.ok(untold.is === 'passed');
    assert.match(untold.remarks.join(), /does not say what it leaves out/);
  });
});

suite('OpenVEX', () => {
  const affecting = finding({ id: 'CVE-2026-7', purl: 'pkg:deb/debian/zlib1g@1.2.13?arch=amd64&distro=debian-12' });

  const cases: readonly { readonly what: string; readonly products: unknown; readonly passes: boolean }[] = [
    { what: 'the package', products: [{ '@id': 'pkg:deb/debian/zlib1g' }], passes: true },
    { what: 'the package in this version', products: [{ '@id': 'pkg:deb/debian/zlib1g@1.2.13' }], passes: true },
    { what: 'the package in another version', products: [{ '@id': 'pkg:deb/debian/zlib1g@1.3' }], passes: false },
    { what: 'another package', products: [{ '@id': 'pkg:deb/debian/zlib1g-dev' }], passes: false },
    {
      what: 'the package of this distribution for this machine, however its upstream is named',
      products: [{ '@id': 'pkg:deb/debian/zlib1g?upstream=zlib&distro=debian-12&arch=amd64' }],
      passes: true,
    },
    ...['distro=debian-11', 'arch=arm64', 'repository_url=mirror.example'].map((qualifier) => ({
      what: `the package with ${qualifier}`,
      products: [{ '@id': `pkg:deb/debian/zlib1g@1.2.13?${qualifier}` }],
      passes: false,
    })),
    {
      what: 'the image of this repository and machine',
      products: [{ '@id': 'pkg:oci/app?repository_url=host.example/acme/app&arch=amd64' }],
      passes: true,
    },
    {
      what: 'an image of the same name from another repository',
      products: [{ '@id': 'pkg:oci/app?repository_url=host.example/other/app' }],
      passes: false,
    },
    {
      what: 'the image for another machine',
      products: [{ '@id': 'pkg:oci/app?arch=arm64' }],
      passes: false,
    },
    { what: 'the image', products: [{ '@id': 'pkg:oci/app' }], passes: true },
    { what: 'another image', products: [{ '@id': 'pkg:oci/app2' }], passes: false },
    {
      what: 'the package in the image',
      products: [{ '@id': 'pkg:oci/app', subcomponents: [{ '@id': 'pkg:deb/debian/zlib1g' }] }],
      passes: true,
    },
    {
      what: 'another package in the image',
      products: [{ '@id': 'pkg:oci/app', subcomponents: [{ '@id': 'pkg:deb/debian/openssl' }] }],
      passes: false,
    },
  ];
  for (const { what, products, passes } of cases)
    void test(`"not_affected" about ${what} ${passes ? 'excuses' : 'does not excuse'} the finding`, () => {
      const vex = readVex([
        {
          vulnerability: { name: 'cve-2026-7' },
          products,
          status: 'not_affected',
          justification: 'component_not_present',
        },
      ]);
      assert.equal(judge({ findings: [affecting] }, {}, { vex }).is, passes ? 'passed' : 'failed');
    });

  void test('what one statement calls affected is not excused by another', () => {
    const products = [{ '@id': 'pkg:deb/debian/zlib1g' }];
    const vex = readVex([
      { vulnerability: 'CVE-2026-7', products, status: 'not_affected', impact_statement: 'no path' },
      { vulnerability: 'CVE-2026-7', products, status: 'affected' },
    ]);
    assert.equal(judge({ findings: [affecting] }, {}, { vex }).is, 'failed');
  });

  for (const [what, text, reason] of [
    ['no context', { statements: [] }, /no "@context"/],
    ['another format', { '@context': 'https://example.org', statements: [] }, /no "@context"/],
    [
      'a status nobody knows',
      vexDocument([{ vulnerability: 'A-1', products: [{ '@id': 'x' }], status: 'fine' }]),
      /status "fine"/,
    ],
    ['no product', vexDocument([{ vulnerability: 'A-1', status: 'fixed' }]), /names no product/],
    ['no vulnerability', vexDocument([{ products: [{ '@id': 'x' }], status: 'fixed' }]), /names no vulnerability/],
    [
      'no reason',
      vexDocument([{ vulnerability: 'A-1', products: [{ '@id': 'x' }], status: 'not_affected' }]),
      /without "justification"/,
    ],
  ] as const)
    void test(`a document with ${what} is refused whole`, () => {
      const parsed = parseOpenVex(JSON.stringify(text));
      assert.ok(parsed.is === 'refused');
      assert.match(parsed.reason, reason);
    });
});

function judge(
  report: Partial<ScanReport>,
  policy: Partial<ScanPolicy> = {},
  more: Partial<ScanFacts> = {},
): ScanJudgement {
  const whole: ScanReport = {
    scanner: { name: 'trivy', version: '0.74.0' },
    database: { is: 'dated', updatedAt: now - 3600, version: '2' },
    subject: { config: image.config, diffIds: image.diffIds },
    system: { name: 'debian', version: '12', endOfLife: false },
    packages: 90,
    systemPackages: 90,
    filters: 'none',
    findings: [],
    replayed: false,
    startedAt: now - 60,
    finishedAt: now,
    raw: digestOf('report'),
    ...report,
  };
  return judgeScan({
    policy: { ...scanSchema.schema.parse({}), ...policy },
    report: whole,
    image,
    vex: [],
    sbom: noSbom,
    now,
    ...more,
  });
}

function finding(given: Partial<ScanFinding>): ScanFinding {
  return {
    id: 'CVE-2026-1',
    aliases: [],
    package: 'openssl',
    version: '3.0.1',
    purl: undefined,
    location: undefined,
    fixedIn: ['3.0.2'],
    severity: 'high',
    severitySource: 'nvd',
    ...given,
  };
}

function readVex(statements: readonly unknown[]): ScanFacts['vex'] {
  const parsed = parseOpenVex(JSON.stringify(vexDocument(statements)));
  assert.ok(parsed.is === 'ok', parsed.is === 'refused' ? parsed.reason : '');
  return parsed.value;
}

function vexDocument(statements: readonly unknown[]): unknown {
  return { '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'urn:vex', author: 'us', version: 1, statements };
}
