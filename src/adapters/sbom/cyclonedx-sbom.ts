import {
  ComponentScope,
  ComponentType,
  ExternalReferenceType,
  HashAlgorithm,
  LifecyclePhase,
} from '@cyclonedx/cyclonedx-library/Enums';
import * as Models from '@cyclonedx/cyclonedx-library/Models';
import { JSON as CycloneJson } from '@cyclonedx/cyclonedx-library/Serialize';
import { Spec1dot6 } from '@cyclonedx/cyclonedx-library/Spec';
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { hexOf } from '../../domain/digest.ts';
import { formatImageName } from '../../domain/image-name.ts';
import { imagePurl } from '../../domain/image-purl.ts';
import { parsePlatform } from '../../domain/platform.ts';
import type { ReleasedBinary } from '../../domain/release-statement.ts';
import type { SbomMaker, SbomRequest } from '../../ports/sbom-maker.ts';
import { readCargoLock } from './cargo-lock.ts';
import type { LockFile, LockedPackage } from './locked-package.ts';
import { badLockFile } from './locked-package.ts';
import type { FoundPackage } from './merge-packages.ts';
import { mergePackages } from './merge-packages.ts';
import { readPackageLock } from './package-lock.ts';

/** Makes CycloneDX 1.6 documents; `toolVersion` is Cutwater's own. */
export function cyclonedxSbomMaker({ toolVersion }: { readonly toolVersion: string }): SbomMaker {
  return { makeSbom: async (request) => cyclonedxSbom(request, toolVersion) };
}

/**
 * The SBOM of one platform's image as canonical CycloneDX 1.6 JSON: the image by digest, the packages of the lock files,
 * the declared binaries. It says itself that it is incomplete: what else is in the layers has not been looked at. The same
 * request gives the same bytes. Throws INPUT_INVALID for a lock file that cannot be read.
 */
export function cyclonedxSbom(request: SbomRequest, toolVersion: string): Uint8Array {
  const packages = mergePackages(request.lockFiles.map((file) => ({ path: file.path, packages: readLockFile(file) })));
  const bom = makeBom(request, { packages, toolVersion });
  const normalize = new CycloneJson.Normalize.Factory(Spec1dot6).makeForBom();
  const document = withEvidence(normalize.normalize(bom, { sortLists: true }), placesOf(packages, request.binaries));
  const whole = { ...document, compositions: [{ aggregate: 'incomplete', assemblies: [rootRef(request)] }] };
  return new TextEncoder().encode(canonicalJson({ ...whole, serialNumber: serialNumberOf(canonicalJson(whole)) }));
}

function readLockFile(file: LockFile): readonly LockedPackage[] {
  switch (file.path.split('/').at(-1) ?? '') {
    case 'Cargo.lock':
      return readCargoLock(file);
    case 'package-lock.json':
    case 'npm-shrinkwrap.json':
      return readPackageLock(file);
    default:
      throw badLockFile(file.path, 'its name is not known, Cargo.lock or package-lock.json is wanted');
  }
}

function makeBom(
  request: SbomRequest,
  evidence: { readonly packages: readonly FoundPackage[]; readonly toolVersion: string },
): Models.Bom {
  const root = makeRoot(request);
  const tool = new Models.Component(ComponentType.Application, 'cutwater', { version: evidence.toolVersion });
  const bom = new Models.Bom({
    metadata: new Models.Metadata({
      timestamp: new Date(request.timestamp * 1000),
      component: root,
      lifecycles: new Models.LifecycleRepository([LifecyclePhase.Build]),
      tools: new Models.Tools({ components: new Models.ComponentRepository([tool]) }),
    }),
  });
  const components = new Map(evidence.packages.map((found) => [found.ref, toComponent(found)]));
  for (const { ref, purl, dependsOn } of evidence.packages) {
    const component = components.get(ref);
    if (component === undefined) continue;
    for (const wanted of dependsOn) {
      const other = components.get(wanted);
      if (other !== undefined && other !== component) component.dependencies.add(other.bomRef);
    }
    // The project's own packages are where the image's graph begins.
    if (purl === undefined) root.dependencies.add(component.bomRef);
    bom.components.add(component);
  }
  for (const binary of request.binaries) {
    const component = toFileComponent(binary);
    root.dependencies.add(component.bomRef);
    bom.components.add(component);
  }
  return bom;
}

function makeRoot(request: SbomRequest): Models.Component {
  return new Models.Component(ComponentType.Container, formatImageName(request.image), {
    bomRef: rootRef(request),
    purl: rootRef(request),
    version: request.version,
    hashes: new Models.HashDictionary([[HashAlgorithm['SHA-256'], hexOf(request.manifest)]]),
  });
}

function rootRef({ image: name, manifest: digest, platform: text }: SbomRequest): string {
  const platform = parsePlatform(text);
  if (platform.is === 'refused') throw new Error(`Not a platform: ${text} ${platform.reason}`);
  return imagePurl({ name, digest, platform: platform.value });
}

const scopes = {
  required: ComponentScope.Required,
  optional: ComponentScope.Optional,
  excluded: ComponentScope.Excluded,
} as const;

function toComponent({ ref, purl, name, version, hashes, source, scope }: FoundPackage): Models.Component {
  const slash = name.startsWith('@') ? name.indexOf('/') : -1;
  const type = source?.startsWith('git+') === true ? ExternalReferenceType.VCS : ExternalReferenceType.Distribution;
  return new Models.Component(ComponentType.Library, name.slice(slash + 1), {
    bomRef: ref,
    version,
    hashes: new Models.HashDictionary(hashes.map(({ algorithm, hex }) => [HashAlgorithm[algorithm], hex])),
    ...(slash < 0 ? {} : { group: name.slice(0, slash) }),
    ...(purl === undefined ? {} : { purl }),
    ...(scope === undefined ? {} : { scope: scopes[scope] }),
    ...(source === undefined
      ? {}
      : { externalReferences: new Models.ExternalReferenceRepository([new Models.ExternalReference(source, type)]) }),
  });
}

function toFileComponent(binary: ReleasedBinary): Models.Component {
  return new Models.Component(ComponentType.File, binary.path, {
    bomRef: fileRef(binary),
    hashes: new Models.HashDictionary([[HashAlgorithm['SHA-256'], hexOf(binary.digest)]]),
  });
}

function fileRef({ path }: ReleasedBinary): string {
  return `file:${path}`;
}

function placesOf(
  packages: readonly FoundPackage[],
  binaries: readonly ReleasedBinary[],
): ReadonlyMap<string, readonly string[]> {
  return new Map([
    ...packages.map(({ ref, occurrences }) => [ref, occurrences] as const),
    ...binaries.map((binary) => [fileRef(binary), [binary.path]] as const),
  ]);
}

// The library knows neither occurrences nor compositions (CycloneDX 1.6, "evidence" and "compositions").
function withEvidence(
  bom: CycloneJson.Types.Normalized.Bom,
  places: ReadonlyMap<string, readonly string[]>,
): Readonly<Record<string, unknown>> {
  const components = (bom.components ?? []).map((component) => {
    const occurrences = (places.get(component['bom-ref'] ?? '') ?? []).map((location) => ({ location }));
    return { ...component, evidence: { occurrences } };
  });
  return { ...bom, components };
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
