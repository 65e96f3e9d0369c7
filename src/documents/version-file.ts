import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';
import { quote } from '../domain/quote.ts';
import type { Version } from '../domain/version.ts';
import { formatVersion, parseVersion } from '../domain/version.ts';
import { cargoLockPlaces, cargoTomlPlaces } from './cargo-version.ts';
import { packageJsonPlaces, packageLockPlaces } from './npm-version.ts';
import { patternPlaces, plainPlaces } from './pattern-version.ts';
import type { VersionFile } from '../policy/version-file-policy.ts';
import type { Edit } from './text-lines.ts';
import type { VersionPlace } from './version-place.ts';

export interface FoundVersion {
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  readonly what: string;
  /** As it stands; need not be SemVer. */
  readonly version: string;
}

/** Every place of the project's version in a file, in order, at least one. Refused where there is none to be found. */
export function readVersionOf(file: VersionFile, text: string): Parsed<readonly FoundVersion[]> {
  const places = placesOf(file, text);
  if (places.is === 'refused') return places;
  let line = 1;
  let counted = 0;
  return accept(
    places.value.map(({ start, end, what }): FoundVersion => {
      line += text.slice(counted, start).match(/\r\n|\n|\r/g)?.length ?? 0;
      counted = start;
      return { path: file.path, line, what, version: text.slice(start, end) };
    }),
  );
}

/** The same file with this version in every place; all other bytes stay. */
export function setVersion(file: VersionFile, text: string, version: Version): Edit {
  const places = placesOf(file, text);
  if (places.is === 'refused') return places;
  const name = formatVersion(version);
  const kept = places.value.map(({ start }, index) => text.slice(places.value[index - 1]?.end ?? 0, start));
  const edited = [...kept, text.slice(places.value.at(-1)?.end ?? 0)].join(name);
  if (edited === text) return { is: 'unchanged', reason: `has the version ${name} already` };
  return { is: 'edited', text: edited };
}

/** Why files do not agree on a version, one sentence for each place, with file and line. */
export function versionDisagreements(found: readonly FoundVersion[], version: Version): readonly string[] {
  const wanted = formatVersion(version);
  return found
    .filter((place) => place.version !== wanted)
    .map(({ path, line, what, version: other }) => {
      const parsed = parseVersion(other);
      const fault = parsed.is === 'refused' ? `, which ${parsed.reason}` : '';
      return `${quote(path)}, line ${line}: ${what} has the version ${quote(other)}${fault}, ${wanted} is wanted`;
    });
}

function placesOf(file: VersionFile, text: string): Parsed<readonly VersionPlace[]> {
  const places = findPlaces(file, text);
  if (places.is === 'refused' || places.value.length > 0) return places;
  return refuse(`names no version of the project in ${quote(file.path)}`);
}

function findPlaces(file: VersionFile, text: string): Parsed<readonly VersionPlace[]> {
  switch (file.kind) {
    case 'cargo-toml':
      return accept(cargoTomlPlaces(text));
    case 'cargo-lock':
      return cargoLockPlaces(text, file.packages);
    case 'package-json':
      return packageJsonPlaces(text);
    case 'package-lock':
      return packageLockPlaces(text);
    case 'pattern':
      return patternPlaces(text, file.pattern);
    case 'plain':
      return plainPlaces(text);
  }
}
