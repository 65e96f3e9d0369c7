import type { Digest } from '../../domain/digest.ts';
import { hexOf } from '../../domain/digest.ts';
import { escapeText, quote } from '../../domain/quote.ts';
import type { Sbom, SbomPart } from './read-sbom.ts';

/**
 * What is wrong with an SBOM although its schema accepts it: it is of another image, names a thing twice or not at all,
 * leads nowhere, or states something without evidence. One sentence each, without a final period; empty where it is sound.
 */
export function faultsInSbom(sbom: Sbom, image: Digest): readonly string[] {
  const faults: string[] = [];
  const [hash, ...more] = sbom.root.hashes;
  if (more.length > 0 || hash?.algorithm !== 'SHA-256' || hash.hex !== hexOf(image))
    faults.push(`it is about ${hash?.hex ?? 'nothing'}, not about ${image}`);
  if (!rfc3339.test(sbom.timestamp)) faults.push(`its time ${quote(sbom.timestamp)} is none`);
  const refs = new Set<string>();
  for (const { ref } of [sbom.root, ...sbom.components]) {
    if (ref === '') faults.push('a component has no ref');
    else if (refs.has(ref)) faults.push(`two components are ${quote(ref)}`);
    refs.add(ref);
  }
  for (const ref of new Set([...sbom.edges.flatMap((edge) => [edge.ref, ...edge.dependsOn]), ...sbom.judged]))
    if (!refs.has(ref)) faults.push(`${quote(ref)} is named and is no component`);
  const tools = new Set(sbom.tools.map(({ name }) => name));
  if (tools.size !== sbom.tools.length) faults.push('it names a program twice');
  for (const component of sbom.components) {
    const fault = faultIn(component) ?? unknownFinder(component, tools);
    if (fault !== undefined) faults.push(`${quote(component.ref)} ${fault}`);
  }
  return faults;
}

function faultIn({ type, ref, version, purl, hashes, places }: SbomPart): string | undefined {
  if (places.length === 0 || places.includes('')) return 'was seen nowhere';
  if (hashes.some(({ algorithm, hex }) => hex.length !== hexDigits[algorithm] || !/^[0-9a-f]+$/.test(hex)))
    return 'has a hash that is none';
  if (type === 'file') return hashes.length === 0 ? 'is a file without a hash' : undefined;
  if (type !== 'library') return undefined;
  if (version === undefined || version === '') return 'has no version';
  // No registry has the project's own packages, so they have no purl.
  if (purl === undefined) return ref.startsWith('local:') ? undefined : 'has no purl';
  return /^pkg:[a-z][a-z0-9.+-]*\/./.test(purl) ? undefined : 'has a purl that is none';
}

function unknownFinder({ sightings }: SbomPart, tools: ReadonlySet<string>): string | undefined {
  const unknown = sightings.find(({ tool, places }) => !tools.has(tool) || places.length === 0);
  return unknown === undefined ? undefined : `was seen by ${quote(unknown.tool)}, which did not look or says not where`;
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

const hexDigits: Readonly<Record<string, number>> = { 'SHA-1': 40, 'SHA-256': 64, 'SHA-384': 96, 'SHA-512': 128 };

/** How two SBOMs of one image differ: what only one has, by what it is and where it was seen. */
export interface SbomDifference {
  /** Sorted sentences: `"serde@1.0.0" of "Cargo.lock" is not in the image and the lock files`. */
  readonly onlyStated: readonly string[];
  readonly onlyMade: readonly string[];
}

/**
 * Compares what Cutwater itself found in a signed SBOM and in one made again. Without the lock files only what was seen in the
 * image is compared, and without purls: for what no registry has they come from the lock files.
 */
export function compareSboms(stated: Sbom, made: Sbom, has: { readonly lockFiles: boolean }): SbomDifference {
  return differenceOf(linesOf(stated, has.lockFiles), linesOf(made, has.lockFiles));
}

/** Compares what another program found in a signed SBOM and in one made again. */
export function compareSightings(stated: Sbom, made: Sbom, tool: string): SbomDifference {
  return differenceOf(linesBy(stated, tool), linesBy(made, tool));
}

/** The first differences, for people; undefined where there are none. */
export function describeDifference({ onlyStated, onlyMade }: SbomDifference): string | undefined {
  const differences = [
    ...onlyStated.map((line) => `${line} is stated and was not found`),
    ...onlyMade.map((line) => `${line} was found and is not stated`),
  ];
  if (differences.length === 0) return undefined;
  const shown = differences.slice(0, shownDifferences).map((line) => escapeText(line, 400));
  if (differences.length > shownDifferences) shown.push(`${differences.length - shownDifferences} more`);
  return shown.join('; ');
}

const shownDifferences = 3;

/** What a program found: what it calls each thing, and where it saw it. */
function linesBy({ components }: Sbom, tool: string): ReadonlySet<string> {
  return new Set(
    components.flatMap(({ sightings }) => {
      const own = sightings.find((sighting) => sighting.tool === tool);
      if (own === undefined) return [];
      return [[...own.values.map((text) => quote(text)), 'of', ...own.places.map((place) => quote(place))].join(' ')];
    }),
  );
}

function differenceOf(left: ReadonlySet<string>, right: ReadonlySet<string>): SbomDifference {
  return {
    onlyStated: [...left].filter((line) => !right.has(line)).sort(),
    onlyMade: [...right].filter((line) => !left.has(line)).sort(),
  };
}

function linesOf({ components }: Sbom, lockFiles: boolean): ReadonlySet<string> {
  return new Set(
    components.flatMap((part) => {
      const own = part.sightings.find(({ tool }) => tool === 'cutwater')?.places ?? [];
      const places = own.filter((place) => lockFiles || place.startsWith('/'));
      if (places.length === 0) return [];
      const what = [part.name, part.version].filter((text) => text !== undefined).join('@');
      // A file is its bytes; a package of a lock file has the hash of what the registry has.
      const hashes = lockFiles || part.type === 'file' ? part.hashes.map(({ hex }) => hex) : [];
      const known = [...hashes, ...(lockFiles && part.purl !== undefined ? [part.purl] : [])];
      // Lock files state licences too, so without them there may be others, or none.
      const licence = lockFiles && part.licence !== undefined ? ['under', quote(part.licence.text)] : [];
      return [[quote(what), ...known, ...licence, 'of', ...places.map((place) => quote(place))].join(' ')];
    }),
  );
}
