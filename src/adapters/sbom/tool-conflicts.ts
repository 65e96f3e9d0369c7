import { quote } from '../../domain/quote.ts';
import type { EvidenceNotes } from './evidence-notes.ts';
import { comparableVersion, identityOf } from './package-identity.ts';
import type { SbomComponent } from './sbom-component.ts';

/**
 * Notes where one finder sees a version of a package that the other does not see there, and the other one that the first does
 * not: then one of them is wrong. That a finder sees less than another is no conflict.
 */
export function noteConflicts(components: readonly SbomComponent[], notes: EvidenceNotes): void {
  const found = [...seenAt(components)].flatMap(([key, finders]) => {
    const [, , place = ''] = key.split('\n');
    return pairsOf([...finders.keys()]).flatMap(([left, right]) => {
      const [onlyLeft, onlyRight] = [lacking(finders, left, right), lacking(finders, right, left)];
      if (onlyLeft.length === 0 || onlyRight.length === 0) return [];
      const [name = ''] = key.split('\n');
      const where = place === '' ? 'as a package of the system' : `in ${quote(place)}`;
      return [`${quote(name)} ${where} is ${firstOf(onlyLeft)} by ${left}, ${firstOf(onlyRight)} by ${right}`];
    });
  });
  for (const conflict of found.slice(0, maximumNotes)) notes.conflict(conflict);
  if (found.length > maximumNotes)
    notes.conflict(`${found.length - maximumNotes} more packages are told with two versions`);
}

const maximumNotes = 100;
const maximumVersions = 10;

type Finders = ReadonlyMap<string, ReadonlySet<string>>;

/** Versions by finder, for each package at each place. The packages of a system have one place: their database. */
function seenAt(components: readonly SbomComponent[]): ReadonlyMap<string, Finders> {
  const seen = new Map<string, Map<string, Set<string>>>();
  for (const { type, name, version = '', purl, occurrences, sightings = [] } of components) {
    const identity = purl === undefined ? undefined : identityOf(purl);
    const known = identity?.version ?? comparableVersion(version, '');
    if (type !== 'library' || known === undefined) continue;
    const named = identity === undefined ? name.toLowerCase() : identity.base.slice(identity.base.indexOf(':') + 1);
    for (const { tool, places } of [{ tool: 'cutwater', places: occurrences }, ...sightings])
      for (const place of identity?.system === true ? (places.length === 0 ? [] : ['']) : places) {
        const key = [named, identity?.architecture ?? '', place].join('\n');
        const finders = seen.get(key) ?? new Map<string, Set<string>>();
        seen.set(key, finders);
        finders.set(tool, (finders.get(tool) ?? new Set()).add(known));
      }
  }
  return seen;
}

function lacking(finders: Finders, here: string, there: string): readonly string[] {
  const others = finders.get(there);
  return [...(finders.get(here) ?? [])]
    .filter((version) => others?.has(version) !== true)
    .sort()
    .map((version) => quote(version));
}

/** A hostile report may name any number of versions. */
function firstOf(versions: readonly string[]): string {
  const more = versions.length - maximumVersions;
  return `${versions.slice(0, maximumVersions).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function pairsOf(names: readonly string[]): readonly (readonly [string, string])[] {
  const sorted = names.toSorted();
  return sorted.flatMap((left, at) => sorted.slice(at + 1).map((right) => [left, right] as const));
}
