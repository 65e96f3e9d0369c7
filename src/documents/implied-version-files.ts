import type { VersionFile } from '../policy/version-file-policy.ts';
import { versionFileFor } from '../policy/version-file-policy.ts';
import type { CargoManifest } from './cargo-manifest.ts';

/**
 * The files whose version is the project's: those the policy names, and the lock file of each manifest among them, which
 * is the nearest Cargo.lock at or above a Cargo.toml, and the lock beside a package.json. `paths` are all files there are.
 */
export function withLockFiles(named: readonly VersionFile[], paths: readonly string[]): readonly VersionFile[] {
  const there = new Set(paths);
  const locks = named.flatMap(({ path, kind }): readonly string[] => {
    const folders = foldersUp(path);
    if (kind === 'cargo-toml')
      return folders
        .map((folder) => `${folder}Cargo.lock`)
        .filter((lock) => there.has(lock))
        .slice(0, 1);
    if (kind !== 'package-json') return [];
    return ['package-lock.json', 'npm-shrinkwrap.json']
      .map((name) => `${folders[0] ?? ''}${name}`)
      .filter((lock) => there.has(lock));
  });
  const own = new Set(named.map(({ path }) => path));
  const implied = [...new Set(locks)].filter((lock) => !own.has(lock));
  return [...named, ...implied.flatMap((lock) => versionFileFor(lock) ?? [])];
}

/** The paths of the Cargo.toml files that say whose version a Cargo.lock without named packages holds. */
export function manifestsOf(files: readonly VersionFile[], paths: readonly string[]): readonly string[] {
  const locks = files.flatMap((file) => (file.kind === 'cargo-lock' && file.packages === undefined ? [file.path] : []));
  const isManifest = (path: string): boolean => path === 'Cargo.toml' || path.endsWith('/Cargo.toml');
  return paths.filter((path) => isManifest(path) && locks.some((lock) => path.startsWith(folderOf(lock))));
}

/** What the manifests and lock files of a commit say, by path. */
export interface CargoFacts {
  readonly manifests: ReadonlyMap<string, CargoManifest>;
  /** The packages of each Cargo.lock that come from no registry or repository. */
  readonly locked: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Fills in the packages of each Cargo.lock: a package of a Cargo.toml that the policy names, or one that takes over the
 * version of such a workspace. Others of the project have versions of their own. A lock file that only stands beside a
 * manifest and has no such package is left out.
 */
export function withOwnPackages(
  files: readonly VersionFile[],
  { manifests, locked }: CargoFacts,
  named: readonly VersionFile[],
): readonly VersionFile[] {
  const toml = new Set(named.flatMap((file) => (file.kind === 'cargo-toml' ? [file.path] : [])));
  return files.flatMap((file): readonly VersionFile[] => {
    // A lock file without any manifest named lists the project's packages itself.
    if (file.kind !== 'cargo-lock' || file.packages !== undefined || toml.size === 0) return [file];
    const folder = folderOf(file.path);
    const inherits =
      toml.has(`${folder}Cargo.toml`) && manifests.get(`${folder}Cargo.toml`)?.hasWorkspaceVersion === true;
    const packages = [...manifests].flatMap(([path, { name, version }]): readonly string[] => {
      if (name === undefined || !path.startsWith(folder)) return [];
      if (version === 'own') return toml.has(path) ? [name] : [];
      // A manifest outside the workspace, such as one in test data, takes over nothing that is locked here.
      return version === 'workspace' && inherits && locked.get(file.path)?.has(name) === true ? [name] : [];
    });
    return packages.length === 0 && !named.includes(file) ? [] : [{ ...file, packages }];
  });
}

/** `a/b/`, `a/` and the top, ``, for `a/b/Cargo.toml`. */
function foldersUp(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return [...parts.keys(), parts.length].toReversed().map((count) =>
    parts
      .slice(0, count)
      .map((part) => `${part}/`)
      .join(''),
  );
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
