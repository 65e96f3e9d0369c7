import { parse as parseYaml } from 'yaml';
import { escapeText, quote } from '../../domain/quote.ts';
import type { LockFile, LockedPackage, PackageScope } from './locked-package.ts';
import { badLockFile, isTable, isText, publicSource, textOf } from './locked-package.ts';
import { npmPurl } from './node-package.ts';
import { readIntegrity } from './package-lock.ts';

type Table = Readonly<Record<string, unknown>>;

/**
 * The packages of a pnpm-lock.yaml v6 or v9. What only development dependencies lead to has the scope `excluded`. The
 * project's own packages are not named there. Throws INPUT_INVALID naming the file and the entry.
 */
export function readPnpmLock(file: LockFile): readonly LockedPackage[] {
  const document = parseDocument(file);
  const version = String(document['lockfileVersion']);
  if (!/^(?:6|9)\.\d+$/.test(version))
    throw badLockFile(file.path, `it is of version ${quote(version)}, 6 or 9 is wanted`);
  const packages = tableOf(file, document, 'packages');
  // Since version 9 what a package depends on stands apart, once for each choice of its peers.
  const snapshots = version.startsWith('9') ? tableOf(file, document, 'snapshots') : packages;
  const edges = edgesOf(snapshots);
  const scopes = scopesOf(rootsOf(file, document), edges);
  const refs = new Map(Object.entries(packages).map(([key, entry]) => [keyOf(key), toPackage(file, key, entry)]));
  return [...refs].map(([key, locked]) => ({
    ...locked,
    scope: scopes.get(key),
    dependsOn: [...(edges.get(key) ?? [])].flatMap((other) => refs.get(other)?.ref ?? []).sort(),
  }));
}

function parseDocument(file: LockFile): Table {
  const text = textOf(file);
  try {
    // Nothing but texts, lists and tables: a version "1.10" is no number. pnpm writes no aliases.
    const document: unknown = parseYaml(text, { schema: 'failsafe', maxAliasCount: 0, logLevel: 'error' });
    if (isTable(document)) return document;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw badLockFile(file.path, `it is not YAML (${escapeText(reason, 200)})`);
  }
  throw badLockFile(file.path, 'it is not a YAML table');
}

function tableOf(file: LockFile, document: Table, key: string): Table {
  const table = document[key] ?? {};
  if (!isTable(table)) throw badLockFile(file.path, `"${key}" is not a table`);
  return table;
}

function toPackage(file: LockFile, key: string, entry: unknown): LockedPackage {
  const fail = (fault: string): Error => badLockFile(file.path, `package ${quote(key)} ${fault}`);
  const [, name, place] = /^((?:@[^/@\s]+\/)?[^/@\s]+)@(\S+)$/.exec(keyOf(key)) ?? [];
  if (!isText(name) || !isText(place)) throw fail('has no valid name and version');
  if (!isTable(entry)) throw fail('is not a table');
  const resolution = isTable(entry['resolution']) ? entry['resolution'] : {};
  const { integrity, tarball, repo, commit } = resolution;
  const hashes = integrity === undefined ? [] : readIntegrity(integrity);
  if (hashes === undefined) throw fail('has an "integrity" that is not sha1-, sha256-, sha384- or sha512- and base64');
  const version = isText(entry['version']) ? entry['version'] : place;
  const vcs = isText(repo) && isText(commit) ? publicSource(`git+${repo}#${commit}`) : undefined;
  const address = isText(tarball) ? publicSource(tarball) : undefined;
  if (/^(?:file|link):/.test(place))
    return { ...blank, ref: `local:${file.path}#${name}@${version}`, purl: undefined, name, version, hashes };
  // The place is a version for what comes from a registry, and an address for all else.
  const elsewhere = version !== place || place.includes('/');
  const qualifiers =
    vcs !== undefined ? { vcs_url: vcs } : elsewhere && address !== undefined ? { download_url: address } : undefined;
  const purl = npmPurl(name, version, qualifiers);
  return { ...blank, ref: purl, purl, name, version, hashes, source: vcs ?? address };
}

const blank = { source: undefined, scope: undefined, dependsOn: [] } as const;

/** `/a@1.0.0(peer@2.0.0)` of version 6 and `a@1.0.0(peer@2.0.0)` of version 9 are the package `a@1.0.0`. */
function keyOf(key: string): string {
  return key.replace(/^\//, '').replace(/\(.*$/s, '');
}

function edgesOf(snapshots: Table): ReadonlyMap<string, ReadonlySet<string>> {
  const edges = new Map<string, Set<string>>();
  for (const [key, entry] of Object.entries(snapshots)) {
    const targets = edges.get(keyOf(key)) ?? new Set();
    for (const kind of ['dependencies', 'optionalDependencies'])
      for (const target of targetsOf(isTable(entry) ? entry[kind] : undefined)) targets.add(target);
    edges.set(keyOf(key), targets);
  }
  return edges;
}

/** Keys of packages; a project says `{ specifier, version }` where a package says the version. */
function targetsOf(dependencies: unknown): readonly string[] {
  if (!isTable(dependencies)) return [];
  return Object.entries(dependencies).flatMap(([name, value]) => {
    const version = isTable(value) ? value['version'] : value;
    if (!isText(version) || version.startsWith('link:')) return [];
    // Under another name, or from elsewhere, the whole key is written.
    return [/^(?:\/|@?[^@()]+@)/.test(version) ? keyOf(version) : keyOf(`${name}@${version}`)];
  });
}

interface Roots {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly excluded: readonly string[];
}

// A lock file of version 6 with one project has its dependencies at the top.
function rootsOf(file: LockFile, document: Table): Roots {
  const projects = [document, ...Object.values(tableOf(file, document, 'importers'))].filter(isTable);
  const all = (kind: string): readonly string[] => projects.flatMap((project) => targetsOf(project[kind]));
  return {
    required: all('dependencies'),
    optional: all('optionalDependencies'),
    excluded: all('devDependencies'),
  };
}

function scopesOf(
  roots: Roots,
  edges: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlyMap<string, Exclude<PackageScope, undefined>> {
  const scopes = new Map<string, Exclude<PackageScope, undefined>>();
  for (const scope of ['required', 'optional', 'excluded'] as const) {
    const pending = [...roots[scope]];
    for (let key = pending.pop(); key !== undefined; key = pending.pop()) {
      if (scopes.has(key)) continue;
      scopes.set(key, scope);
      pending.push(...(edges.get(key) ?? []));
    }
  }
  return scopes;
}
