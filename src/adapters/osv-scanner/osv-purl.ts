/**
 * The package URL of a package as osv-scanner names it, without qualifiers: so a VEX statement that wants one of them does
 * not speak of it. Undefined for an ecosystem that is not listed.
 */
export function osvPurl(found: {
  readonly name: string;
  readonly os_package_name?: string | undefined;
  readonly version: string;
  /** `Debian:12`, `npm`; what stands after the colon is the release of a distribution. */
  readonly ecosystem: string;
}): string | undefined {
  const [ecosystem = ''] = found.ecosystem.split(':');
  const type = types.get(ecosystem);
  if (type === undefined) return undefined;
  const name = ecosystem === 'Maven' ? found.name.replace(':', '/') : (found.os_package_name ?? found.name);
  const path = name.split('/').map((part) => encodeURIComponent(part));
  const version = found.version === '' ? '' : `@${encodeURIComponent(found.version)}`;
  return `pkg:${type}/${path.join('/')}${version}`;
}

const types: ReadonlyMap<string, string> = new Map([
  ['Debian', 'deb/debian'],
  ['Ubuntu', 'deb/ubuntu'],
  ['Alpine', 'apk/alpine'],
  ['npm', 'npm'],
  ['PyPI', 'pypi'],
  ['Go', 'golang'],
  ['crates.io', 'cargo'],
  ['Maven', 'maven'],
  ['RubyGems', 'gem'],
  ['NuGet', 'nuget'],
  ['Packagist', 'composer'],
]);
