import * as z from 'zod/mini';
import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { digestOf, isDigest } from '../../domain/digest.ts';
import type { ScanDatabase, ScanFinding, ScanReport, ScannedSystem, Severity } from '../../domain/scan-report.ts';

const text = z.string();

const matchSchema = z.object({
  vulnerability: z.object({
    id: text,
    namespace: z._default(text, ''),
    severity: z._default(text, ''),
    fix: z.optional(z.object({ versions: z.optional(z.nullable(z.array(text))) })),
  }),
  relatedVulnerabilities: z.optional(z.nullable(z.array(z.object({ id: text })))),
  artifact: z.object({
    name: text,
    version: z._default(text, ''),
    purl: z.optional(text),
    locations: z.optional(z.nullable(z.array(z.object({ path: z.optional(text) })))),
  }),
});

const builtSchema = z.object({ built: text, schemaVersion: z.optional(z.union([text, z.number()])) });

/** The report of `grype --output json`, the members that are used. */
const reportSchema = z.object({
  matches: z.array(matchSchema),
  alertsByPackage: z.optional(z.array(z.object({ alerts: z.array(z.object({ type: text })) }))),
  source: z.object({ target: z.object({ imageID: text }) }),
  distro: z.optional(z.object({ name: z._default(text, ''), version: z._default(text, '') })),
  descriptor: z.object({
    name: z.literal('grype'),
    version: z._default(text, ''),
    configuration: z.optional(z.object({ alerts: z.optional(z.unknown()) })),
    // Since 0.88 the status stands one step deeper.
    db: z.optional(z.union([builtSchema, z.object({ status: builtSchema })])),
  }),
});

/** The report of `grype --output cyclonedx-json`: what was looked at, which the other one does not say. */
const packagesSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  components: z.optional(z.array(z.object({ purl: z.optional(text) }))),
});

/** Reads both reports of one run of grype. Times are Unix seconds. */
export function readGrypeReport(
  { json, cyclonedx }: { readonly json: Uint8Array; readonly cyclonedx: Uint8Array },
  times: { readonly startedAt: number; readonly finishedAt: number },
): Parsed<ScanReport> {
  const parsed = reportSchema.safeParse(parseJson(json));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse(`is no report of grype: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trimEnd());
  }
  const packages = packagesSchema.safeParse(parseJson(cyclonedx));
  if (!packages.success) return refuse('does not list the packages that grype has seen');
  const { matches, source, descriptor } = parsed.data;
  const config = source.target.imageID;
  if (!isDigest(config)) return refuse('has an "imageID" that is no digest');
  const purls = (packages.data.components ?? []).flatMap(({ purl }) => purl ?? []);
  return accept({
    scanner: { name: 'grype', version: /^\d/.test(descriptor.version) ? descriptor.version : 'unknown' },
    database: databaseOf(descriptor.db),
    ...times,
    subject: { config, diffIds: undefined },
    system: systemOf(parsed.data),
    packages: purls.length,
    systemPackages: purls.filter((purl) => /^pkg:(?:deb|apk|rpm|alpm)\//.test(purl)).length,
    findings: matches.map(toFinding),
    filters: 'none',
    replayed: false,
    raw: digestOf(json),
  });
}

function systemOf({
  distro,
  alertsByPackage = [],
  descriptor,
}: z.output<typeof reportSchema>): ScannedSystem | undefined {
  if (distro === undefined || distro.name === '') return undefined;
  const ended = alertsByPackage.some(({ alerts }) => alerts.some(({ type }) => type === 'distro-eol'));
  // Versions that know of no alerts say nothing about it.
  const says = ended || descriptor.configuration?.alerts !== undefined;
  return { name: distro.name, version: distro.version, endOfLife: says ? ended : undefined };
}

function databaseOf(db: z.output<typeof reportSchema>['descriptor']['db']): ScanDatabase {
  const status = db === undefined ? undefined : 'status' in db ? db.status : db;
  const time = Date.parse(status?.built ?? '');
  if (status === undefined || Number.isNaN(time)) return { is: 'unknown' };
  const version = status.schemaVersion === undefined ? undefined : `${status.schemaVersion}`;
  return { is: 'dated', updatedAt: Math.floor(time / 1000), version };
}

function toFinding({ vulnerability, relatedVulnerabilities, artifact }: z.output<typeof matchSchema>): ScanFinding {
  const { id, namespace, severity, fix } = vulnerability;
  const related = (relatedVulnerabilities ?? []).map((one) => one.id);
  const [source = ''] = namespace.split(':');
  return {
    id,
    aliases: [...new Set(related)].filter((name) => name !== id),
    package: artifact.name,
    version: artifact.version,
    purl: artifact.purl === '' ? undefined : artifact.purl,
    location: artifact.locations?.[0]?.path,
    fixedIn: (fix?.versions ?? []).filter((version) => version !== ''),
    severity: severityNames.get(severity.toLowerCase()) ?? 'unknown',
    severitySource: source === '' ? undefined : source,
  };
}

const severityNames: ReadonlyMap<string, Severity> = new Map<string, Severity>(
  (['critical', 'high', 'medium', 'low', 'negligible'] as const).map((name) => [name, name]),
);

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
