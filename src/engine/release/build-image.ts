import type { BuildSource } from '../../domain/build-source.ts';
import type { Digest } from '../../domain/digest.ts';
import { digestOf } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { ImageName } from '../../domain/image-name.ts';
import { formatImageName, parseImageReference, shortNameOf } from '../../domain/image-name.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import type { Descriptor } from '../../domain/oci.ts';
import { parseIndex, platformsOf } from '../../domain/oci-manifest.ts';
import { formatPlatform } from '../../domain/platform.ts';
import { predicateTypes } from '../../domain/release-statement.ts';
import type { CommitBuild } from '../../ports/image-builder.ts';
import { binariesOf } from '../../policy/binaries-of.ts';
import type { ImagePolicy, Policy } from '../../policy/policy.ts';
import type { PlatformBuilder } from '../../report/documents/provenance-statement.ts';
import { provenanceStatement } from '../../report/documents/provenance-statement.ts';
import { statementBytes } from '../../report/documents/statement.ts';
import type { PlatformImage } from './binaries.ts';
import { extractBinaries } from './binaries.ts';
import { policyFile } from '../facts/load-policy.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { storeDocument } from '../facts/signed-documents.ts';
import type { ReleaseWorld } from '../world.ts';

/** A build that was decided on. */
export interface BuildOrder {
  readonly loaded: LoadedPolicy;
  /** The policy of the commit's own tree: what the build follows. */
  readonly build: Policy;
  readonly image: ImagePolicy;
  /** Set for a companion: its name, which its labels and messages say. The first image is called as the project is. */
  readonly companion?: ImageName;
  readonly commit: ObjectId;
  /** What the image calls its version, in its labels. */
  readonly version: string;
  readonly source: BuildSource;
}

/** Builds a commit's image, brings it into the registry by digest, without any tag, and attaches its signed provenance. */
export async function buildImage(world: ReleaseWorld, order: BuildOrder): Promise<Digest> {
  const { commit, image } = order;
  world.report({
    type: 'stage',
    name: 'build',
    detail: `${formatImageName(image.name)} from ${commit.slice(0, 12)}`,
  });
  const index = await world.builder.buildInto(world.repository, await commitBuildOf(world.git, order));
  await attachProvenance(world, order, { index, builders: [] });
  return index.digest;
}

/** What a builder is told of a commit: the same for the same commit and version, whenever and wherever it is built. */
export async function commitBuildOf(
  git: ReleaseWorld['git'],
  {
    build,
    commit,
    companion,
    image,
    version,
  }: Pick<BuildOrder, 'build' | 'commit' | 'companion' | 'image' | 'version'>,
): Promise<CommitBuild> {
  const sourceDateEpoch = await git.commitTime(commit);
  const annotations = {
    'org.opencontainers.image.title': companion === undefined ? build.project : shortNameOf(companion),
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.revision': commit,
    'org.opencontainers.image.created': new Date(sourceDateEpoch * 1000).toISOString().replace('.000Z', 'Z'),
    ...(build.source === undefined ? {} : { 'org.opencontainers.image.source': build.source }),
  };
  return { commit, image, sourceDateEpoch, annotations };
}

/** SHA-256 of the policy file of a commit: what its build followed. */
export async function policyDigest(git: ReleaseWorld['git'], commit: ObjectId): Promise<Digest> {
  return digestOf((await git.readFile(commit, policyFile)) ?? '');
}

/** Signs how an image was made. `builders` names who built a platform where that was not this run. */
export async function attachProvenance(
  world: ReleaseWorld,
  order: BuildOrder,
  { index, builders }: { readonly index: Descriptor; readonly builders: readonly PlatformBuilder[] },
): Promise<void> {
  const { build, commit, image, loaded, source } = order;
  const platforms = await readPlatformImages(world, image, index.digest);
  const own = binariesOf(build, image.name);
  const binaries = await extractBinaries(world, own, { images: platforms, version: undefined });
  const statement = provenanceStatement({
    buildType: world.builder.buildTypeOf(image),
    builderId: world.builderId,
    builder: image.build.kind,
    source,
    build: { commit, repository: build.source },
    policy: await policyDigest(world.git, commit),
    builders,
    baseImages: baseImages(image),
    image: {
      name: formatImageName(image.name),
      index: index.digest,
      platforms: platforms.map(({ platform, digest }) => ({ platform: formatPlatform(platform), digest })),
    },
    binaries,
  });
  await storeDocument(world, loaded.trust, {
    role: 'provenance',
    ...(order.companion === undefined ? {} : { image: formatImageName(order.companion) }),
    subject: index,
    predicateType: predicateTypes.provenance,
    statement: statementBytes(statement),
  });
}

function baseImages(image: ImagePolicy): readonly { readonly name: string; readonly digest: Digest }[] {
  if (image.build.kind !== 'assemble' || image.build.base === 'scratch') return [];
  const reference = parseImageReference(image.build.base);
  if (reference.is === 'refused' || reference.value.target.kind !== 'digest') return [];
  return [{ name: formatImageName(reference.value.name), digest: reference.value.target.digest }];
}

/** The image of each platform the policy names. Throws PLATFORM_LOST where the index lacks one. */
export async function readPlatformImages(
  world: Pick<ReleaseWorld, 'repository'>,
  image: ImagePolicy,
  digest: Digest,
): Promise<readonly PlatformImage[]> {
  const manifest = await world.repository.readManifest(digest);
  const index = manifest && parseIndex(manifest);
  if (index?.is !== 'ok')
    throw new CutwaterError(
      'BUILD_FAILED',
      `Cannot release image ${digest}: it ${index?.reason ?? 'is not in the registry'}`,
    );
  const found = platformsOf(index.value);
  return image.platforms.map((platform) => {
    const name = formatPlatform(platform);
    const own = found.find((entry) => entry.platform === name);
    if (own === undefined)
      throw new CutwaterError(
        'PLATFORM_LOST',
        `Cannot release image ${digest}: it has no ${name}, the policy wants it`,
      );
    return { platform, digest: own.descriptor.digest };
  });
}
