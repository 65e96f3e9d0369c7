import type { Descriptor } from '../../domain/oci.ts';
import { formatVersion } from '../../domain/version.ts';
import type { ImageOrigin } from '../../estate/choose-origin.ts';
import { describeOrigin } from '../../estate/describe-origin.ts';
import { candidateTag } from '../../estate/registry-tags.ts';
import type { ImagePolicy, Policy } from '../../policy/policy.ts';
import type { Step } from '../../plan/step.ts';
import type { AdmittedRelease } from './admit-release.ts';
import type { PlatformImage } from './binaries.ts';
import { readPlatformImages } from './build-image.ts';
import { orderOf } from './build-order.ts';
import type { OriginQuestion } from './find-origin.ts';
import { findOrigin, judgePinned } from './find-origin.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { makeImage } from './make-image.ts';
import { resolveOrFail } from '../facts/read-artifact.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import type { ReleaseKind } from '../facts/release-class.ts';
import { runStep } from '../run-step.ts';
import type { StoredDocument } from '../facts/signed-documents.ts';
import { imageTagHandler } from '../steps/image-tag.ts';
import type { Withdrawals } from '../facts/withdrawals-now.ts';
import { readWithdrawals } from '../facts/withdrawals-now.ts';
import type { ReleaseWorld } from '../world.ts';

/** A release under way: who asked for it, under which rules. */
export interface ReleaseJob {
  readonly loaded: LoadedPolicy;
  /** The policy of the tag's own tree: what the build follows. */
  readonly build: Policy;
  readonly image: ImagePolicy;
  /** The further images that this tree builds, in the order of the protected branch. */
  readonly companions: readonly ImagePolicy[];
  readonly admitted: AdmittedRelease;
  /** What the process asks of it: its gates and its evidence. */
  readonly kinds: readonly ReleaseKind[];
  readonly tags: ProjectTags;
}

/** The image that will be published, pinned by its candidate tag. */
export interface Candidate {
  readonly index: Descriptor;
  readonly platforms: readonly PlatformImage[];
  readonly provenance: StoredDocument;
  readonly origin: ImageOrigin;
}

/**
 * Makes sure the candidate tag exists, building only if it does not and no release candidate is to be promoted. From then
 * on nothing is built again for this release tag, so a build need not be reproducible to be resumable. Of two runs the
 * first to write the tag wins and the other takes over its image. The tag itself is nobody's word: what it points at
 * counts by its signed provenance.
 */
export async function makeCandidate(world: ReleaseWorld, job: ReleaseJob): Promise<Candidate> {
  const tag = candidateTag(job.admitted.tag.object);
  const question = questionOf(job, await readWithdrawals(world, job.loaded));
  const held = (await world.repository.resolve(tag))?.digest;
  const before = held === undefined ? undefined : await judgePinned(world, question, held);
  const origin = before?.origin ?? (await findOrigin(world, question));
  const digest = await runStep(
    candidateStep(job, origin),
    {
      observe: async () => {
        const found = await world.repository.resolve(tag);
        return found === undefined ? { is: 'absent' } : { is: 'present', evidence: found.digest };
      },
      apply: async () => {
        const image =
          origin.is === 'promotion' ? origin.promotion.digest : await makeImage(world, orderOf(job, job.image));
        await imageTagHandler(world.repository, { tag, digest: image, once: 'first-wins' }).apply();
      },
    },
    world,
  );
  const pinned = before !== undefined && digest === held ? before : await judgePinned(world, question, digest);
  for (const text of describeOrigin(pinned.origin)) world.report({ type: 'note', level: 'info', text });
  const index = await resolveOrFail(world.repository, digest, `the candidate of ${job.admitted.tag.name}`);
  return { index, platforms: await readPlatformImages(world, job.image, digest), ...pinned };
}

function candidateStep({ admitted }: ReleaseJob, origin: ImageOrigin): Step {
  const imageTag = candidateTag(admitted.tag.object);
  if (origin.is !== 'promotion')
    return { kind: 'candidate', imageTag, digest: undefined, from: { kind: 'build', commit: admitted.commit } };
  const { version, digest } = origin.promotion;
  return { kind: 'candidate', imageTag, digest, from: { kind: 'promote', version: formatVersion(version), digest } };
}

/** What has to be known to find the image of a release. */
export function questionOf({ admitted, loaded, tags }: ReleaseJob, withdrawn: Withdrawals): OriginQuestion {
  const { version, commit, tag, object } = admitted;
  const act = `release ${tag.name}`;
  return { loaded, version, commit, tags, withdrawn, act, tagObject: tag.object, message: object.message };
}
