import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { debianImage } from '../../../test/debian-image.ts';
import { scanTarget, scannerStandIn } from '../../../test/make/scanner-stand-in.ts';
import type { ScanReport } from '../../domain/scan-report.ts';
import { readTrivyReport } from './trivy-report.ts';
import { trivy, trivyArguments } from './trivy.ts';

const database = { is: 'unknown' } as const;
const run = { kind: 'run', version: '0.74.0', database, startedAt: 1, finishedAt: 2 } as const;

test('packages of the operating system are counted apart from those of languages', () => {
  const report = read([
    { Target: 'debian', Class: 'os-pkgs', Packages: [{ Name: 'a' }, { Name: 'b' }] },
    { Target: 'app', Class: 'lang-pkgs', Packages: [{ Name: 'c' }] },
  ]);
  deepEqual([report.packages, report.systemPackages], [3, 2]);
  const unlisted = read([{ Class: 'os-pkgs', Vulnerabilities: [finding('CVE-2026-1'), finding('CVE-2026-2')] }]);
  equal(unlisted.systemPackages, 1, 'a package with a finding was seen, listed or not');
});

test('a report from which trivy itself was told to take findings out is refused', () => {
  const hidden = { Type: 'vulnerability', Status: 'ignored', Source: '.trivyignore', Finding: finding('CVE-2026-1') };
  const parsed = parse([{ Class: 'os-pkgs', ExperimentalModifiedFindings: [hidden] }], { kind: 'replay' });
  ok(parsed.is === 'refused');
  match(parsed.reason, /ExperimentalModifiedFindings/);
  equal(parse([{ Class: 'os-pkgs', ExperimentalModifiedFindings: [] }], run).is, 'ok');
});

test('of a report made elsewhere nobody knows what it leaves out', () => {
  const replayed = parse([], { kind: 'replay' });
  equal(replayed.is === 'ok' && replayed.value.filters, 'untold');
  equal(read([]).filters, 'none');
});

test('trivy is given as long as it may take, since its own limit is five minutes', () => {
  const words = trivyArguments({ file: '/f', flags: new Set(), timeoutSeconds: 1800 });
  equal(words[words.indexOf('--timeout') + 1], '1800s');
});

test('an image is looked at in whatever folder it lies, and the settings of the user for trivy are not', async (t) => {
  const report = { SchemaVersion: 2, Metadata: { OS: { Family: 'debian', Name: '12' } } };
  const script = `
    if (argv[0] !== 'image' || argv.includes('--help')) process.exit(0);
    if (argv[argv.indexOf('--input') + 1] !== '.' || !fs.existsSync('index.json')) process.exit(98);
    if (fs.existsSync('trivy.yaml') || fs.readdirSync(process.env.HOME).length > 0) process.exit(97);
    fs.writeFileSync(argv[argv.indexOf('--output') + 1], JSON.stringify(${JSON.stringify(report)}));`;
  const options = await scannerStandIn(t, 'trivy', script);
  equal((await trivy(options).scan(scanTarget(debianImage()))).system?.name, 'debian');
});

function finding(id: string) {
  return { VulnerabilityID: id, PkgName: 'zlib1g', Severity: 'HIGH' };
}

function parse(results: readonly unknown[], facts: Parameters<typeof readTrivyReport>[1]) {
  return readTrivyReport(new TextEncoder().encode(JSON.stringify({ SchemaVersion: 2, Results: results })), facts);
}

function read(results: readonly unknown[]): ScanReport {
  const parsed = parse(results, run);
  ok(parsed.is === 'ok', parsed.is === 'refused' ? parsed.reason : '');
  return parsed.value;
}
