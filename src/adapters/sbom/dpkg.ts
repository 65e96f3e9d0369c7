import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { quote } from '../../domain/quote.ts';
import type { InstalledPackage } from './installed-package.ts';
import { maximumPackages, tooManyPackages } from './installed-package.ts';
import type { Line } from './stanzas.ts';
import { readStanzas, valueOf } from './stanzas.ts';

/**
 * The packages that dpkg has installed: `/var/lib/dpkg/status`, or with `status.d` one of the files that distroless
 * images have in its place, which say nothing of a state. Refused where an installed package has no valid name, version
 * or architecture: half a list would look like a whole one. Files are in other files of the database.
 */
export function readDpkgStatus(
  bytes: Uint8Array,
  kind: 'status' | 'status.d',
): Parsed<readonly Omit<InstalledPackage, 'files'>[]> {
  const packages: Omit<InstalledPackage, 'files'>[] = [];
  for (const lines of readStanzas(new TextDecoder().decode(bytes))) {
    const status = valueOf(lines, 'Status') ?? (kind === 'status.d' ? installed : '');
    if (status !== installed) continue;
    const found = toPackage(lines);
    if (found === undefined) return refuse(`has an entry ${quote(valueOf(lines, 'Package') ?? '')} that is no package`);
    if (packages.length === maximumPackages) return refuse(tooManyPackages);
    packages.push(found);
  }
  return accept(packages);
}

/** Paths of a `.list` file: one a line. */
export function readDpkgList(bytes: Uint8Array): readonly string[] {
  return linesOf(bytes).filter((line) => line.startsWith('/') && line !== '/.');
}

/** Paths of a `.md5sums` file: `<md5>  <path without the first slash>`. */
export function readMd5sums(bytes: Uint8Array): readonly string[] {
  return linesOf(bytes).flatMap((line) => {
    const start = /^[0-9a-f]{32} [ *](?:\.?\/)?/.exec(line)?.[0].length ?? line.length;
    return start === line.length ? [] : [`/${line.slice(start)}`];
  });
}

function toPackage(lines: readonly Line[]): Omit<InstalledPackage, 'files'> | undefined {
  const name = valueOf(lines, 'Package') ?? '';
  const version = valueOf(lines, 'Version') ?? '';
  const architecture = valueOf(lines, 'Architecture') ?? '';
  // Debian policy 5.6.1, 5.6.8 and 5.6.12.
  if (!isName(name) || !isVersion(version) || !/^[a-z0-9][a-z0-9-]{0,63}$/.test(architecture)) return undefined;
  const text = valueOf(lines, 'Source');
  const [, source = '', sourceVersion] = /^(\S+)(?: \((\S+)\))?$/.exec(text ?? name) ?? [];
  if (!isName(source) || (sourceVersion !== undefined && !isVersion(sourceVersion))) return undefined;
  const other = source !== name || (sourceVersion !== undefined && sourceVersion !== version);
  return {
    name,
    version,
    architecture,
    source: other ? [source, sourceVersion].filter((part) => part !== undefined).join('@') : undefined,
  };
}

function isName(text: string): boolean {
  return /^[a-z0-9][a-z0-9+.-]{0,254}$/.test(text);
}

function isVersion(text: string): boolean {
  return /^(?:\d+:)?[0-9A-Za-z][0-9A-Za-z.+~:-]{0,254}$/.test(text);
}

function linesOf(bytes: Uint8Array): readonly string[] {
  return new TextDecoder().decode(bytes).split('\n');
}

const installed = 'install ok installed';
