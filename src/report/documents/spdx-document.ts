import { canonicalJson } from '../../domain/canonical-json.ts';
import { digestOf, hexOf } from '../../domain/digest.ts';
import type { Sbom, SbomPart } from './read-sbom.ts';

/**
 * The same SBOM as SPDX 2.3 JSON, canonical, with a line end. It is a pure function of the signed CycloneDX document, so
 * anyone can make it again. Files are packages with the purpose FILE: SPDX files must have a SHA-1, which nobody needs.
 */
export function spdxDocument(sbom: Sbom): Uint8Array {
  const { root, components, edges, notes, tools } = sbom;
  const several = tools.length > 1;
  const document = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: documentId,
    name: `${root.name} ${root.version ?? ''}`.trim(),
    documentNamespace: sbom.serialNumber,
    creationInfo: {
      // SPDX has whole seconds only.
      created: sbom.timestamp.replace(/\.\d+Z$/, 'Z'),
      creators: several
        ? tools.map(({ name, version }) => `Tool: ${name}-${version}`)
        : [`Tool: cutwater-${sbom.toolVersion}`],
    },
    comment: notes.map(({ name, value }) => `${name}: ${value}`).join('\n'),
    documentDescribes: [idOf(root.ref)],
    packages: [root, ...components].map((part) => toPackage(part, { several })),
    relationships: [
      relation(documentId, 'DESCRIBES', idOf(root.ref)),
      ...components
        .filter(({ places }) => places.some((place) => place.startsWith('/')))
        .map(({ ref }) => relation(idOf(root.ref), 'CONTAINS', idOf(ref))),
      ...edges.flatMap(({ ref, dependsOn }) =>
        dependsOn.map((other) => relation(idOf(ref), 'DEPENDS_ON', idOf(other))),
      ),
    ],
  };
  return new TextEncoder().encode(`${canonicalJson(document)}\n`);
}

const documentId = 'SPDXRef-DOCUMENT';

/** SPDX allows letters, digits, dots and hyphens only. */
function idOf(ref: string): string {
  return `SPDXRef-${hexOf(digestOf(ref)).slice(0, 32)}`;
}

function relation(from: string, type: string, to: string): Readonly<Record<string, string>> {
  return { spdxElementId: from, relationshipType: type, relatedSpdxElement: to };
}

function toPackage(part: SbomPart, { several }: { readonly several: boolean }): Readonly<Record<string, unknown>> {
  const { ref, name, version, purl, hashes, source, places, type, licence } = part;
  return {
    SPDXID: idOf(ref),
    name,
    ...(version === undefined ? {} : { versionInfo: version }),
    // Only an address of the form SPDX knows counts; others stay in the source information.
    downloadLocation: source !== undefined && /^(?:git\+)?https:\/\//.test(source) ? source : 'NOASSERTION',
    filesAnalyzed: false,
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: licence?.is === 'expression' ? licence.text : 'NOASSERTION',
    ...(licence?.is === 'name' ? { licenseComments: `declared as: ${licence.text}` } : {}),
    copyrightText: 'NOASSERTION',
    primaryPackagePurpose: purposes[type] ?? 'OTHER',
    ...(type === 'file' ? { packageFileName: name } : {}),
    ...(places.length === 0 ? {} : { sourceInfo: several ? seenBy(part) : `seen in: ${places.join(', ')}` }),
    ...(hashes.length === 0
      ? {}
      : {
          checksums: hashes.map(({ algorithm, hex }) => ({
            algorithm: algorithm.replace('-', ''),
            checksumValue: hex,
          })),
        }),
    ...(purl === undefined
      ? {}
      : {
          externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
        }),
  };
}

/** `seen by cutwater in: /usr/bin/app; seen by syft as pkg:cargo/app@1.0.0 in: /usr/bin/app` */
function seenBy({ sightings }: SbomPart): string {
  return sightings
    .map(({ tool, values, places }) => {
      const named = tool === 'cutwater' || values.length === 0 ? '' : ` as ${values.join(', ')}`;
      return `seen by ${tool}${named} in: ${places.join(', ')}`;
    })
    .join('; ');
}

// As the JSON schema writes them: the text of the specification has "OPERATING-SYSTEM".
const purposes: Readonly<Record<string, string>> = {
  container: 'CONTAINER',
  file: 'FILE',
  library: 'LIBRARY',
  'operating-system': 'OPERATING_SYSTEM',
};
