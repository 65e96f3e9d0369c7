import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { formatImageName } from '../../domain/image-name.ts';
import type { Descriptor } from '../../domain/oci.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion } from '../../domain/version.ts';
import type { ImageOrigin } from '../../estate/choose-origin.ts';
import { candidateTag } from '../../estate/registry-tags.ts';
import type { Step } from '../../plan/step.ts';
import type { ImagePolicy } from '../../policy/policy.ts';
import { atImage, placeOfImage } from '../facts/image-places.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { readRecord } from '../facts/read-record.ts';
import { resolveOrFail } from '../facts/read-artifact.ts';
import type { StoredDocument } from '../facts/signed-documents.ts';
import { runStep } from '../run-step.ts';
import { imageTagHandler } from '../steps/image-tag.ts';
import type { ImagePlace, ReadWorld, ReleaseWorld } from '../world.ts';
import type { PlatformImage } from './binaries.ts';
import { readPlatformImages } from './build-image.ts';
import { orderOf } from './build-order.ts';
import { foreignCandidate, readProvenances } from './find-origin.ts';
import type { Candidate, ReleaseJob } from './make-candidate.ts';
import { makeImage } from './make-image.ts';

/** An image of a release, pinned by the candidate tag in its own repository. */
export interface ImageCandidate {
  readonly image: ImagePolicy;
  readonly place: ImagePlace;
  readonly index: Descriptor;
  readonly platforms: readonly PlatformImage[];
  readonly provenance: StoredDocument;
}

/**
 * Makes sure that every companion has its candidate tag, as the first image has: built for this very release tag, or taken
 * from the signed statement of the release candidate that is promoted. Killed between two of them and called again, those
 * that are pinned are not built anew.
 */
export async function makeCompanions(
  world: ReleaseWorld,
  job: ReleaseJob,
  { origin }: Pick<Candidate, 'origin'>,
): Promise<readonly ImageCandidate[]> {
  const made: ImageCandidate[] = [];
  const { admitted, companions, loaded } = job;
  const act = `release ${admitted.tag.name}`;
  const wanted =
    origin.is === 'promotion'
      ? await promotedDigests(world, loaded, { companions, version: origin.promotion.version, act })
      : undefined;
  for (const image of companions) {
    const place = placeOfImage(world, formatImageName(image.name));
    if (place === undefined) throw new Error(`${formatImageName(image.name)} passed the checks and has no repository`);
    made.push(
      await makeCompanion(world, job, { image, place, origin, wanted: wanted?.get(formatImageName(image.name)) }),
    );
  }
  return made;
}

interface CompanionOrder {
  readonly image: ImagePolicy;
  readonly place: ImagePlace;
  readonly origin: ImageOrigin;
  /** What a promotion takes over; undefined where it is built. */
  readonly wanted: Digest | undefined;
}

async function makeCompanion(world: ReleaseWorld, job: ReleaseJob, order: CompanionOrder): Promise<ImageCandidate> {
  const { image, place, wanted } = order;
  const tag = candidateTag(job.admitted.tag.object);
  const at = atImage(world, place);
  const digest = await runStep(
    stepOf(job, order),
    {
      observe: async () => {
        const found = await place.repository.resolve(tag);
        return found === undefined ? { is: 'absent' } : { is: 'present', evidence: found.digest };
      },
      apply: async () => {
        const own = wanted ?? (await makeImage(at, orderOf(job, image)));
        await imageTagHandler(place.repository, { tag, digest: own, once: 'first-wins' }).apply();
      },
    },
    world,
  );
  const provenance = await judgeCompanion(at, job, { ...order, digest });
  const name = formatImageName(image.name);
  const index = await resolveOrFail(place.repository, digest, `the candidate of ${job.admitted.tag.name} in ${name}`);
  return { image, place, index, platforms: await readPlatformImages(at, image, digest), provenance };
}

/**
 * The signed provenance that makes a pinned image this release's own, under this companion's name. Throws
 * VERIFICATION_FAILED for any other image, however well signed: that of another tag, or another image of this one.
 */
async function judgeCompanion(
  at: ReleaseWorld,
  { admitted, loaded }: ReleaseJob,
  { digest, wanted, origin }: CompanionOrder & { readonly digest: Digest },
): Promise<StoredDocument> {
  const [tagObject, commit] =
    origin.is === 'promotion'
      ? [origin.promotion.tagObject, origin.promotion.buildCommit]
      : [admitted.tag.object, admitted.commit];
  const provenances = wanted === undefined || wanted === digest ? await readProvenances(at, { loaded }, digest) : [];
  const own = provenances.find(({ says }) => says.tag.object === tagObject && says.commit === commit);
  if (own === undefined) throw foreignCandidate(admitted.version, digest);
  return own.document;
}

function stepOf({ admitted }: ReleaseJob, { image, origin, wanted }: CompanionOrder): Step {
  const step = {
    kind: 'candidate',
    image: formatImageName(image.name),
    imageTag: candidateTag(admitted.tag.object),
  } as const;
  if (origin.is !== 'promotion' || wanted === undefined)
    return { ...step, digest: undefined, from: { kind: 'build', commit: admitted.commit } };
  const version = formatVersion(origin.promotion.version);
  return { ...step, digest: wanted, from: { kind: 'promote', version, digest: wanted } };
}

/** What the statement of the promoted candidate says of each companion; no tag is asked. */
export async function promotedDigests(
  world: ReadWorld,
  loaded: LoadedPolicy,
  about: {
    readonly companions: readonly ImagePolicy[];
    /** The release candidate that is promoted. */
    readonly version: Version;
    /** Completes "Cannot ...". */
    readonly act: string;
  },
): Promise<ReadonlyMap<string, Digest>> {
  const { companions, version, act } = about;
  if (companions.length === 0) return new Map();
  const record = await readRecord(world, loaded, version);
  const released = record.is === 'valid' ? (record.release.companions ?? []) : [];
  const digests = new Map(released.map(({ name, index }) => [name, index]));
  const missing = companions.map(({ name }) => formatImageName(name)).find((name) => !digests.has(name));
  if (missing === undefined) return digests;
  throw new CutwaterError(
    'PROMOTION_REFUSED',
    `Cannot ${act}: ${releaseTagOf(version)} was released without ${missing}, and a promotion takes every image from its candidate`,
    { hint: "Publish another release candidate, or say why not with 'cutwater promote RC --rebuild --reason TEXT'" },
  );
}
