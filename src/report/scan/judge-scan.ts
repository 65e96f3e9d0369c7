import type { Digest } from '../../domain/digest.ts';
import { quote } from '../../domain/quote.ts';
import type { ScanFinding, ScanReport, ScannedSystem } from '../../domain/scan-report.ts';
import { severityRank } from '../../domain/scan-report.ts';
import type { VexStatement } from '../../documents/openvex.ts';
import type { ScanPolicy } from '../../policy/scan-schema.ts';
import type { SbomFacts } from './sbom-facts.ts';
import { vexFor } from './vex-match.ts';

export interface ScanFacts {
  readonly policy: ScanPolicy;
  readonly report: ScanReport;
  /** The image of one platform, as the registry has it. */
  readonly image: { readonly purl: string; readonly config: Digest; readonly diffIds: readonly Digest[] };
  readonly vex: readonly VexStatement[];
  /** Our own SBOM of it: what a scanner must have seen too. */
  readonly sbom: SbomFacts;
  /** Unix seconds. */
  readonly now: number;
}

/** A finding that stops nothing, and why. */
export interface ExcusedFinding {
  readonly finding: ScanFinding;
  readonly by: 'exception' | 'vex' | 'severity' | 'unfixed';
  readonly reason: string;
  /** Unix seconds; only of exceptions. */
  readonly until?: number;
}

export type ScanJudgement =
  | { readonly is: 'passed'; readonly excused: readonly ExcusedFinding[]; readonly remarks: readonly string[] }
  | {
      readonly is: 'failed';
      /** What stops the release, the worst first. */
      readonly blocking: readonly ScanFinding[];
      /** Other reasons, such as an operating system at its end of life. */
      readonly reasons: readonly string[];
      readonly excused: readonly ExcusedFinding[];
      readonly remarks: readonly string[];
    }
  /** The report says nothing about this image as it is today. */
  | { readonly is: 'unusable'; readonly reason: string };

/**
 * Whether an image may be published as far as known vulnerabilities go. Scanners say what they found; what stops a release
 * is decided here and in one way for all of them. A report that cannot be bound to the image, is too old, or looked at
 * nothing is no report.
 */
export function judgeScan(facts: ScanFacts): ScanJudgement {
  const { policy, report } = facts;
  const unusable = whyUnusable(facts);
  if (unusable !== undefined) return { is: 'unusable', reason: unusable };
  const excused: ExcusedFinding[] = [];
  const blocking: ScanFinding[] = [];
  for (const finding of report.findings) {
    const excuse = excuseFor(finding, facts);
    if (excuse === undefined) blocking.push(finding);
    else excused.push({ finding, ...excuse });
  }
  const remarks = remarksOn(facts, excused);
  const reasons =
    report.system?.endOfLife === true && policy.endOfLife === 'fail'
      ? [`${systemName(report.system)} gets no security updates any more`]
      : [];
  if (blocking.length === 0 && reasons.length === 0) return { is: 'passed', excused, remarks };
  return { is: 'failed', blocking: blocking.toSorted(worstFirst), reasons, excused, remarks };
}

function whyUnusable(facts: ScanFacts): string | undefined {
  const { policy, report, image, now } = facts;
  const { config, diffIds } = report.subject;
  if (config === undefined && diffIds === undefined) return 'it does not say which image it is about';
  if (config !== undefined && config !== image.config)
    return `it is about an image with configuration ${config}, this one has ${image.config}`;
  if (diffIds !== undefined && diffIds.join() !== image.diffIds.join())
    return 'it is about other layers than this image has';
  const { database } = report;
  if (database.is === 'unknown') return 'it does not say how old its vulnerability database is';
  if (database.is === 'dated') {
    const age = now - database.updatedAt;
    if (age > policy.maxDatabaseAge)
      return `its vulnerability database is ${hours(age)} old, at most ${hours(policy.maxDatabaseAge)} are allowed`;
    if (age < -3600) return 'its vulnerability database is from the future; look at the clock';
  }
  return policy.nothingFound === 'fail' ? blindness(facts) : undefined;
}

/** What the scanner cannot have looked at. Without the operating system's packages a report is clean for want of eyes. */
function blindness({ report, sbom }: ScanFacts): string | undefined {
  const looked = report.packages ?? sbom.components;
  if (looked === 0 && report.findings.length === 0) return 'it recognised no package at all, so nothing was looked at';
  if (sbom.systemPackages === 0 && !sbom.rpm) return undefined;
  if (report.system !== undefined && report.systemPackages !== 0) return undefined;
  const ours = sbom.rpm
    ? 'the image has a database of rpm'
    : `our SBOM has ${sbom.systemPackages} packages of the system`;
  return report.system === undefined
    ? `it recognised no operating system, and ${ours}`
    : `it saw no package of ${systemName(report.system)}, and ${ours}`;
}

function systemName({ name, version }: ScannedSystem): string {
  return version === '' ? name : `${name} ${version}`;
}

type Excuse = Pick<ExcusedFinding, 'by' | 'reason' | 'until'>;

function excuseFor(finding: ScanFinding, { policy, image, vex, now }: ScanFacts): Excuse | undefined {
  const statement = vexFor(finding, { vex, image: image.purl });
  if (statement !== undefined) return { by: 'vex', reason: `${statement.status}: ${statement.reason}` };
  const exception = policy.exceptions.find((one) => covers(one, finding) && one.until >= now);
  if (exception !== undefined) return { by: 'exception', reason: exception.reason, until: exception.until };
  if (finding.severity === 'unknown') {
    if (policy.unknownSeverity === 'ignore') return { by: 'severity', reason: 'no severity is known' };
  } else if (severityRank(finding.severity) < severityRank(policy.failOn))
    return { by: 'severity', reason: `below ${policy.failOn}` };
  if (policy.ignoreUnfixed && finding.fixedIn.length === 0)
    return { by: 'unfixed', reason: 'nobody has mended it yet' };
  return undefined;
}

function covers(exception: ScanPolicy['exceptions'][number], finding: ScanFinding): boolean {
  if (exception.package !== undefined && exception.package !== finding.package) return false;
  return [finding.id, ...finding.aliases].some((name) => name.toUpperCase() === exception.id.toUpperCase());
}

/** What a maintainer should know although it decides nothing: exceptions that have run out, or excuse nothing. */
function remarksOn(facts: ScanFacts, excused: readonly ExcusedFinding[]): readonly string[] {
  const { policy, report, now } = facts;
  const unseen = blindness(facts);
  const used = new Set(
    excused.filter(({ by }) => by === 'exception').map(({ reason, until }) => `${reason}|${until ?? 0}`),
  );
  return [
    ...(report.replayed ? ['no scanner ran: a recorded report was read'] : []),
    ...(report.filters === 'none'
      ? []
      : ['the report does not say what it leaves out: severities, statuses and ignore files may have hidden findings']),
    ...(report.system !== undefined && report.system.endOfLife === undefined && policy.endOfLife === 'fail'
      ? [`${report.scanner.name} does not say whether ${systemName(report.system)} still gets security updates`]
      : []),
    ...(unseen === undefined ? [] : [`${unseen}; nothingFound: allow lets it pass`]),
    ...policy.exceptions.flatMap((exception) => {
      const day = new Date(exception.until * 1000).toISOString().slice(0, 10);
      if (exception.until < now) return [`the exception for ${exception.id} ended on ${day}`];
      return used.has(`${exception.reason}|${exception.until}`)
        ? []
        : [`the exception for ${exception.id} excuses nothing here; take it out`];
    }),
  ];
}

function worstFirst(left: ScanFinding, right: ScanFinding): number {
  const byRank = rankToFear(right) - rankToFear(left);
  return byRank || (left.id < right.id ? -1 : left.id > right.id ? 1 : left.package < right.package ? -1 : 1);
}

// What nobody has rated may be anything, so it stands first.
function rankToFear({ severity }: ScanFinding): number {
  return severity === 'unknown' ? Number.POSITIVE_INFINITY : severityRank(severity);
}

function hours(seconds: number): string {
  const whole = Math.round(seconds / 3600);
  return whole < 1 ? `${Math.round(seconds / 60)} minutes` : whole === 1 ? '1 hour' : `${whole} hours`;
}

/** A finding in one line, for people. */
export function describeFinding(finding: ScanFinding): string {
  const fix = finding.fixedIn.length === 0 ? 'not mended yet' : `mended in ${finding.fixedIn.join(', ')}`;
  return `${finding.severity}: ${quote(finding.id)} in ${quote(finding.package)} ${quote(finding.version)} (${fix})`;
}
