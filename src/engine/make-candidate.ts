import type { Digest } from '../domain/digest.ts';
import { digestOf } from '../domain/digest.ts';
import { CutwaterError } from '../domain/error.ts';
import { formatImageName, parseImageReference } from '../domain/image-name.ts';
import type { ObjectId } from '../domain/object-id.ts';
import type { Descriptor } from '../domain/oci.ts';
import { parseIndex, platformsOf } from '../domain/oci-manifest.ts';
import { formatPlatform } from '../domain/platform.ts';
import { predicateTypes } from '../domain/release-statement.ts';
import type { Version } from '../domain/version.ts';
import { compareVersions, coreVersion, formatVersion, releaseClassOf } from '../domain/version.ts';
import { candidateTag } from '../estate/registry-tags.ts';
import type { ImagePolicy, Policy } from '../policy/policy.ts';
import type { Step } from '../plan/step.ts';
import { readProvenance } from '../report/documents/parse-provenance.ts';
import { provenanceStatement } from '../report/documents/provenance-statement.ts';
import { statementBytes } from '../report/documents/statement.ts';
import type { AdmittedRelease } from './admit-release.ts';
import type { PlatformImage } from './binaries.ts';
import { extractBinaries } from './binaries.ts';
import { policyFile } from './load-policy.ts';
import type { LoadedPolicy } from './load-policy.ts';
import { readRecord } from './read-record.ts';
import { resolveOrFail } from './read-artifact.ts';
import type { ProjectTags } from './read-tags.ts';
import { runStep } from './run-step.ts';
import { findDocuments, storeDocument } from './signed-documents.ts';
import type { StoredDocument } from './signed-documents.ts';
import { imageTagHandler } from './steps/image-tag.ts';
import type { ReadWorld, ReleaseWorld } from './world.ts';

/** A release under way: who asked for it, under which rules. */
export interface ReleaseJob {
  readonly loaded: LoadedPolicy;
  /** The policy of the tag's own tree: what the build follows. */
  readonly build: Policy;
  readonly image: ImagePolicy;
  readonly admitted: AdmittedRelease;
  readonly tags: ProjectTags;
}

/** The image that will be published, pinned by its candidate tag. */
export interface Candidate {
  readonly index: Descriptor;
  readonly platforms: readonly PlatformImage[];
  readonly provenance: StoredDocument;
}

/** A committed release candidate whose bytes a stable release publishes. */
export interface Promotion {
  readonly version: Version;
  readonly digest: Digest;
  readonly tagObject: ObjectId;
}

/**
 * Makes sure the candidate tag exists, building only if it does not. From then on nothing is built again for this release
 * tag, so a build need not be reproducible to be resumable. Of two builders the first to write the tag wins and the other
 * takes over its image. The tag itself is nobody's word: what it points at counts by its signed provenance.
 */
export async function makeCandidate(
  world: ReleaseWorld,
  job: ReleaseJob,
  promotion: Promotion | undefined,
): Promise<Candidate> {
  const tag = candidateTag(job.admitted.tag.object);
  const step: Step = {
    kind: 'candidate',
    imageTag: tag,
    digest: promotion?.digest,
    from:
      promotion === undefined
        ? { kind: 'build', commit: job.admitted.commit }
        : { kind: 'promote', version: formatVersion(promotion.version), digest: promotion.digest },
  };
  const digest = await runStep(
    step,
    {
      observe: async () => {
        const found = await world.repository.resolve(tag);
        return found === undefined ? { is: 'absent' } : { is: 'present', evidence: found.digest };
      },
      apply: async () => {
        const image = promotion?.digest ?? (await buildImage(world, job));
        await imageTagHandler(world.repository, { tag, digest: image, once: 'first-wins' }).apply();
      },
    },
    world,
  );
  const index = await resolveOrFail(world.repository, digest, `the candidate of ${job.admitted.tag.name}`);
  const platforms = await readPlatforms(world, job, digest);
  return { index, platforms, provenance: await requireProvenance(world, job, { index: digest, promotion }) };
}

/** A committed release candidate of this very commit that is not withdrawn; undefined where the image must be built. */
export async function findPromotion(
  world: ReadWorld,
  wanted: {
    readonly loaded: LoadedPolicy;
    readonly version: Version;
    readonly commit: ObjectId;
    readonly tags: ProjectTags;
    /** Versions in force as withdrawn, as texts. */
    readonly withdrawn: { has(version: string): boolean };
  },
): Promise<Promotion | undefined> {
  if (releaseClassOf(wanted.version) !== 'stable') return undefined;
  const candidates = wanted.tags.decided
    .flatMap(({ tag, name }) => (name.kind === 'release' && tag.commit === wanted.commit ? [name.version] : []))
    .filter((version) => releaseClassOf(version) === 'rc' && !wanted.withdrawn.has(formatVersion(version)))
    .filter((version) => compareVersions(coreVersion(version), wanted.version) === 0)
    .toSorted((left, right) => compareVersions(right, left));
  for (const version of candidates) {
    const record = await readRecord(world, wanted.loaded, version);
    if (record.is !== 'valid' || record.release.build.commit !== wanted.commit) continue;
    return { version, digest: record.release.image.index, tagObject: record.release.tag.object };
  }
  return undefined;
}

async function buildImage(world: ReleaseWorld, job: ReleaseJob): Promise<Digest> {
  const { admitted, build, image } = job;
  world.report({
    type: 'stage',
    name: 'build',
    detail: `${formatImageName(image.name)} from ${admitted.commit.slice(0, 12)}`,
  });
  const sourceDateEpoch = await world.git.commitTime(admitted.commit);
  const annotations = {
    'org.opencontainers.image.title': build.project,
    // Without the rc: a release candidate's bytes are the stable release's bytes.
    'org.opencontainers.image.version': formatVersion(coreVersion(admitted.version)),
    'org.opencontainers.image.revision': admitted.commit,
    'org.opencontainers.image.created': new Date(sourceDateEpoch * 1000).toISOString().replace('.000Z', 'Z'),
    ...(build.source === undefined ? {} : { 'org.opencontainers.image.source': build.source }),
  };
  const index = await world.builder.buildInto(world.repository, {
    commit: admitted.commit,
    image,
    sourceDateEpoch,
    annotations,
  });
  await attachProvenance(world, job, index);
  return index.digest;
}

async function attachProvenance(world: ReleaseWorld, job: ReleaseJob, index: Descriptor): Promise<void> {
  const { admitted, build, image, loaded } = job;
  const platforms = await readPlatforms(world, job, index.digest);
  const binaries = await extractBinaries(world, build, platforms);
  const policy = await world.git.readFile(admitted.commit, policyFile);
  const statement = provenanceStatement({
    buildType: world.builder.buildTypeOf(image),
    builderId: world.builderId,
    builder: image.build.kind,
    tag: { name: admitted.tag.name, object: admitted.tag.object },
    build: { commit: admitted.commit, repository: build.source },
    policy: digestOf(policy ?? ''),
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

async function readPlatforms(world: ReleaseWorld, job: ReleaseJob, digest: Digest): Promise<readonly PlatformImage[]> {
  const manifest = await world.repository.readManifest(digest);
  const index = manifest && parseIndex(manifest);
  if (index?.is !== 'ok')
    throw new CutwaterError(
      'BUILD_FAILED',
      `Cannot release image ${digest}: it ${index?.reason ?? 'is not in the registry'}`,
    );
  const found = platformsOf(index.value);
  return job.image.platforms.map((platform) => {
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

/**
 * The signed provenance that makes the candidate this release's own: of this very commit, and of this very tag object or
 * of the release candidate it is promoted from. Any other image of the project, however well signed, is refused.
 */
async function requireProvenance(
  world: ReleaseWorld,
  job: ReleaseJob,
  candidate: { readonly index: Digest; readonly promotion: Promotion | undefined },
): Promise<StoredDocument> {
  const { repository, bundleVerifier } = world;
  const { index, promotion } = candidate;
  const { tag, commit } = job.admitted;
  const query = { repository, bundleVerifier, trust: job.loaded.trust, subject: index };
  const found = await findDocuments({ ...query, predicateType: predicateTypes.provenance });
  for (const document of found) {
    const provenance = readProvenance(document.statement);
    if (provenance.is === 'refused' || provenance.value.commit !== commit) continue;
    const isOwn = provenance.value.tag.object === tag.object;
    const isPromoted = promotion?.digest === index && provenance.value.tag.object === promotion.tagObject;
    if (isOwn || isPromoted) return document;
  }
  throw new CutwaterError(
    'VERIFICATION_FAILED',
    `Cannot release image ${index}: the candidate tag of ${tag.name} points at it, but no CI key signed that it was built for this tag`,
    { hint: 'Someone else wrote the candidate tag, or the CI key is not in trust.ci of the protected branch' },
  );
}
