import { CutwaterError } from '../../domain/error.ts';
import type { Descriptor } from '../../domain/oci.ts';
import { mediaTypes } from '../../domain/oci.ts';
import type { Platform } from '../../domain/platform.ts';
import { formatPlatform } from '../../domain/platform.ts';
import { quote } from '../../domain/quote.ts';
import type { AssembleBuild } from '../../policy/policy.ts';
import type { BuildRequest, Builder } from '../../ports/builder.ts';
import { foldersOfBase } from './base-folders.ts';
import type { Base, BaseImage, OpenBase } from './base-image.ts';
import { openBaseImage, takeBase } from './base-image.ts';
import { collectEntries } from './collect-entries.ts';
import { imageConfig, imageIndex, imageManifest } from './image-json.ts';
import type { LayoutBlobs } from './layout-blobs.ts';
import { createLayout } from './layout-blobs.ts';
import { prepareSource } from './prepare-source.ts';
import { layerBytes, parentsOf } from './write-layer.ts';

/**
 * The embedded builder: files of the source tree, onto nothing or onto a base, as one uncompressed layer per platform.
 * The same source, policy and commit time give the same digests on every machine. `openBase` reads bases; without it
 * only `scratch` can be built on. Throws BUILD_FAILED, DIGEST_MISMATCH, DISK, TOOL_MISSING and INTERRUPTED.
 */
export function assembleBuilder({ openBase }: { readonly openBase?: OpenBase } = {}): Builder {
  return {
    buildType: 'urn:cutwater:build:assemble:v1',
    async build(request) {
      const build = checkRequest(request);
      const blobs = await createLayout(request.layoutFolder);
      const base = await openBaseImage(build.base, openBase);
      await prepareSource(request.sourceFolder, build.prepare, { ...request, signal: request.signal });
      const manifests: Descriptor[] = [];
      for (const platform of request.platforms) {
        checkGoing(request);
        manifests.push(await buildPlatform({ request, build, base, blobs }, platform));
      }
      const annotations = {
        ...request.annotations,
        ...(base === undefined ? {} : baseAnnotations(base.reference, base.digest)),
      };
      const index = await blobs.writeJson(mediaTypes.ociIndex, imageIndex(manifests, annotations));
      await blobs.finish(index);
      return { index };
    },
  };
}

interface Assembly {
  readonly request: BuildRequest;
  readonly build: AssembleBuild;
  readonly base: Base | undefined;
  readonly blobs: LayoutBlobs;
}

async function buildPlatform({ request, build, base, blobs }: Assembly, platform: Platform): Promise<Descriptor> {
  const { sourceFolder, sourceDateEpoch, annotations } = request;
  const entries = await collectEntries(build, { sourceFolder, platform });
  const taken = base === undefined ? undefined : await takeBase(base, platform, blobs);
  const parents = await missingParents(parentsOf(entries), taken, blobs);
  const layer = await blobs.write(mediaTypes.ociLayerTar, layerBytes(entries, { parents, mtime: sourceDateEpoch }));
  const config = await blobs.writeJson(
    mediaTypes.ociConfig,
    imageConfig({ build, platform, base: taken, layer: layer.digest, sourceDateEpoch, labels: annotations }),
  );
  const manifest = await blobs.writeJson(
    mediaTypes.ociManifest,
    imageManifest(config, [...(taken?.layers ?? []), layer], {
      ...annotations,
      ...(taken === undefined ? {} : baseAnnotations(taken.name, taken.digest)),
    }),
  );
  return { ...manifest, platform };
}

async function missingParents(
  parents: readonly string[],
  base: BaseImage | undefined,
  blobs: LayoutBlobs,
): Promise<readonly string[]> {
  if (base === undefined) return parents;
  const present = await foldersOfBase(base, parents, blobs);
  return parents.filter((parent) => !present.has(parent));
}

// image-spec, annotations.md, "Pre-Defined Annotation Keys".
function baseAnnotations(name: string, digest: string): Readonly<Record<string, string>> {
  return { 'org.opencontainers.image.base.name': name, 'org.opencontainers.image.base.digest': digest };
}

function checkRequest(request: BuildRequest): AssembleBuild {
  const { build, platforms, sourceDateEpoch } = request;
  if (build.kind !== 'assemble') throw new Error(`Not a build for the embedded builder: ${build.kind}`);
  if (platforms.length === 0)
    throw new CutwaterError('BUILD_FAILED', 'Cannot build the image: there is no platform to build for');
  const names = platforms.map(formatPlatform);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new CutwaterError('BUILD_FAILED', `Cannot build the image: platform ${quote(twice)} is named twice`);
  if (!Number.isSafeInteger(sourceDateEpoch) || sourceDateEpoch < 0 || sourceDateEpoch >= 8 ** 11)
    throw new CutwaterError(
      'BUILD_FAILED',
      `Cannot build the image: the commit time ${sourceDateEpoch} is not a number of seconds a layer can hold`,
    );
  return build;
}

function checkGoing({ signal }: BuildRequest): void {
  if (signal?.aborted === true) throw new CutwaterError('INTERRUPTED', 'Cannot finish the image: the run was stopped');
}
