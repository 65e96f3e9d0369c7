import type { ScanFinding } from '../../domain/scan-report.ts';
import type { VexStatement } from '../../documents/openvex.ts';

/** The statement that takes a finding away: "not_affected" or "fixed", of this vulnerability, about this very package or image. */
export function vexFor(
  finding: ScanFinding,
  known: { readonly vex: readonly VexStatement[]; readonly image: string },
): VexStatement | undefined {
  const names = new Set([finding.id, ...finding.aliases].map((name) => name.toUpperCase()));
  const relevant = known.vex.filter(
    (statement) =>
      statement.names.some((name) => names.has(name.toUpperCase())) &&
      statement.products.some(({ id, subcomponents }) => {
        if (samePackage(id, finding.purl)) return true;
        if (!samePackage(id, known.image)) return false;
        return subcomponents.length === 0 || subcomponents.some((part) => samePackage(part, finding.purl));
      }),
  );
  // What one statement calls affected is not excused by another.
  if (relevant.some(({ status }) => status === 'affected' || status === 'under_investigation')) return undefined;
  return relevant.at(0);
}

/**
 * Whether a package URL of a statement speaks of a package: type, namespace and name are equal, and the version where the
 * statement gives one. So are the qualifiers that make it another package: where it is from, for which distribution and
 * for which machine. In others, such as `upstream` or `epoch`, tools differ.
 */
function samePackage(stated: string, found: string | undefined): boolean {
  if (found === undefined) return false;
  const [left, right] = [splitPurl(stated), splitPurl(found)];
  if (left === undefined || right === undefined) return stated === found;
  if (left.name !== right.name || (left.version !== undefined && left.version !== right.version)) return false;
  return tellingQualifiers.every((key) => {
    const value = left.qualifiers.get(key);
    return value === undefined || value === right.qualifiers.get(key);
  });
}

const tellingQualifiers = ['repository_url', 'distro', 'arch'] as const;

interface Purl {
  readonly name: string;
  readonly version: string | undefined;
  readonly qualifiers: ReadonlyMap<string, string>;
}

function splitPurl(purl: string): Purl | undefined {
  const match = /^pkg:([^?#@]+)(?:@([^?#]+))?(?:\?([^#]*))?/.exec(purl);
  if (match === null) return undefined;
  const [, name = '', version, qualifiers = ''] = match;
  return {
    name: decode(name),
    version: version === undefined ? undefined : decode(version),
    qualifiers: new Map(
      qualifiers.split('&').map((pair) => {
        const [key = '', ...value] = pair.split('=');
        return [key.toLowerCase(), decode(value.join('='))];
      }),
    ),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
