import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';
import { findJsonStrings } from './json-places.ts';
import type { VersionPlace } from './version-place.ts';

/** `version` of a package.json. */
export function packageJsonPlaces(text: string): Parsed<readonly VersionPlace[]> {
  return placesAt(text, [['version']]);
}

/** `version` of a package-lock.json and of its root package, `packages[""]`, which version 1 of the format lacks. */
export function packageLockPlaces(text: string): Parsed<readonly VersionPlace[]> {
  return placesAt(text, [['version'], ['packages', '', 'version']]);
}

function placesAt(text: string, paths: readonly (readonly string[])[]): Parsed<readonly VersionPlace[]> {
  const found = findJsonStrings(text, paths);
  if (found.is === 'refused') return found;
  const names = paths.map(nameOf);
  const double = names.find((name) => found.value.filter((place) => nameOf(place.path) === name).length > 1);
  if (double !== undefined) return refuse(`has "${double}" twice`);
  return accept(found.value.map(({ start, end, path }) => ({ start, end, what: `"${nameOf(path)}"` })));
}

function nameOf(path: readonly string[]): string {
  return path.map((key) => (key === '' ? '""' : key)).join('.');
}
