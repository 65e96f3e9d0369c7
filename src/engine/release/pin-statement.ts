import { CutwaterError } from '../../domain/error.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import { formatImageName, imageTag } from '../../domain/image-name.ts';
import { imagePurl } from '../../domain/image-purl.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { formatPlatform } from '../../domain/platform.ts';
import { trailerNames, trailerOf } from '../../domain/release-message.ts';
import type { RecordedEvidence, RecordedGate } from '../../domain/release-checks.ts';
import type {
  ReleasePredicate,
  ReleasedBinary,
  ReleasedCompanion,
  ReleasedImage,
} from '../../domain/release-statement.ts';
import { predicateTypes } from '../../domain/release-statement.ts';
import { formatVersion } from '../../domain/version.ts';
import type { ImageOrigin } from '../../estate/choose-origin.ts';
import { candidateTag } from '../../estate/registry-tags.ts';
import { parseReleaseStatement } from '../../report/documents/parse-release-statement.ts';
import { releaseStatement } from '../../report/documents/release-statement.ts';
import { statementBytes } from '../../report/documents/statement.ts';
import { atImage } from '../facts/image-places.ts';
import { binariesOf } from '../../policy/binaries-of.ts';
import { extractBinaries } from './binaries.ts';
import { makeDocuments } from './candidate-documents.ts';
import type { ImageCandidate } from './companion-candidates.ts';
import type { Candidate, ReleaseJob } from './make-candidate.ts';
import type { ReleaseRecord } from '../facts/read-record.ts';
import { readRecordAt } from '../facts/read-record.ts';
import { runStep } from '../run-step.ts';
import { storeDocument } from '../facts/signed-documents.ts';
import { imageTagHandler } from '../steps/image-tag.ts';
import type { ReadWorld, ReleaseWorld } from '../world.ts';

/** A release statement that is signed and stored, but not yet committed. */
export type PinnedStatement = Extract<ReleaseRecord, { is: 'valid' }>;

/** A candidate with what was found out about it. */
export interface CheckedCandidate extends Candidate {
  readonly companions: readonly ImageCandidate[];
  readonly gates: readonly RecordedGate[];
  readonly evidence: readonly RecordedEvidence[];
}

/** The tag beside the candidate's that pins the release statement. */
export function pinTag(releaseTag: ObjectId): ImageTag {
  return imageTag(`${candidateTag(releaseTag)}.statement`);
}

/**
 * The statement an earlier run pinned. It was signed after every gate had passed, so whoever finds a valid one goes on
 * from it and asks no tag about anything before. Undefined where there is none; one that does not count is an error.
 */
export async function readPinned(world: ReadWorld, job: ReleaseJob): Promise<PinnedStatement | undefined> {
  const tag = pinTag(job.admitted.tag.object);
  const record = await readRecordAt(world, job.loaded, { version: job.admitted.version, reference: tag });
  if (record.is === 'absent') return undefined;
  const fault = record.is === 'rejected' ? `does not count: ${record.reason}` : faultIn(record, job);
  if (record.is === 'valid' && fault === undefined) return record;
  throw new CutwaterError(
    'VERIFICATION_FAILED',
    `Cannot go on with ${job.admitted.tag.name}: the statement pinned as ${tag} ${fault ?? ''}`,
    { hint: 'Someone else wrote this tag, or the CI key is not in trust.ci of the protected branch' },
  );
}

function faultIn(record: PinnedStatement, job: ReleaseJob): string | undefined {
  const { object } = record.release.tag;
  return object === job.admitted.tag.object ? undefined : `speaks of tag object ${object}`;
}

/**
 * Makes the release statement: it names every file and document that will be published, so whoever resumes publishes
 * exactly these. Of two runs the first to write the pin wins.
 */
export async function pinStatement(
  world: ReleaseWorld,
  job: ReleaseJob,
  candidate: CheckedCandidate,
): Promise<PinnedStatement> {
  const tag = pinTag(job.admitted.tag.object);
  const predicate = await makePredicate(world, job, candidate);
  const stored = await storeDocument(world, job.loaded.trust, {
    role: 'statement',
    subject: candidate.index,
    predicateType: predicateTypes.release,
    statement: statementToSign(predicate),
  });
  const step = { kind: 'image-tag', imageTag: tag, digest: stored.referrer, once: 'first-wins' } as const;
  await runStep(step, imageTagHandler(world.repository, { tag, digest: stored.referrer, once: 'first-wins' }), world);
  const pinned = await readPinned(world, job);
  if (pinned === undefined)
    throw new CutwaterError('BAD_REPLY', `Cannot go on with ${job.admitted.tag.name}: ${tag} is gone again`);
  return pinned;
}

/**
 * The bytes of the statement. Read as everybody will read them: a pin is never written again, so one that does not count
 * would end its release tag for good.
 */
export function statementToSign(release: ReleasePredicate): Uint8Array {
  const bytes = statementBytes(releaseStatement(release));
  const read = parseReleaseStatement(bytes);
  if (read.is === 'ok') return bytes;
  throw new CutwaterError(
    'VERIFICATION_FAILED',
    `Cannot sign the statement of ${release.tag.name}: nobody would believe it, it ${read.reason}`,
    { hint: 'Nothing is signed yet: run the same command again, and if it stays so, report it' },
  );
}

async function makePredicate(
  world: ReleaseWorld,
  job: ReleaseJob,
  candidate: CheckedCandidate,
): Promise<ReleasePredicate> {
  const { admitted, image } = job;
  const { origin } = candidate;
  const commit = origin.is === 'promotion' ? origin.promotion.buildCommit : admitted.commit;
  const first: ImageCandidate = { ...candidate, image, place: world };
  const candidates = [first, ...candidate.companions];
  const binaries: ReleasedBinary[] = [];
  for (const one of candidates)
    binaries.push(
      ...(await extractBinaries(atImage(world, one.place), binariesOf(job.build, one.image.name), {
        images: one.platforms,
        version: admitted.version,
      })),
    );
  const { documents, assets } = await makeDocuments(world, job, { candidates, commit, binaries });
  const [released, ...companions] = candidates.map((one, place): ReleasedCompanion => ({
    ...releasedImage(one),
    documents: documents[place] ?? [],
  }));
  return {
    schema: 'cutwater.release/1',
    project: job.loaded.policy.project,
    purl: imagePurl({ name: image.name, digest: candidate.index.digest }),
    version: formatVersion(admitted.version),
    class: admitted.class,
    tag: {
      name: admitted.tag.name,
      object: admitted.tag.object,
      raw: Buffer.from(admitted.raw).toString('base64'),
      signer: admitted.signer ?? null,
      ...(admitted.signer === undefined ? { unsignedReason: unsignedReasonOf(admitted.object.message) } : {}),
    },
    source: { commit: admitted.commit },
    build: { commit },
    ...originMembers(origin),
    image: releasedImage(first),
    ...(companions.length === 0 ? {} : { companions }),
    binaries,
    documents: released?.documents ?? [],
    gates: candidate.gates,
    evidence: candidate.evidence,
    assets: [...binaries.map(({ name, digest, size }) => ({ name, digest, size })), ...assets],
  };
}

function releasedImage({ image, index, platforms }: ImageCandidate): ReleasedImage {
  return {
    name: formatImageName(image.name),
    index: index.digest,
    platforms: platforms.map(({ platform, digest }) => ({ platform: formatPlatform(platform), digest })),
  };
}

/** What the tag says about itself; one made with git alone says nothing. */
function unsignedReasonOf(message: string): string {
  return trailerOf(message, trailerNames.unsigned) ?? 'the policy allows unsigned release candidates';
}

function originMembers(origin: ImageOrigin): Pick<ReleasePredicate, 'promotes' | 'rebuild'> {
  switch (origin.is) {
    case 'build':
      return {};
    case 'promotion':
      return { promotes: { version: formatVersion(origin.promotion.version), tag: origin.promotion.tagObject } };
    case 'rebuild':
      return { rebuild: { reason: origin.reason, insteadOf: formatVersion(origin.insteadOf) } };
  }
}
