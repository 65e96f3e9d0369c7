import { isRecord } from '../../domain/image-config.ts';

/** What our own SBOM of an image says, to see whether a scanner looked at the same. */
export interface SbomFacts {
  readonly components: number;
  /** Components that the package manager of an operating system installed: deb, apk or rpm. */
  readonly systemPackages: number;
  /** A database of rpm was seen and not read, so there are packages that are not counted. */
  readonly rpm: boolean;
}

/** Reads them from the CycloneDX document that Cutwater made. */
export function sbomFacts(document: unknown): SbomFacts {
  const components = listIn(document, 'components');
  const purls = components.map((component) => textIn(component, 'purl'));
  const notes = listIn(isRecord(document) ? document['metadata'] : undefined, 'properties');
  return {
    components: components.length,
    systemPackages: purls.filter((purl) => /^pkg:(?:deb|apk|rpm)\//.test(purl)).length,
    rpm: notes.some(
      (note) => textIn(note, 'name') === 'cutwater:not-covered' && textIn(note, 'value').startsWith('rpm packages:'),
    ),
  };
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const list: unknown = isRecord(value) ? value[name] : undefined;
  return Array.isArray(list) ? list : [];
}

function textIn(value: unknown, name: string): string {
  const text: unknown = isRecord(value) ? value[name] : undefined;
  return typeof text === 'string' ? text : '';
}
