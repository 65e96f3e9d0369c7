import { readTomlEntries } from './toml-entries.ts';

/** What a Cargo.toml says about versions. */
export interface CargoManifest {
  /** Of `[package]`; undefined in a virtual workspace. */
  readonly name: string | undefined;
  /** `workspace`: the package takes over the version of its workspace. */
  readonly version: 'own' | 'workspace' | 'none';
  /** Whether `[workspace.package]` has a version. */
  readonly hasWorkspaceVersion: boolean;
}

/** Reads a Cargo.toml as far as it says whose version is whose. */
export function readCargoManifest(text: string): CargoManifest {
  const entries = readTomlEntries(text).map(({ table, key, value }) => ({ at: [...table, ...key].join('.'), value }));
  const find = (at: string): (typeof entries)[number] | undefined => entries.find((entry) => entry.at === at);
  const version = find('package.version');
  // `version = { workspace = true }` and `version.workspace = true` are the two ways to take it over.
  const inherits =
    version === undefined ? find('package.version.workspace') !== undefined : version.value === undefined;
  return {
    name: find('package.name')?.value?.text,
    version: inherits ? 'workspace' : version === undefined ? 'none' : 'own',
    hasWorkspaceVersion: find('workspace.package.version')?.value !== undefined,
  };
}
