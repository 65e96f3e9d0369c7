import type { Digest } from '../../domain/digest.ts';
import { hexOf } from '../../domain/digest.ts';
import type { InTotoStatement } from '../../domain/release-statement.ts';
import { predicateTypes, statementType } from '../../domain/release-statement.ts';
import type { ScanReport } from '../../domain/scan-report.ts';
import type { ScanPolicy } from '../../policy/scan-schema.ts';
import type { ExcusedFinding } from '../scan/judge-scan.ts';

export interface PassedScan {
  /** `host/name`. */
  readonly image: string;
  /** `linux/amd64`. */
  readonly platform: string;
  /** The platform's manifest. */
  readonly digest: Digest;
  readonly report: ScanReport;
  readonly policy: ScanPolicy;
  readonly excused: readonly ExcusedFinding[];
  readonly remarks: readonly string[];
}

/**
 * A scan as an attestation: in-toto vulns v0.2 (in-toto/attestation, spec/predicates/vuln.md) with every finding, and
 * beside it what was decided about each. Only a scan that passed is ever signed: a statement that says "bad" could be
 * hidden, and then the image would look good.
 */
export function scanStatement(scan: PassedScan): InTotoStatement<Readonly<Record<string, unknown>>> {
  const { report, policy } = scan;
  return {
    _type: statementType,
    subject: [{ name: `${scan.image}#${scan.platform}`, digest: { sha256: hexOf(scan.digest) } }],
    predicateType: predicateTypes.scan,
    predicate: {
      scanner: {
        uri: `pkg:generic/${report.scanner.name}@${encodeURIComponent(report.scanner.version)}`,
        version: report.scanner.version,
        db: databaseOf(report),
        result: report.findings.map((finding) => ({
          id: finding.id,
          severity: [{ method: finding.severitySource ?? report.scanner.name, score: finding.severity }],
          annotations: [
            {
              package: finding.purl ?? `${finding.package}@${finding.version}`,
              fixedIn: finding.fixedIn,
              ...(finding.location === undefined ? {} : { location: finding.location }),
            },
          ],
        })),
      },
      metadata: { scanStartedOn: formatTime(report.startedAt), scanFinishedOn: formatTime(report.finishedAt) },
      cutwater: {
        verdict: 'passed',
        failOn: policy.failOn,
        unknownSeverity: policy.unknownSeverity,
        ignoreUnfixed: policy.ignoreUnfixed,
        replayed: report.replayed,
        ...(report.packages === undefined ? {} : { packages: report.packages }),
        report: { sha256: hexOf(report.raw) },
        excused: scan.excused
          .filter(({ by }) => by !== 'severity')
          .map(({ finding, by, reason, until }) => ({
            id: finding.id,
            package: finding.package,
            by,
            reason,
            ...(until === undefined ? {} : { until: formatTime(until) }),
          })),
        remarks: scan.remarks,
      },
    },
  };
}

function databaseOf({ database }: ScanReport): Readonly<Record<string, string>> {
  switch (database.is) {
    case 'dated':
      return {
        ...(database.version === undefined ? {} : { version: database.version }),
        lastUpdate: formatTime(database.updatedAt),
      };
    case 'live':
      return { uri: database.service };
    case 'unknown':
      return {};
  }
}

// RFC 3339 in whole seconds.
function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
