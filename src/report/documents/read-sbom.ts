import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { isRecord } from '../../domain/image-config.ts';

/** What an SBOM says, without the format it says it in. */
export interface Sbom {
  readonly root: SbomPart;
  /** Cutwater's version that made it. */
  readonly toolVersion: string;
  /** The programs that looked at the image, Cutwater first. */
  readonly tools: readonly SbomTool[];
  /** RFC 3339. */
  readonly timestamp: string;
  readonly serialNumber: string;
  readonly components: readonly SbomPart[];
  readonly edges: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
  /** Refs that compositions speak of. */
  readonly judged: readonly string[];
  /** What the document says of itself: `covered` and `not-covered`. */
  readonly notes: readonly { readonly name: string; readonly value: string }[];
}

export interface SbomPart {
  readonly ref: string;
  readonly type: string;
  /** With the group, where it has one: `@scope/name`. */
  readonly name: string;
  readonly version: string | undefined;
  readonly purl: string | undefined;
  readonly scope: string | undefined;
  readonly source: string | undefined;
  readonly hashes: readonly { readonly algorithm: string; readonly hex: string }[];
  /** As it declares it: an SPDX expression, or a name where it is none. */
  readonly licence: { readonly is: 'expression' | 'name'; readonly text: string } | undefined;
  /** Where it was seen. */
  readonly places: readonly string[];
  /** By whom: where nothing else is said, by Cutwater. */
  readonly sightings: readonly SbomSighting[];
}

export interface SbomTool {
  readonly name: string;
  readonly version: string;
  /** Of the program, hexadecimal; empty for Cutwater. */
  readonly sha256: string;
}

export interface SbomSighting {
  readonly tool: string;
  /** What it calls the component: purls, or names. */
  readonly values: readonly string[];
  readonly places: readonly string[];
}

/** Reads a CycloneDX 1.6 document, the predicate of a signed statement. Refused where a member has another shape. */
export function readSbom(document: unknown): Parsed<Sbom> {
  if (!isRecord(document) || document['bomFormat'] !== 'CycloneDX' || document['specVersion'] !== '1.6')
    return refuse('is no CycloneDX 1.6 document');
  const metadata = isRecord(document['metadata']) ? document['metadata'] : {};
  const root = toPart(metadata['component']);
  const tools = isRecord(metadata['tools']) ? metadata['tools'] : {};
  const looked = listOf(tools['components']).map(toPart);
  const components = listOf(document['components']).map(toPart);
  if (root === undefined) return refuse('does not say what it is about');
  if (!components.every((part) => part !== undefined)) return refuse('has a component that is none');
  const { serialNumber } = document;
  return accept({
    root,
    toolVersion: looked[0]?.version ?? '',
    tools: looked.flatMap((tool) =>
      tool === undefined ? [] : [{ name: tool.name, version: tool.version ?? '', sha256: tool.hashes[0]?.hex ?? '' }],
    ),
    timestamp: textOf(metadata['timestamp']),
    serialNumber: textOf(serialNumber),
    components,
    edges: listOf(document['dependencies'])
      .filter(isRecord)
      .map((edge) => ({ ref: textOf(edge['ref']), dependsOn: listOf(edge['dependsOn']).map(textOf) })),
    judged: listOf(document['compositions'])
      .filter(isRecord)
      .flatMap((one) => [...listOf(one['assemblies']), ...listOf(one['dependencies'])].map(textOf)),
    notes: listOf(metadata['properties'])
      .filter(isRecord)
      .map(({ name, value }) => ({ name: textOf(name).replace(/^cutwater:/, ''), value: textOf(value) })),
  });
}

function toPart(value: unknown): SbomPart | undefined {
  if (!isRecord(value)) return undefined;
  const { type, name, group, version, purl, scope, evidence } = value;
  if (typeof type !== 'string' || typeof name !== 'string') return undefined;
  const [reference] = listOf(value['externalReferences']).filter(isRecord);
  return {
    ref: textOf(value['bom-ref']),
    type,
    name: typeof group === 'string' ? `${group}/${name}` : name,
    version: typeof version === 'string' ? version : undefined,
    purl: typeof purl === 'string' ? purl : undefined,
    scope: typeof scope === 'string' ? scope : undefined,
    source: reference && textOf(reference['url']),
    hashes: listOf(value['hashes'])
      .filter(isRecord)
      .map(({ alg, content }) => ({ algorithm: textOf(alg), hex: textOf(content) })),
    licence: licenceOf(value['licenses']),
    places: recordsIn(evidence, 'occurrences').map(({ location }) => textOf(location)),
    sightings: sightingsIn(evidence),
  };
}

/** A place is Cutwater's own unless its context names others; what they call it stands in the identity. */
function sightingsIn(evidence: unknown): readonly SbomSighting[] {
  const found = new Map<string, { readonly values: string[]; readonly places: string[] }>();
  const of = (tool: string) => {
    const own = found.get(tool) ?? { values: [], places: [] };
    found.set(tool, own);
    return own;
  };
  for (const { location, additionalContext } of recordsIn(evidence, 'occurrences'))
    for (const tool of textOf(additionalContext || 'cutwater').split(', ')) of(tool).places.push(textOf(location));
  for (const { concludedValue, tools } of recordsIn(evidence, 'identity'))
    for (const ref of listOf(tools)) of(textOf(ref).replace(/^tool:/, '')).values.push(textOf(concludedValue));
  // Cutwater first, as among the programs that looked.
  const order = (tool: string): string => (tool === 'cutwater' ? '' : tool);
  return [...found]
    .map(([tool, seen]) => ({ tool, ...seen }))
    .sort((left, right) => (order(left.tool) < order(right.tool) ? -1 : 1));
}

function recordsIn(value: unknown, name: string): readonly Readonly<Record<string, unknown>>[] {
  return listOf(isRecord(value) ? value[name] : undefined).filter(isRecord);
}

function licenceOf(value: unknown): SbomPart['licence'] {
  const [choice] = listOf(value).filter(isRecord);
  const { id, name } = isRecord(choice?.['license']) ? choice['license'] : {};
  const expression = textOf(choice?.['expression']) || textOf(id);
  if (expression !== '') return { is: 'expression', text: expression };
  return textOf(name) === '' ? undefined : { is: 'name', text: textOf(name) };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
