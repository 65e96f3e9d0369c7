import * as z from 'zod/mini';
import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { digestOf, isDigest } from '../../domain/digest.ts';
import type { ScanFinding, ScanReport, Severity } from '../../domain/scan-report.ts';
import { severityRank } from '../../domain/scan-report.ts';
import { osvPurl } from './osv-purl.ts';

const text = z.string();

const affectedSchema = z.object({
  package: z.optional(z.object({ name: z.optional(text), ecosystem: z.optional(text) })),
  ranges: z.optional(z.array(z.object({ events: z.optional(z.array(z.object({ fixed: z.optional(text) }))) }))),
});

const vulnerabilitySchema = z.object({
  id: text,
  affected: z.optional(z.array(affectedSchema)),
  database_specific: z.optional(z.nullable(z.object({ severity: z.optional(z.unknown()) }))),
});

const packageSchema = z.object({
  package: z.object({
    name: text,
    os_package_name: z.optional(text),
    version: z._default(text, ''),
    ecosystem: z._default(text, ''),
  }),
  vulnerabilities: z.optional(z.array(vulnerabilitySchema)),
  groups: z.optional(
    z.array(
      z.object({
        ids: z.array(text).check(z.minLength(1)),
        aliases: z.optional(z.nullable(z.array(text))),
        max_severity: z._default(text, ''),
      }),
    ),
  ),
});

const sourceSchema = z.object({
  source: z.object({ path: z._default(text, ''), type: z._default(text, '') }),
  packages: z.array(packageSchema),
});

/** The report of `osv-scanner scan image --format json` (2.x), the members that are used. */
const reportSchema = z.object({
  results: z.array(sourceSchema),
  image_metadata: z.optional(
    z.object({
      os: z._default(text, ''),
      layer_metadata: z.array(z.object({ diff_id: z._default(text, ''), is_empty: z._default(z.boolean(), false) })),
    }),
  ),
});

type FoundPackage = z.output<typeof packageSchema>;
type Group = NonNullable<FoundPackage['groups']>[number];

/** What a report does not say itself. Times are Unix seconds. */
export type OsvFacts = Pick<ScanReport, 'database' | 'startedAt' | 'finishedAt'> & {
  readonly version: string | undefined;
};

/** Reads a report of osv-scanner. A package with a vulnerability that no group rates is refused, not skipped. */
export function readOsvReport(bytes: Uint8Array, facts: OsvFacts): Parsed<ScanReport> {
  const parsed = reportSchema.safeParse(parseJson(bytes));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse(`is no report of osv-scanner: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trimEnd());
  }
  const { results, image_metadata: image } = parsed.data;
  const packages = results.flatMap((result) => result.packages);
  const ungrouped = packages.find(({ vulnerabilities = [], groups = [] }) => {
    const grouped = new Set(groups.flatMap(({ ids }) => ids));
    return vulnerabilities.some(({ id }) => !grouped.has(id));
  });
  if (ungrouped !== undefined) return refuse(`has a vulnerability of ${ungrouped.package.name} in no group`);
  const layers = image?.layer_metadata.filter((layer) => !layer.is_empty).map((layer) => layer.diff_id);
  if (layers !== undefined && !layers.every(isDigest)) return refuse('has a "diff_id" that is no digest');
  const { version, ...told } = facts;
  return accept({
    scanner: { name: 'osv-scanner', version: version ?? 'unknown' },
    ...told,
    subject: { config: undefined, diffIds: layers?.filter(isDigest) },
    // It says the system's name with its version, and not whether that is still looked after.
    system: image === undefined || image.os === '' ? undefined : { name: image.os, version: '', endOfLife: undefined },
    packages: packages.length,
    systemPackages: results.reduce(
      (sum, { source, packages: own }) => sum + (source.type === 'os' ? own.length : 0),
      0,
    ),
    findings: results.flatMap(({ source, packages: own }) =>
      own.flatMap((found) => (found.groups ?? []).map((group) => toFinding(found, group, source.path))),
    ),
    filters: 'none',
    replayed: false,
    raw: digestOf(bytes),
  });
}

function toFinding(found: FoundPackage, group: Group, path: string): ScanFinding {
  const { name, version, os_package_name: installed } = found.package;
  const [id = ''] = group.ids;
  const own = (found.vulnerabilities ?? []).filter((one) => group.ids.includes(one.id));
  const aliases = [...group.ids, ...(group.aliases ?? [])].filter((alias) => alias !== id);
  return {
    id,
    aliases: [...new Set(aliases)],
    package: installed ?? name,
    version,
    purl: osvPurl(found.package),
    location: path === '' ? undefined : path,
    fixedIn: fixesOf(found, own),
    ...severityOf(group, own),
  };
}

/** Those for this very package; where an advisory names it otherwise, all there are: "not mended" would excuse too much. */
function fixesOf(
  { package: { name, ecosystem } }: FoundPackage,
  own: FoundPackage['vulnerabilities'],
): readonly string[] {
  const affected = (own ?? []).flatMap((one) => one.affected ?? []);
  const named = affected.filter((one) => one.package?.name === name);
  const exact = named.filter((one) => one.package?.ecosystem === ecosystem);
  const chosen = exact.length > 0 ? exact : named.length > 0 ? named : affected;
  const events = chosen.flatMap(({ ranges = [] }) => ranges.flatMap((range) => range.events ?? []));
  return [...new Set(events.flatMap(({ fixed }) => fixed ?? []))];
}

/** The worst CVSS score of the group; where nobody gave one, the word of an advisory. */
function severityOf(
  { max_severity: score }: Group,
  own: FoundPackage['vulnerabilities'],
): Pick<ScanFinding, 'severity' | 'severitySource'> {
  const value = Number(score);
  if (score.trim() !== '' && Number.isFinite(value)) return { severity: rating(value), severitySource: 'cvss' };
  const words = (own ?? []).flatMap((one) => {
    const word: unknown = one.database_specific?.severity;
    return typeof word === 'string' ? (severityWords.get(word.toUpperCase()) ?? []) : [];
  });
  const [worst] = words.toSorted((left, right) => severityRank(right) - severityRank(left));
  return worst === undefined
    ? { severity: 'unknown', severitySource: undefined }
    : { severity: worst, severitySource: 'advisory' };
}

// CVSS 3.1, section 5, and 4.0, section 6.
function rating(score: number): Severity {
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return score > 0 ? 'low' : 'negligible';
}

const severityWords: ReadonlyMap<string, Severity> = new Map<string, Severity>([
  ['CRITICAL', 'critical'],
  ['HIGH', 'high'],
  ['MODERATE', 'medium'],
  ['MEDIUM', 'medium'],
  ['LOW', 'low'],
]);

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
