import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { isRecord } from '../../domain/image-config.ts';

/** What an SBOM says, without the format it says it in. */
export interface Sbom {
  readonly root: SbomPart;
  /** Cutwater's version that made it. */
  readonly toolVersion: string;
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
}

/** Reads a CycloneDX 1.6 document, the predicate of a signed statement. Refused where a member has another shape. */
export function readSbom(document: unknown): Parsed<Sbom> {
  if (!isRecord(document) || document['bomFormat'] !== 'CycloneDX' || document['specVersion'] !== '1.6')
    return refuse('is no CycloneDX 1.6 document');
  const metadata = isRecord(document['metadata']) ? document['metadata'] : {};
  const root = toPart(metadata['component']);
  const tools = isRecord(metadata['tools']) ? metadata['tools'] : {};
  const tool = toPart(listOf(tools['components'])[0]);
  const components = listOf(document['components']).map(toPart);
  if (root === undefined) return refuse('does not say what it is about');
  if (!components.every((part) => part !== undefined)) return refuse('has a component that is none');
  const { serialNumber } = document;
  return accept({
    root,
    toolVersion: tool?.version ?? '',
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
    places: listOf(isRecord(evidence) ? evidence['occurrences'] : undefined)
      .filter(isRecord)
      .map(({ location }) => textOf(location)),
  };
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
