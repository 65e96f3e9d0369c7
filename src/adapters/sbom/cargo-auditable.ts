import { inflateSync } from 'node:zlib';
import { PackageURL } from 'packageurl-js';
import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { maximumPackages, tooManyPackages } from './installed-package.ts';
import type { LockedPackage } from './locked-package.ts';
import { isTable, isText } from './locked-package.ts';

/** What a Rust program says was linked into it, in the section that cargo-auditable writes: JSON, deflated. */
export interface AuditedProgram {
  readonly packages: readonly LockedPackage[];
  /** The crate the program is made of. */
  readonly root: string;
}

interface AuditedCrate {
  readonly name: string;
  readonly version: string;
  readonly source: string;
  readonly build: boolean;
  readonly root: boolean;
  readonly dependencies: readonly number[];
}

/** `refOf` names a crate that is not of crates.io, of which the section does not say where it is from. */
type ReadAuditable = (
  section: Uint8Array,
  refOf: (crate: { readonly name: string; readonly version: string }) => string,
) => Parsed<AuditedProgram>;

/**
 * Reads the `.dep-v0` sections of one image. A few kilobytes inflate to megabytes, in any number of files, so no more than
 * `bytes` are inflated in all of them together; what comes then is refused. The default is five hundred times what a large
 * program needs.
 */
export function auditableReader({ bytes = 64 * 1024 * 1024 }: { readonly bytes?: number } = {}): ReadAuditable {
  let left = bytes;
  return (section, refOf) => {
    if (left <= 0) return refuse('was not read: the programs before it say more than any image does');
    const allowed = Math.min(maximumBytes, left);
    const json = inflate(section, allowed);
    // What did not fit was work too.
    left -= json?.length ?? allowed;
    return json === undefined
      ? refuse(`is not deflated data of at most ${allowed} bytes`)
      : readAudit(json.toString('utf8'), refOf);
  };
}

function inflate(section: Uint8Array, maxOutputLength: number): Buffer | undefined {
  try {
    return inflateSync(section, { maxOutputLength });
  } catch {
    return undefined;
  }
}

/** Refused unless it has exactly one root, edges only to crates it names, and no circle. */
function readAudit(json: string, refOf: Parameters<ReadAuditable>[1]): Parsed<AuditedProgram> {
  const crates = parse(json);
  if (crates.is === 'refused') return crates;
  const list = crates.value;
  if (list.some(({ dependencies }) => dependencies.some((at) => at >= list.length)))
    return refuse('names a dependency that it does not have');
  const [root, ...more] = list.filter((crate) => crate.root);
  if (root === undefined || more.length > 0) return refuse('has not exactly one root');
  if (hasCircle(list.map(({ dependencies }) => dependencies))) return refuse('has crates that depend on themselves');
  const refs = list.map((crate) => purlOf(crate) ?? refOf(crate));
  const packages = list.map((crate, at): LockedPackage => ({
    ref: refs[at] ?? '',
    purl: purlOf(crate),
    name: crate.name,
    version: crate.version,
    hashes: [],
    source: undefined,
    // A build script ran, but is not in the program.
    scope: crate.build ? 'excluded' : 'required',
    dependsOn: crate.dependencies.flatMap((index) => refs[index] ?? []),
  }));
  return accept({ packages, root: refs[list.indexOf(root)] ?? '' });
}

function parse(json: string): Parsed<readonly AuditedCrate[]> {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch {
    return refuse('is not JSON');
  }
  const entries: unknown = isTable(document) ? document['packages'] : undefined;
  if (!Array.isArray(entries)) return refuse('has no list of packages');
  if (entries.length > maximumPackages) return refuse(tooManyPackages);
  const crates: AuditedCrate[] = [];
  for (const entry of entries) {
    const crate = toCrate(entry);
    if (crate === undefined) return refuse('has an entry that is no crate');
    crates.push(crate);
  }
  return accept(crates);
}

function toCrate(entry: unknown): AuditedCrate | undefined {
  if (!isTable(entry)) return undefined;
  const { name, version, source, kind = 'runtime', root = false, dependencies = [] } = entry;
  if (!isText(name) || !/^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name) || !isText(source)) return undefined;
  if (!isText(version) || !/^\d+\.\d+\.\d+[0-9A-Za-z.+-]*$/.test(version)) return undefined;
  if (typeof root !== 'boolean' || !Array.isArray(dependencies)) return undefined;
  const numbers = dependencies.filter((at: unknown): at is number => Number.isInteger(at) && Number(at) >= 0);
  if (numbers.length !== dependencies.length) return undefined;
  return { name, version, source, build: kind === 'build', root, dependencies: [...new Set(numbers)] };
}

/** Removes what depends on nothing that is left, until nothing more goes: what stays is in a circle. */
function hasCircle(edges: readonly (readonly number[])[]): boolean {
  const open = edges.map((targets) => targets.length);
  const users = edges.map((): number[] => []);
  for (const [at, targets] of edges.entries()) for (const target of targets) users[target]?.push(at);
  const free = open.flatMap((count, at) => (count === 0 ? [at] : []));
  let removed = 0;
  for (let at = free.pop(); at !== undefined; at = free.pop()) {
    removed += 1;
    for (const user of users[at] ?? []) {
      open[user] = (open[user] ?? 0) - 1;
      if (open[user] === 0) free.push(user);
    }
  }
  return removed < edges.length;
}

function purlOf({ name, version, source }: AuditedCrate): string | undefined {
  if (source !== 'crates.io') return undefined;
  return new PackageURL('cargo', undefined, name, version, undefined, undefined).toString();
}

const maximumBytes = 8 * 1024 * 1024;
