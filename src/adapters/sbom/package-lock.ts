import { escapeText, quote } from '../../domain/quote.ts';
import { statedLicence } from './licence.ts';
import type { LockFile, LockedPackage, PackageHash, PackageScope } from './locked-package.ts';
import { badLockFile, isTable, isText, publicSource, textOf } from './locked-package.ts';
import { npmPurl } from './node-package.ts';

/** An entry of "packages", by its path in the tree (`node_modules/a/node_modules/@scope/b`, `` for the project). */
interface NpmPackage {
  readonly name: string;
  readonly version: string;
  readonly resolved: string | undefined;
  readonly hashes: readonly PackageHash[];
  readonly scope: PackageScope;
  readonly licence: string | undefined;
  readonly wants: readonly string[];
  readonly local: boolean;
}

/**
 * The packages of a package-lock.json v2 or v3. Development packages are there with the scope `excluded`. Throws
 * INPUT_INVALID naming the file and the entry.
 */
export function readPackageLock(file: LockFile): readonly LockedPackage[] {
  const { packages, links } = readEntries(file);
  return [...packages].map(([path, locked]) => ({
    ref: refOf(file, locked),
    purl: purlOf(locked),
    name: locked.name,
    version: locked.version,
    hashes: locked.hashes,
    source: locked.resolved === undefined || locked.local ? undefined : publicSource(locked.resolved),
    scope: locked.scope,
    ...(locked.licence === undefined ? {} : { licence: locked.licence }),
    // Optional and peer dependencies need not be installed; only edges to what is there are stated.
    dependsOn: locked.wants.flatMap((name) => {
      const found = installedFor(path, name, (place) => packages.get(links.get(place) ?? place));
      return found === undefined ? [] : [refOf(file, found)];
    }),
  }));
}

function readEntries(file: LockFile): {
  readonly packages: Map<string, NpmPackage>;
  readonly links: Map<string, string>;
} {
  const document = parseDocument(file);
  const { lockfileVersion: version, packages: entries } = document;
  if (version !== 2 && version !== 3)
    throw badLockFile(
      file.path,
      `it is of ${typeof version === 'number' ? `version ${version}` : 'no known version'}, 2 or 3 is wanted`,
    );
  if (!isTable(entries)) throw badLockFile(file.path, '"packages" is not an object');
  const packages = new Map<string, NpmPackage>();
  const links = new Map<string, string>();
  for (const [path, entry] of Object.entries(entries)) {
    if (!isTable(entry)) throw badLockFile(file.path, `entry ${quote(path)} is not an object`);
    if (entry['link'] === true) links.set(path, String(entry['resolved']));
    else if (!isUnnamed(path, entry)) packages.set(path, toPackage(file, path, entry));
  }
  return { packages, links };
}

function parseDocument(file: LockFile): Readonly<Record<string, unknown>> {
  const text = textOf(file);
  try {
    const document: unknown = JSON.parse(text);
    if (isTable(document)) return document;
  } catch (error) {
    throw badLockFile(
      file.path,
      `it is not JSON (${escapeText(error instanceof Error ? error.message : String(error), 120)})`,
    );
  }
  throw badLockFile(file.path, 'it is not a JSON object');
}

// The project and its workspaces need neither a name nor a version; then there is nothing to say of them.
function isUnnamed(path: string, entry: Readonly<Record<string, unknown>>): boolean {
  return isLocal(path) && (entry['version'] === undefined || (path === '' && entry['name'] === undefined));
}

function toPackage(file: LockFile, path: string, entry: Readonly<Record<string, unknown>>): NpmPackage {
  const fail = (fault: string): Error => badLockFile(file.path, `entry ${quote(path)} ${fault}`);
  const name = entry['name'] ?? nameIn(path);
  const { version, resolved, integrity } = entry;
  if (!isText(name) || !/^(?:@[^/@\s]+\/)?[^/@\s]+$/.test(name)) throw fail('has no valid name');
  if (!isText(version)) throw fail('has no version');
  if (resolved !== undefined && !isText(resolved)) throw fail('has a "resolved" that is no text');
  const hashes = integrity === undefined ? [] : readIntegrity(integrity);
  if (hashes === undefined) throw fail('has an "integrity" that is not sha1-, sha256-, sha384- or sha512- and base64');
  const local = isLocal(path) || resolved?.startsWith('file:') === true;
  const licence = statedLicence(entry['license']);
  return { name, version, resolved, hashes, scope: scopeOf(entry), licence, wants: wantsOf(entry), local };
}

function nameIn(path: string): string | undefined {
  return isLocal(path) ? path.split('/').at(-1) : path.split('node_modules/').at(-1);
}

function isLocal(path: string): boolean {
  return !path.includes('node_modules/');
}

const algorithms: Readonly<Record<string, { readonly algorithm: PackageHash['algorithm']; readonly bytes: number }>> = {
  sha1: { algorithm: 'SHA-1', bytes: 20 },
  sha256: { algorithm: 'SHA-256', bytes: 32 },
  sha384: { algorithm: 'SHA-384', bytes: 48 },
  sha512: { algorithm: 'SHA-512', bytes: 64 },
};

/** Subresource Integrity: hashes in base64, separated by spaces (w3.org/TR/SRI, section 3.5). */
export function readIntegrity(integrity: unknown): readonly PackageHash[] | undefined {
  if (!isText(integrity)) return undefined;
  const hashes = integrity.split(/\s+/).map((text): PackageHash | undefined => {
    const [, name = '', base64 = ''] = /^(sha1|sha256|sha384|sha512)-([A-Za-z0-9+/]+={0,2})(?:\?.*)?$/.exec(text) ?? [];
    const known = algorithms[name];
    const bytes = Buffer.from(base64, 'base64');
    return known?.bytes === bytes.length ? { algorithm: known.algorithm, hex: bytes.toString('hex') } : undefined;
  });
  return hashes.every((hash) => hash !== undefined) ? hashes : undefined;
}

function scopeOf(entry: Readonly<Record<string, unknown>>): PackageScope {
  if (entry['dev'] === true) return 'excluded';
  return entry['optional'] === true || entry['devOptional'] === true ? 'optional' : 'required';
}

function wantsOf(entry: Readonly<Record<string, unknown>>): readonly string[] {
  const kinds = ['dependencies', 'optionalDependencies', 'peerDependencies', 'devDependencies'];
  return [...new Set(kinds.flatMap((kind) => (isTable(entry[kind]) ? Object.keys(entry[kind]) : [])))].sort();
}

/** Node's own search: the package's folder, then each folder above it. */
function installedFor(
  path: string,
  name: string,
  at: (place: string) => NpmPackage | undefined,
): NpmPackage | undefined {
  for (let folder = path; ; folder = folder.slice(0, Math.max(folder.lastIndexOf('/'), 0))) {
    const found = at(folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`);
    if (found !== undefined || folder === '') return found;
  }
}

function refOf(file: LockFile, locked: NpmPackage): string {
  return purlOf(locked) ?? `local:${file.path}#${locked.name}@${locked.version}`;
}

function purlOf({ name, version, resolved, local }: NpmPackage): string | undefined {
  if (local) return undefined;
  const source = resolved === undefined ? undefined : publicSource(resolved);
  return npmPurl(name, version, source?.startsWith('git+') === true ? { vcs_url: source } : undefined);
}
