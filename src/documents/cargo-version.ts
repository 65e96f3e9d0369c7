import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';
import { quote } from '../domain/quote.ts';
import type { TomlEntry } from './toml-entries.ts';
import { readTomlEntries } from './toml-entries.ts';
import type { VersionPlace } from './version-place.ts';

/** `version` of `[package]` and of `[workspace.package]`; one that is inherited is no text of this file. */
export function cargoTomlPlaces(text: string): readonly VersionPlace[] {
  return readTomlEntries(text).flatMap(({ table, key, value }): readonly VersionPlace[] => {
    const what = tables.get([...table, ...key].join('.'));
    return what === undefined || value === undefined ? [] : [{ start: value.start, end: value.end, what }];
  });
}

const tables: ReadonlyMap<string, string> = new Map([
  ['package.version', '[package]'],
  ['workspace.package.version', '[workspace.package]'],
]);

/**
 * The versions of the project's own packages in a Cargo.lock. Without names these are all packages without a `source`;
 * a name that is not there, or only comes from elsewhere, is refused.
 */
export function cargoLockPlaces(text: string, names: readonly string[] | undefined): Parsed<readonly VersionPlace[]> {
  const own = lockedPackages(readTomlEntries(text)).filter((item) => item.source === undefined);
  const missing = names?.find((name) => !own.some((item) => item.name === name));
  if (missing !== undefined) return refuse(`has no package ${quote(missing)} of the project itself`);
  const chosen = own.filter(({ name }) => names === undefined || names.includes(name));
  return accept(
    chosen.flatMap(({ name, version }) => {
      return version === undefined ? [] : [{ start: version.start, end: version.end, what: `package ${quote(name)}` }];
    }),
  );
}

/** The packages of a Cargo.lock that come from no registry or repository. */
export function lockedOwnPackages(text: string): ReadonlySet<string> {
  const own = lockedPackages(readTomlEntries(text)).filter(({ source }) => source === undefined);
  return new Set(own.map(({ name }) => name));
}

interface LockedPackage {
  readonly name: string;
  readonly version: TomlEntry['value'];
  readonly source: TomlEntry['value'];
}

function lockedPackages(entries: readonly TomlEntry[]): readonly LockedPackage[] {
  const inPackages = entries.filter(({ table }) => table.length === 1 && table[0] === 'package');
  const groups = Map.groupBy(inPackages, ({ tableAt }) => tableAt);
  return [...groups.values()].map((group) => {
    const find = (key: string): TomlEntry['value'] => group.find((entry) => entry.key.join('.') === key)?.value;
    return { name: find('name')?.text ?? '', version: find('version'), source: find('source') };
  });
}
