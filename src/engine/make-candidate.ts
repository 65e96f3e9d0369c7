import type { Digest } from '../domain/digest.ts';
import { CutwaterError } from '../domain/error.ts';
import type { ObjectId } from '../domain/object-id.ts';
import type { Descriptor } from '../domain/oci.ts';
import { predicateTypes } from '../domain/release-statement.ts';
import type { Version } from '../domain/version.ts';
import { compareVersions, coreVersion, formatVersion, releaseClassOf } from '../domain/version.ts';
import { candidateTag } from '../estate/registry-tags.ts';
import type { ImagePolicy, Policy } from '../policy/policy.ts';
import type { Step } from '../plan/step.ts';
import { readProvenance } from '../report/documents/parse-provenance.ts';
import type { AdmittedRelease } from './admit-release.ts';
import type { PlatformImage } from './binaries.ts';
import type { BuildOrder } from './build-image.ts';
import { buildImage, readPlatformImages } from './build-image.ts';
import type { LoadedPolicy } from './load-policy.ts';
import { readRecord } from './read-record.ts';
import { resolveOrFail } from './read-artifact.ts';
import type { ProjectTags } from './read-tags.ts';
import type { ReleaseKind } from './release-class.ts';
import { runStep } from './run-step.ts';
import { findDocuments } from './signed-documents.ts';
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
  /** What the process asks of it: its gates and its evidence. */
  readonly kind: ReleaseKind;
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
        const image = promotion?.digest ?? (await buildImage(world, orderOf(job)));
        await imageTagHandler(world.repository, { tag, digest: image, once: 'first-wins' }).apply();
      },
    },
    world,
  );
  const index = await resolveOrFail(world.repository, digest, `the candidate of ${job.admitted.tag.name}`);
  const platforms = await readPlatformImages(world, job.image, digest);
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

/** Without the rc: a release candidate's bytes are the stable release's bytes. */
function orderOf({ admitted, build, image, loaded }: ReleaseJob): BuildOrder {
  const { commit, tag } = admitted;
  const source = { kind: 'tag', name: tag.name, object: tag.object } as const;
  return { loaded, build, image, commit, version: formatVersion(coreVersion(admitted.version)), source };
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
