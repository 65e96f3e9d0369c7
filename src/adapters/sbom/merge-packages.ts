import { quote } from '../../domain/quote.ts';
import type { LockedPackage, PackageHash, PackageScope } from './locked-package.ts';
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
  const found = new Map<string, Gathered>();
  for (const { path, packages } of files)
    for (const locked of packages) {
      const known = found.get(locked.ref);
      if (known === undefined) found.set(locked.ref, gather(locked, path));
      else join(known, locked, path);
    }
  return [...found.values()].map(toFound).sort((left, right) => (left.ref < right.ref ? -1 : 1));
}

// Hostile images name one package a million times, so nothing is copied for each name.
interface Gathered {
  readonly first: LockedPackage;
  readonly hashes: Map<string, PackageHash>;
  readonly dependsOn: Set<string>;
  readonly occurrences: Set<string>;
  source: string | undefined;
  licence: string | undefined;
  scope: PackageScope;
}

function gather(first: LockedPackage, path: string): Gathered {
  const { source, licence, scope } = first;
  return {
    first,
    hashes: new Map(first.hashes.map((hash) => [hash.algorithm, hash])),
    dependsOn: new Set(first.dependsOn),
    occurrences: new Set([path]),
    source,
    licence,
    scope,
  };
}

function join(known: Gathered, locked: LockedPackage, path: string): void {
  for (const hash of locked.hashes) {
    const other = known.hashes.get(hash.algorithm);
    if (other !== undefined && other.hex !== hash.hex)
      throw badLockFile(
        path,
        `${quote(locked.ref)} has the ${hash.algorithm} ${hash.hex}, and ${other.hex} in ${[...known.occurrences].join(', ')}`,
      );
    known.hashes.set(hash.algorithm, hash);
  }
  known.source ??= locked.source;
  known.licence ??= locked.licence;
  known.scope = strongest(known.scope, locked.scope);
  for (const ref of locked.dependsOn) known.dependsOn.add(ref);
  known.occurrences.add(path);
}

function toFound({ first, hashes, dependsOn, occurrences, source, licence, scope }: Gathered): FoundPackage {
  return {
    ...first,
    ...(licence === undefined ? {} : { licence }),
    hashes: [...hashes.values()],
    source,
    scope,
    dependsOn: [...dependsOn],
    occurrences: [...occurrences].sort(),
  };
}

function strongest(left: PackageScope, right: PackageScope): PackageScope {
  const order: readonly PackageScope[] = ['required', undefined, 'optional', 'excluded'];
  return order.indexOf(left) < order.indexOf(right) ? left : right;
}
