import { quote } from '../../domain/quote.ts';
import type { LockedPackage, PackageScope } from './locked-package.ts';
import { badLockFile } from './locked-package.ts';

/** A package with every lock file that names it. */
export interface FoundPackage extends LockedPackage {
  /** Paths of lock files, sorted. */
  readonly occurrences: readonly string[];
}

/**
 * Joins what the lock files say, sorted by ref. Throws INPUT_INVALID where two entries of one package have different
 * checksums by the same algorithm: then one of them is not the package it says it is.
 */
export function mergePackages(
  files: readonly { readonly path: string; readonly packages: readonly LockedPackage[] }[],
): readonly FoundPackage[] {
  const found = new Map<string, FoundPackage>();
  for (const { path, packages } of files)
    for (const locked of packages) found.set(locked.ref, join(found.get(locked.ref), locked, path));
  return [...found.values()].sort((left, right) => (left.ref < right.ref ? -1 : 1));
}

function join(known: FoundPackage | undefined, locked: LockedPackage, path: string): FoundPackage {
  if (known === undefined) return { ...locked, occurrences: [path] };
  const hashes = new Map(known.hashes.map((hash) => [hash.algorithm, hash]));
  for (const hash of locked.hashes) {
    const other = hashes.get(hash.algorithm);
    if (other !== undefined && other.hex !== hash.hex)
      throw badLockFile(
        path,
        `${quote(locked.ref)} has the ${hash.algorithm} ${hash.hex}, and ${other.hex} in ${known.occurrences.join(', ')}`,
      );
    hashes.set(hash.algorithm, hash);
  }
  return {
    ...known,
    hashes: [...hashes.values()],
    source: known.source ?? locked.source,
    scope: strongest(known.scope, locked.scope),
    dependsOn: [...new Set([...known.dependsOn, ...locked.dependsOn])],
    occurrences: [...new Set([...known.occurrences, path])].sort(),
  };
}

function strongest(left: PackageScope, right: PackageScope): PackageScope {
  const order: readonly PackageScope[] = ['required', undefined, 'optional', 'excluded'];
  return order.indexOf(left) < order.indexOf(right) ? left : right;
}
