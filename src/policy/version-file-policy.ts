/** A file that names the project's version, by its path in the repository. */
export type VersionFile =
  /** `plain`: the version is all there is in it. */
  | { readonly path: string; readonly kind: 'cargo-toml' | 'package-json' | 'package-lock' | 'plain' }
  | {
      readonly path: string;
      readonly kind: 'cargo-lock';
      /** Names of the project's own packages; undefined means every package that comes from no registry or repository. */
      readonly packages: readonly string[] | undefined;
    }
  /** One line of text with `{version}` in it; every place that matches counts. */
  | { readonly path: string; readonly kind: 'pattern'; readonly pattern: string };

/** The kind of a file by its name; undefined where only a pattern can tell. */
export function versionFileFor(path: string): VersionFile | undefined {
  switch (path.slice(path.lastIndexOf('/') + 1)) {
    case 'Cargo.toml':
      return { path, kind: 'cargo-toml' };
    case 'Cargo.lock':
      return { path, kind: 'cargo-lock', packages: undefined };
    case 'package.json':
      return { path, kind: 'package-json' };
    case 'package-lock.json':
    case 'npm-shrinkwrap.json':
      return { path, kind: 'package-lock' };
    case 'VERSION':
    case 'VERSION.txt':
    case 'version.txt':
    case '.version':
      return { path, kind: 'plain' };
    default:
      return undefined;
  }
}

/** Why a text is no pattern that finds a version; undefined where it is one. */
export function versionPatternFault(pattern: string): string | undefined {
  const [before = '', after, ...more] = pattern.split('{version}');
  if (after === undefined || more.length > 0) return 'does not have {version} once';
  if (/[\r\n]/.test(pattern)) return 'has more than one line';
  return (before + after).trim().length < 2
    ? 'would match any version; write what stands beside {version} too'
    : undefined;
}
