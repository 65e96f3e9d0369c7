import { PackageURL } from 'packageurl-js';

/** What a purl means, whoever wrote it: the same package has the same identity in the purls of every program. */
export interface PackageIdentity {
  /** The purl in its canonical form. */
  readonly purl: string;
  /** Whether a package manager of an operating system installed it: an image has one system, so its name tells nothing. */
  readonly system: boolean;
  /** Kind and name; the version is apart. */
  readonly base: string;
  /** With the epoch. Undefined where the purl has none. */
  readonly version: string | undefined;
  readonly architecture: string | undefined;
  /** Name and namespace as texts in which programs may name the package. */
  readonly names: readonly string[];
}

/** Undefined for a text that is no purl. */
export function identityOf(text: string): PackageIdentity | undefined {
  const parsed = parsePurl(text);
  if (parsed === undefined) return undefined;
  const { type, namespace, name, version, qualifiers } = parsed;
  const system = systemTypes.has(type);
  const whole = [namespace, name].filter((part) => part !== undefined && part !== null && part !== '').join('/');
  // Paths of Go modules are written in lower case by some, as the specification of purls wants it.
  const known = system ? name : type === 'golang' ? whole.toLowerCase() : whole;
  const base = `${type}:${known}`;
  return {
    purl: parsed.toString(),
    system,
    base,
    version: versionOf(version ?? '', base, qualifiers?.['epoch']),
    architecture: system ? qualifiers?.['arch'] : undefined,
    names: [name, whole],
  };
}

/** A version as it is compared, without an epoch of zero; undefined where a program says that it knows none. */
export function comparableVersion(text: string, base: string): string | undefined {
  if (['', 'unknown', '(devel)', '(unknown)', 'none'].includes(text.toLowerCase())) return undefined;
  // The library of Go is "go1.26", "v1.26" or "1.26".
  return base === 'golang:stdlib' ? text.replace(/^(?:go|v)/, '') : text.replace(/^0:/, '');
}

/** The epoch is a part of the version, or a qualifier. */
function versionOf(version: string, base: string, epoch = '0'): string | undefined {
  const known = comparableVersion(version, base);
  if (known === undefined || epoch === '0' || known.startsWith(`${epoch}:`)) return known;
  return `${epoch}:${known}`;
}

function parsePurl(text: string): PackageURL | undefined {
  try {
    return PackageURL.fromString(text);
  } catch {
    return undefined;
  }
}

const systemTypes: ReadonlySet<string> = new Set(['deb', 'apk', 'rpm', 'alpm']);
