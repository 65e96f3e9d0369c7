import type { ToolInventory } from '../../domain/tool-inventory.ts';
import type { SbomComponent, ToolSighting } from './sbom-component.ts';

/** The programs that looked at the image, Cutwater first; alone it has no reference that anything would speak of. */
export function toolComponents(
  cutwaterVersion: string,
  tools: readonly ToolInventory['tool'][],
): readonly Readonly<Record<string, unknown>>[] {
  const own = { type: 'application', name: 'cutwater', version: cutwaterVersion };
  if (tools.length === 0) return [own];
  return [
    { ...own, 'bom-ref': refOf('cutwater') },
    ...tools
      .toSorted((left, right) => (left.name < right.name ? -1 : 1))
      .map(({ name, version, sha256 }) => ({
        type: 'application',
        'bom-ref': refOf(name),
        name,
        version,
        hashes: [{ alg: 'SHA-256', content: sha256 }],
      })),
  ];
}

/** Who calls it what (CycloneDX 1.6, "identity"), and who saw it where: names of programs as the context of a place. */
export function sightedEvidence(component: SbomComponent): Readonly<Record<string, unknown>> {
  const sightings = sightingsOf(component);
  const finders = new Map<string, string[]>();
  for (const { tool, places } of sightings)
    for (const place of places) {
      const named = finders.get(place);
      if (named === undefined) finders.set(place, [tool]);
      else named.push(tool);
    }
  return {
    identity: sightings.flatMap(({ tool, values }) =>
      values.map(({ field, value }) => ({ field, concludedValue: value, tools: [refOf(tool)] })),
    ),
    occurrences: [...finders]
      .map(([location, tools]) => ({ location, additionalContext: tools.join(', ') }))
      .sort((left, right) => (left.location < right.location ? -1 : 1)),
  };
}

function sightingsOf({ name, purl, occurrences, sightings = [] }: SbomComponent): readonly ToolSighting[] {
  if (occurrences.length === 0) return sightings;
  const value =
    purl === undefined ? ({ field: 'name', value: name } as const) : ({ field: 'purl', value: purl } as const);
  return [{ tool: 'cutwater', values: [value], places: occurrences }, ...sightings];
}

function refOf(tool: string): string {
  return `tool:${tool}`;
}
