import { quote } from '../../domain/quote.ts';
import type { ToolInventory, ToolPackage } from '../../domain/tool-inventory.ts';
import type { EvidenceNotes } from './evidence-notes.ts';
import { statedLicence } from './licence.ts';
import type { PackageIdentity } from './package-identity.ts';
import { comparableVersion, identityOf } from './package-identity.ts';
import type { SbomComponent, ToolSighting } from './sbom-component.ts';
import { noteConflicts } from './tool-conflicts.ts';

/**
 * Puts what other programs found beside what Cutwater found. The same package is one component, with one more sighting; what
 * nobody else found is a component of its own; and where two see another version of a package at the same place, both stay
 * and the notes say so. A purl is believed only as far as it says the same as the name and the version beside it.
 */
export function addToolEvidence(
  components: readonly SbomComponent[],
  inventories: readonly ToolInventory[],
  notes: EvidenceNotes,
): readonly SbomComponent[] {
  if (inventories.length === 0) return components;
  const known = openIndex(components);
  // By name, so that the order in the policy changes nothing.
  const sorted = inventories.toSorted((left, right) => (left.tool.name < right.tool.name ? -1 : 1));
  for (const inventory of sorted) addInventory(known, inventory, notes);
  const all = known.all();
  noteConflicts(all, notes);
  for (const { tool, packages } of sorted) {
    const alone = all.filter(({ occurrences, sightings = [] }) => {
      const [only, ...more] = sightings;
      return occurrences.length === 0 && more.length === 0 && only?.tool === tool.name;
    });
    const program = `${tool.name} ${tool.version}, the program with the SHA-256 ${tool.sha256}`;
    notes.read(`${tool.name} packages: ${packages.length} by ${program}; ${alone.length} of them nobody else found`);
  }
  return all;
}

function addInventory(known: ComponentIndex, inventory: ToolInventory, notes: EvidenceNotes): void {
  const { tool, packages, leftOut } = inventory;
  const doubted: string[] = [];
  for (const found of packages) {
    const identity = found.purl === undefined ? undefined : identityOf(found.purl);
    const believed = identity !== undefined && agrees(identity, found) ? identity : undefined;
    if (found.purl !== undefined && believed === undefined) doubted.push(`${found.name}@${found.version}`);
    known.see(tool.name, found, believed);
  }
  for (const note of unreadNotes(inventory)) notes.missed(note);
  if (leftOut !== undefined)
    notes.missed(
      `${tool.name} packages: entries that are no packages were left out: ${leftOut.count}, the first is ${quote(leftOut.first)}`,
    );
  const [first, ...more] = doubted;
  if (first !== undefined)
    notes.conflict(
      `${tool.name}: purls that say something else than the name and version beside them were not used: ${more.length + 1}, the first is that of ${quote(first)}`,
    );
}

/** What a program was not made to look for. */
export function unreadNotes({ tool, unread }: ToolInventory): readonly string[] {
  return unread.map((kind) => `${tool.name} packages: it was not made to look for ${kind}`);
}

/** Whether the name and the version beside a purl are those in it. */
function agrees({ base, version, names }: PackageIdentity, found: ToolPackage): boolean {
  const stated = comparableVersion(found.version, base);
  if (stated !== undefined && version !== undefined && stated !== version) return false;
  return names.some((name) => letters(name) === letters(found.name));
}

/** Programs differ in case and in what stands between the parts of a name. */
function letters(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}+]/gu, '') || name;
}

interface ComponentIndex {
  see(tool: string, found: ToolPackage, identity: PackageIdentity | undefined): void;
  /** Sorted by ref. */
  all(): readonly SbomComponent[];
}

interface OpenComponent {
  readonly component: SbomComponent;
  readonly sightings: Map<
    string,
    { readonly values: Map<string, ToolSighting['values'][number]>; readonly places: Set<string> }
  >;
}

/** Everything that was found until now, by what a further program may call it. */
function openIndex(components: readonly SbomComponent[]): ComponentIndex {
  const open: OpenComponent[] = [];
  const byKey = new Map<string, OpenComponent>();
  const byRef = new Map<string, OpenComponent>();
  const add = (component: SbomComponent, places: readonly string[]): OpenComponent => {
    const one: OpenComponent = { component, sightings: new Map() };
    open.push(one);
    byRef.set(component.ref, one);
    if (component.type !== 'library') return one;
    const identity = component.purl === undefined ? undefined : identityOf(component.purl);
    for (const key of identity === undefined ? keysOfPlaces(component, places) : keysOfPackage(identity))
      if (!byKey.has(key)) byKey.set(key, one);
    return one;
  };
  for (const component of components) add(component, component.occurrences);
  const find = (found: ToolPackage, identity: PackageIdentity | undefined): OpenComponent | undefined => {
    const keys = [...askedPackage(identity), ...askedPlaces(found)];
    return keys.map((key) => byKey.get(key)).find((one) => one !== undefined);
  };
  return {
    see(tool, found, identity) {
      const usable = identity?.version === undefined ? undefined : identity;
      const made = (): OpenComponent => {
        const component = newComponent(found, usable);
        return byRef.get(component.ref) ?? add(component, found.places);
      };
      const { sightings } = find(found, identity) ?? made();
      const sighting = sightings.get(tool) ?? { values: new Map(), places: new Set() };
      sightings.set(tool, sighting);
      for (const { field, value } of valuesOf(found)) sighting.values.set(`${field} ${value}`, { field, value });
      for (const place of found.places) sighting.places.add(place);
    },
    all: () => open.map(close).sort((left, right) => (left.ref < right.ref ? -1 : 1)),
  };
}

function valuesOf({ name, version, purl }: ToolPackage): ToolSighting['values'] {
  if (purl !== undefined) return [{ field: 'purl', value: purl }];
  return [{ field: 'name', value: name }, ...(version === '' ? [] : [{ field: 'version' as const, value: version }])];
}

// A hostile report names one thing a hundred thousand times, so everything is found by a key and nothing by looking on.

/** One package may be there for two architectures; a program that names none speaks of any. */
function keysOfPackage({ base, version = '', architecture }: PackageIdentity): readonly string[] {
  return [`${base}@${version}`, `${base}@${version}\n${architecture ?? ''}`];
}

function askedPackage(identity: PackageIdentity | undefined): readonly string[] {
  if (identity?.version === undefined) return [];
  const [any = '', exact = ''] = keysOfPackage(identity);
  return identity.architecture === undefined ? [exact, any] : [exact, `${any}\n`];
}

/** What no registry has is known by its name, its version where there is one, and its place. */
function keysOfPlaces({ name, version = '' }: SbomComponent, places: readonly string[]): readonly string[] {
  return places.flatMap((place) => [`${name}\n${place}`, `${name}\n${place}\n${version}`]);
}

function askedPlaces({ name, version, places }: ToolPackage): readonly string[] {
  const end = comparableVersion(version, '') === undefined ? '' : `\n${version}`;
  return places.map((place) => `${name}\n${place}${end}`);
}

function newComponent(found: ToolPackage, identity: PackageIdentity | undefined): SbomComponent {
  const { name, places } = found;
  const version = comparableVersion(found.version, '') === undefined ? (identity?.version ?? 'unknown') : found.version;
  const licence = statedLicence(found.licence);
  return {
    ref: identity?.purl ?? `local:${places[0] ?? '/'}#${name}@${version}`,
    type: 'library',
    name,
    version,
    purl: identity?.purl,
    hashes: [],
    source: undefined,
    scope: undefined,
    ...(licence === undefined ? {} : { licence }),
    dependsOn: [],
    occurrences: [],
  };
}

function close({ component, sightings }: OpenComponent): SbomComponent {
  if (sightings.size === 0) return component;
  return {
    ...component,
    sightings: [...sightings].map(([tool, { values, places }]) => ({
      tool,
      values: [...values.keys()].sort().flatMap((key) => values.get(key) ?? []),
      places: [...places].sort(),
    })),
  };
}
