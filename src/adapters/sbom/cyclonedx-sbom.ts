import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { hexOf } from '../../domain/digest.ts';
import { formatImageName } from '../../domain/image-name.ts';
import { imagePurl } from '../../domain/image-purl.ts';
import { parsePlatform } from '../../domain/platform.ts';
import type { SbomMaker, SbomRequest } from '../../ports/sbom-maker.ts';
import { readCargoLock } from './cargo-lock.ts';
import { evidenceWish } from './image-evidence.ts';
import { licenceChoice } from './licence.ts';
import type { LockFile, LockedPackage } from './locked-package.ts';
import { badLockFile } from './locked-package.ts';
import { readPackageLock } from './package-lock.ts';
import { readPnpmLock } from './pnpm-lock.ts';
import type { SbomComponent } from './sbom-component.ts';
import type { SbomModel } from './sbom-model.ts';
import { sbomModel } from './sbom-model.ts';
import { sightedEvidence, toolComponents } from './sighted-evidence.ts';

/** Makes CycloneDX 1.6 documents; `toolVersion` is Cutwater's own. */
export function cyclonedxSbomMaker({ toolVersion }: { readonly toolVersion: string }): SbomMaker {
  return { toolVersion, makeSbom: (request) => cyclonedxSbom(request, toolVersion) };
}

/**
 * The SBOM of one platform's image as canonical CycloneDX 1.6 JSON: the image by digest, the packages that its databases,
 * programs and folders name and those of the lock files, and by their SHA-256 the files that nothing explains. Each says
 * where it was seen, and by whom where other programs looked too, the document what was not covered. The same request gives the same bytes. Throws INPUT_INVALID for a
 * lock file that cannot be read, and what reading the image throws.
 */
export async function cyclonedxSbom(request: SbomRequest, toolVersion: string): Promise<Uint8Array> {
  const locked = request.lockFiles
    .map((file) => ({ path: file.path, packages: readLockFile(file) }))
    .sort((left, right) => (left.path < right.path ? -1 : 1));
  const image = await request.readImage(evidenceWish);
  const { binaries, tools = [] } = request;
  const model = sbomModel({ image, locked, binaries, maximumFiles, tools });
  const document = toDocument(request, model, toolVersion);
  return new TextEncoder().encode(
    canonicalJson({ ...document, serialNumber: serialNumberOf(canonicalJson(document)) }),
  );
}

const maximumFiles = 1000;

function readLockFile(file: LockFile): readonly LockedPackage[] {
  switch (file.path.split('/').at(-1) ?? '') {
    case 'Cargo.lock':
      return readCargoLock(file);
    case 'package-lock.json':
    case 'npm-shrinkwrap.json':
      return readPackageLock(file);
    case 'pnpm-lock.yaml':
      return readPnpmLock(file);
    default:
      throw badLockFile(file.path, 'its name is not known, Cargo.lock, package-lock.json or pnpm-lock.yaml is wanted');
  }
}

function toDocument(request: SbomRequest, model: SbomModel, toolVersion: string): Readonly<Record<string, unknown>> {
  const root = rootRef(request);
  const { read, missed, conflicts } = model.notes;
  const tools = request.tools?.map(({ tool }) => tool) ?? [];
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      timestamp: new Date(request.timestamp * 1000).toISOString(),
      lifecycles: [{ phase: 'build' }],
      tools: { components: toolComponents(toolVersion, tools) },
      component: {
        type: 'container',
        'bom-ref': root,
        name: formatImageName(request.image),
        version: request.version,
        purl: root,
        hashes: [{ alg: 'SHA-256', content: hexOf(request.manifest) }],
      },
      properties: [
        ...read.map((value) => ({ name: 'cutwater:covered', value })),
        ...missed.map((value) => ({ name: 'cutwater:not-covered', value })),
        ...conflicts.map((value) => ({ name: 'cutwater:conflict', value })),
      ],
    },
    components: model.components.map((component) => toComponent(component, { sighted: tools.length > 0 })),
    dependencies: [
      { ref: root, dependsOn: model.top },
      ...model.components.map(({ ref, dependsOn }) =>
        dependsOn.length === 0 ? { ref } : { ref, dependsOn: dependsOn.toSorted() },
      ),
    ],
    compositions: compositionsOf(root, model),
  };
}

function rootRef({ image: name, manifest: digest, platform: text }: SbomRequest): string {
  const platform = parsePlatform(text);
  if (platform.is === 'refused') throw new Error(`Not a platform: ${text} ${platform.reason}`);
  return imagePurl({ name, digest, platform: platform.value });
}

function toComponent(
  component: SbomComponent,
  { sighted }: { readonly sighted: boolean },
): Readonly<Record<string, unknown>> {
  const { ref, type, name, version, purl, hashes, source, scope, licence, occurrences } = component;
  const slash = type === 'library' && name.startsWith('@') ? name.indexOf('/') : -1;
  return {
    type,
    'bom-ref': ref,
    name: name.slice(slash + 1),
    ...(slash < 0 ? {} : { group: name.slice(0, slash) }),
    ...(version === undefined ? {} : { version }),
    ...(purl === undefined ? {} : { purl }),
    ...(scope === undefined ? {} : { scope }),
    ...(hashes.length === 0 ? {} : { hashes: hashes.map(({ algorithm, hex }) => ({ alg: algorithm, content: hex })) }),
    ...(licence === undefined ? {} : { licenses: [licenceChoice(licence)] }),
    ...(source === undefined
      ? {}
      : { externalReferences: [{ type: source.startsWith('git+') ? 'vcs' : 'distribution', url: source }] }),
    evidence: sighted ? sightedEvidence(component) : { occurrences: occurrences.map((location) => ({ location })) },
  };
}

/** What is known whole, and what is not (CycloneDX 1.6, "compositions"). */
function compositionsOf(
  root: string,
  { complete, knowledge }: SbomModel,
): readonly Readonly<Record<string, unknown>>[] {
  const { partsUnknown, edgesComplete, edgesUnknown } = knowledge;
  return [
    { aggregate: complete ? 'complete' : 'incomplete', assemblies: [root] },
    ...(partsUnknown.length === 0 ? [] : [{ aggregate: 'unknown', assemblies: partsUnknown }]),
    ...(edgesComplete.length === 0 ? [] : [{ aggregate: 'complete', dependencies: edgesComplete }]),
    ...(edgesUnknown.length === 0 ? [] : [{ aggregate: 'unknown', dependencies: edgesUnknown }]),
  ];
}

/** A UUID of version 8 (RFC 9562) made from the document itself, so that it too is the same each time. */
function serialNumberOf(document: string): string {
  const hex = createHash('sha256').update(document).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  const groups = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return `urn:uuid:${groups.join('-')}`;
}
