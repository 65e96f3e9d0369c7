import { PackageURL } from 'packageurl-js';
import { parse as parseToml } from 'smol-toml';
import { escapeText, quote } from '../../domain/quote.ts';
import type { LockFile, LockedPackage } from './locked-package.ts';
import { badLockFile, isTable, isText, publicSource, textOf } from './locked-package.ts';

/** How Cargo.lock names Cargo's default registry, whichever protocol or mirror was used. */
const defaultRegistry = 'registry+https://github.com/rust-lang/crates.io-index';

interface CargoPackage {
  readonly name: string;
  readonly version: string;
  /** Undefined for packages of the workspace. */
  readonly source: string | undefined;
  readonly checksum: string | undefined;
  readonly dependencies: readonly string[];
}

/**
 * The packages of a Cargo.lock v3 or v4. It does not say which are for development or for other targets, so all are there
 * without a scope. Throws INPUT_INVALID naming the file and the entry.
 */
export function readCargoLock(file: LockFile): readonly LockedPackage[] {
  const document = parseDocument(file);
  const version = document['version'];
  if (version !== 3 && version !== 4)
    throw badLockFile(
      file.path,
      `it is of ${typeof version === 'number' ? `version ${version}` : 'a version before 3'}, 3 or 4 is wanted`,
    );
  const entries: unknown = document['package'] ?? [];
  if (!Array.isArray(entries)) throw badLockFile(file.path, '"package" is not a list');
  const packages = entries.map((entry: unknown, index) => toPackage(file, entry, index));
  const byName = Map.groupBy(packages, ({ name }) => name);
  return packages.map((locked) => ({
    ref: refOf(file, locked),
    purl: purlOf(locked),
    name: locked.name,
    version: locked.version,
    hashes: locked.checksum === undefined ? [] : [{ algorithm: 'SHA-256', hex: locked.checksum }],
    source: locked.source === undefined ? undefined : publicSource(locked.source),
    scope: undefined,
    dependsOn: locked.dependencies.map((text) => {
      const found = resolve(byName, text);
      if (found !== undefined) return refOf(file, found);
      throw badLockFile(
        file.path,
        `package ${quote(locked.name)} depends on ${quote(text)}, which is not exactly one package of the file`,
      );
    }),
  }));
}

function parseDocument(file: LockFile): Readonly<Record<string, unknown>> {
  const text = textOf(file);
  try {
    return parseToml(text);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw badLockFile(file.path, `it is not TOML (${escapeText(reason)}${placeOf(error)})`);
  }
}

function toPackage(file: LockFile, entry: unknown, index: number): CargoPackage {
  const fail = (fault: string): Error => badLockFile(file.path, `package ${index + 1} ${fault}`);
  if (!isTable(entry)) throw fail('is not a table');
  const { name, version, source, checksum, dependencies = [] } = entry;
  if (!isText(name) || !/^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name)) throw fail('has no valid name');
  if (!isText(version) || !/^\d+\.\d+\.\d+[0-9A-Za-z.+-]*$/.test(version))
    throw fail(`${quote(name)} has no valid version`);
  if (source !== undefined && (!isText(source) || !/^(registry|sparse|git)\+/.test(source)))
    throw fail(`${quote(name)} has a source that is neither registry+, sparse+ nor git+`);
  if (checksum !== undefined && (!isText(checksum) || !/^[0-9a-f]{64}$/.test(checksum)))
    throw fail(`${quote(name)} has a checksum that is not 64 hexadecimal digits`);
  if (!Array.isArray(dependencies) || !dependencies.every(isText))
    throw fail(`${quote(name)} has dependencies that are no list of names`);
  return { name, version, source, checksum, dependencies };
}

/** `name`, `name version` or `name version (source)`: as much as is needed to mean one package. */
function resolve(byName: ReadonlyMap<string, readonly CargoPackage[]>, text: string): CargoPackage | undefined {
  const [name = '', version, ...rest] = text.split(' ');
  const source = /^\((.*)\)$/.exec(rest.join(' '))?.[1];
  const found = (byName.get(name) ?? []).filter(
    (candidate) =>
      (version === undefined || candidate.version === version) &&
      // A dependency names a git source without the commit.
      (source === undefined || candidate.source?.split('#')[0] === source.split('#')[0]),
  );
  return found.length === 1 ? found[0] : undefined;
}

function refOf(file: LockFile, locked: CargoPackage): string {
  return purlOf(locked) ?? `local:${file.path}#${locked.name}@${locked.version}`;
}

function purlOf({ name, version, source }: CargoPackage): string | undefined {
  if (source === undefined) return undefined;
  return new PackageURL('cargo', undefined, name, version, qualifiersOf(source), undefined).toString();
}

function qualifiersOf(source: string): Record<string, string> | undefined {
  const address = publicSource(source);
  if (source === defaultRegistry || address === undefined) return undefined;
  if (address.startsWith('git+')) return { vcs_url: address };
  return { repository_url: address.replace(/^registry\+|^sparse\+/, '') };
}

function placeOf(error: unknown): string {
  if (!(error instanceof Error) || !('line' in error) || typeof error.line !== 'number') return '';
  return `, line ${error.line}`;
}
