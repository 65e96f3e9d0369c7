import * as z from 'zod/mini';
import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { digestOf, isDigest } from '../../domain/digest.ts';
import type { ScanDatabase, ScanFinding, ScanReport, Severity } from '../../domain/scan-report.ts';
import { parseReport } from '../image-tool/image-tool.ts';

const text = z.string();

const vulnerabilitySchema = z.object({
  VulnerabilityID: text,
  VendorIDs: z.optional(z.array(text)),
  PkgName: text,
  PkgPath: z.optional(text),
  PkgIdentifier: z.optional(z.object({ PURL: z.optional(text) })),
  InstalledVersion: z._default(text, ''),
  FixedVersion: z.optional(text),
  Severity: z._default(text, 'UNKNOWN'),
  SeveritySource: z.optional(text),
});

const systemSchema = z.object({ Family: text, Name: z._default(text, ''), EOSL: z.optional(z.boolean()) });

const resultSchema = z.object({
  Target: z._default(text, ''),
  Class: z.optional(text),
  Packages: z.optional(z.array(z.unknown())),
  Vulnerabilities: z.optional(z.array(vulnerabilitySchema)),
  /** What trivy took out by a VEX document or an ignore file of its own, where it was asked to show it. */
  ExperimentalModifiedFindings: z.optional(z.nullable(z.array(z.unknown()))),
});

/** The report of `trivy image --format json` (schema version 2), the members that are used. */
const reportSchema = z.object({
  SchemaVersion: z.literal(2),
  CreatedAt: z.optional(text),
  Trivy: z.optional(z.object({ Version: text })),
  Metadata: z.optional(
    z.object({
      OS: z.optional(systemSchema),
      ImageID: z.optional(text),
      DiffIDs: z.optional(z.array(text)),
    }),
  ),
  Results: z.optional(z.array(resultSchema)),
});

/** What a report does not say itself. */
export type TrivyFacts =
  | {
      readonly kind: 'run';
      readonly version: string | undefined;
      readonly database: ScanDatabase;
      readonly startedAt: number;
      readonly finishedAt: number;
    }
  /** A report from elsewhere: it knows no more than was known when it was made. */
  | { readonly kind: 'replay' };

/** Reads a report of trivy. */
export function readTrivyReport(bytes: Uint8Array, facts: TrivyFacts): Parsed<ScanReport> {
  const json = parseReport(bytes);
  const parsed = reportSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse(`is no report of trivy: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trimEnd());
  }
  const { Metadata, Results = [], CreatedAt, Trivy } = parsed.data;
  if (Results.some(({ ExperimentalModifiedFindings: hidden }) => (hidden ?? []).length > 0))
    return refuse(
      'has findings that trivy itself was told to leave out (ExperimentalModifiedFindings); the policy decides that',
    );
  const created = secondsOf(CreatedAt);
  const diffIds = Metadata?.DiffIDs;
  if (diffIds !== undefined && !diffIds.every(isDigest)) return refuse('has a "DiffIDs" that holds no digests');
  const config = Metadata?.ImageID;
  if (config !== undefined && !isDigest(config)) return refuse('has an "ImageID" that is no digest');
  return accept({
    scanner: {
      name: 'trivy',
      version: (facts.kind === 'run' ? facts.version : undefined) ?? Trivy?.Version ?? 'unknown',
    },
    database: facts.kind === 'run' ? facts.database : datedBy(created),
    startedAt: facts.kind === 'run' ? facts.startedAt : (created ?? 0),
    finishedAt: facts.kind === 'run' ? facts.finishedAt : (created ?? 0),
    subject: { config, diffIds: diffIds?.filter(isDigest) },
    system:
      Metadata?.OS === undefined
        ? undefined
        : { name: Metadata.OS.Family, version: Metadata.OS.Name, endOfLife: Metadata.OS.EOSL === true },
    packages: countPackages(Results),
    systemPackages: countPackages(Results.filter(({ Class }) => Class === 'os-pkgs')),
    findings: Results.flatMap(({ Target, Vulnerabilities = [] }) =>
      Vulnerabilities.map((one) => toFinding(one, Target)),
    ),
    // When trivy is run here it is told to leave nothing out; its reports do not say what they leave out.
    filters: facts.kind === 'run' ? 'none' : 'untold',
    replayed: facts.kind === 'replay',
    raw: digestOf(bytes),
  });
}

/** A report without the list of packages still names those with a vulnerability. */
function countPackages(results: readonly z.output<typeof resultSchema>[]): number {
  const counts = results.map(({ Packages = [], Vulnerabilities = [] }) =>
    Math.max(Packages.length, new Set(Vulnerabilities.map(({ PkgName }) => PkgName)).size),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

function toFinding(found: z.output<typeof vulnerabilitySchema>, target: string): ScanFinding {
  const fixes = found.FixedVersion?.split(',').map((version) => version.trim()) ?? [];
  return {
    id: found.VulnerabilityID,
    aliases: found.VendorIDs ?? [],
    package: found.PkgName,
    version: found.InstalledVersion,
    purl: found.PkgIdentifier?.PURL,
    location: found.PkgPath ?? (target === '' ? undefined : target),
    fixedIn: fixes.filter((version) => version !== ''),
    severity: severityNames.get(found.Severity.toUpperCase()) ?? 'unknown',
    severitySource: found.SeveritySource,
  };
}

const severityNames: ReadonlyMap<string, Severity> = new Map<string, Severity>([
  ['CRITICAL', 'critical'],
  ['HIGH', 'high'],
  ['MEDIUM', 'medium'],
  ['LOW', 'low'],
]);

function datedBy(created: number | undefined): ScanDatabase {
  return created === undefined ? { is: 'unknown' } : { is: 'dated', updatedAt: created, version: undefined };
}

function secondsOf(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000);
}
