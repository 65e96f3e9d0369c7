import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import type { OriginWish } from '../../domain/origin-wish.ts';
import { readOriginWish } from '../../domain/origin-wish.ts';
import { predicateTypes } from '../../domain/release-statement.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { releaseClassOf } from '../../domain/version.ts';
import type { CandidateState, ImageOrigin, OriginRefusal } from '../../estate/choose-origin.ts';
import { chooseOrigin, isDecided, take } from '../../estate/choose-origin.ts';
import { formatImageName } from '../../domain/image-name.ts';
import { namesImage } from '../../report/documents/statement.ts';
import type { ReadProvenance } from '../../report/documents/parse-provenance.ts';
import { readProvenance } from '../../report/documents/parse-provenance.ts';
import type { StableRelease } from '../facts/read-candidates.ts';
import { readCandidates } from '../facts/read-candidates.ts';
import { findDocuments } from '../facts/signed-documents.ts';
import type { StoredDocument } from '../facts/signed-documents.ts';
import { requireStanding } from '../facts/withdrawals-now.ts';
import type { ReadWorld } from '../world.ts';

/** A release, of any class, whose image is to be found. */
export interface OriginQuestion extends StableRelease {
  /** Completes "Cannot ..." in errors: `release v1.2.3`. */
  readonly act: string;
  /** Undefined where the tag is not made yet. */
  readonly tagObject: ObjectId | undefined;
  /** The message of the tag, made or to be made; empty where there is none to read. */
  readonly message: string;
}

/** An image that a candidate tag pins, with the signature that makes it this release's own. */
export interface PinnedImage {
  readonly origin: ImageOrigin;
  readonly provenance: StoredDocument;
}

/**
 * Where the image of a release comes from, as long as nothing pins one: a release candidate of the same build, or a
 * build. Throws PROMOTION_REFUSED where the bytes of a published candidate would silently not be taken, and where its tag names one that
 * cannot be taken.
 */
export async function findOrigin(world: ReadWorld, question: OriginQuestion): Promise<ImageOrigin> {
  if (releaseClassOf(question.version) !== 'stable') return { is: 'build' };
  const wish = readWish(question);
  const candidates = await readCandidates(world, question, (found) => isDecided(wish, found));
  return allowed(question, chooseOrigin(wish, candidates));
}

/**
 * Judges the image that the candidate tag of a release points at: by its signed provenance it was built for this very tag
 * object, or for a release candidate that may be promoted to it now. Any other image of the project, however well signed,
 * is refused, and so is one that was withdrawn meanwhile.
 */
export async function judgePinned(world: ReadWorld, question: OriginQuestion, digest: Digest): Promise<PinnedImage> {
  requireStanding(question.withdrawn, question.version, digest);
  const provenances = await readProvenances(world, question, digest);
  const wish = readWish(question);
  const own = provenances.find(({ says }) => says.tag.object === question.tagObject && says.commit === question.commit);
  if (own !== undefined && wish.kind !== 'promote')
    return { origin: await originOfBuild(world, question, wish), provenance: own.document };
  const source = wish.kind === 'rebuild' ? undefined : await findSource(world, question, { digest, provenances });
  if (source === undefined || (wish.kind === 'promote' && source.candidate.tagObject !== wish.tagObject))
    throw foreignCandidate(question.version, digest);
  return { origin: allowed(question, take(source.candidate, source.all)), provenance: source.document };
}

async function originOfBuild(world: ReadWorld, question: OriginQuestion, wish: OriginWish): Promise<ImageOrigin> {
  return wish.kind === 'rebuild' ? findOrigin(world, question) : { is: 'build' };
}

export interface SignedProvenance {
  readonly document: StoredDocument;
  readonly says: ReadProvenance;
}

/** What CI signed about an image of the world's repository, under its own name. */
export async function readProvenances(
  world: Pick<ReadWorld, 'repository' | 'bundleVerifier'>,
  { loaded }: Pick<OriginQuestion, 'loaded'>,
  subject: Digest,
): Promise<readonly SignedProvenance[]> {
  const { repository, bundleVerifier } = world;
  const predicateType = predicateTypes.provenance;
  const documents = await findDocuments({ repository, bundleVerifier, trust: loaded.trust, subject, predicateType });
  return documents.flatMap((document) => {
    if (!namesImage(document.statement, formatImageName(repository.name), subject)) return [];
    const says = readProvenance(document.statement);
    return says.is === 'ok' ? [{ document, says: says.value }] : [];
  });
}

interface ImageSource {
  readonly candidate: CandidateState;
  readonly all: readonly CandidateState[];
  readonly document: StoredDocument;
}

/** The release candidate whose image it is: its statement names the digest, and the provenance its tag and commit. */
async function findSource(
  world: ReadWorld,
  question: OriginQuestion,
  image: { readonly digest: Digest; readonly provenances: readonly SignedProvenance[] },
): Promise<ImageSource | undefined> {
  if (releaseClassOf(question.version) !== 'stable') return undefined;
  const documentOf = ({ record, tagObject }: CandidateState): StoredDocument | undefined => {
    if (record.is !== 'committed' || record.digest !== image.digest) return undefined;
    return image.provenances.find(({ says }) => says.tag.object === tagObject && says.commit === record.buildCommit)
      ?.document;
  };
  const all = await readCandidates(world, question, (found) => found.some((one) => documentOf(one) !== undefined));
  const candidate = all.at(-1);
  const document = candidate && documentOf(candidate);
  return candidate && document && { candidate, all, document };
}

function readWish({ act, message, version }: OriginQuestion): OriginWish {
  if (releaseClassOf(version) !== 'stable') return { kind: 'unsaid' };
  const wish = readOriginWish(message, version);
  if (wish.is === 'ok') return wish.value;
  throw new CutwaterError('TAG_REJECTED', `Cannot ${act}: its message ${wish.reason}`, { hint: nextVersion });
}

function allowed({ act, tagObject }: OriginQuestion, choice: ImageOrigin | OriginRefusal): ImageOrigin {
  if (choice.is !== 'refused') return choice;
  const { code, found, details } = choice;
  throw new CutwaterError(code, `Cannot ${act}: ${found}`, {
    details,
    hint: choice.hint ?? (tagObject === undefined ? beforeTheTag : nextVersion),
  });
}

const nextVersion =
  "Release the next version: a tag never changes. 'cutwater promote' checks all this before it makes one";
const beforeTheTag =
  "Tag a commit of the same build, publish another candidate, or say why not with 'cutwater promote RC --rebuild --reason TEXT'";

export function foreignCandidate(version: Version, digest: Digest): CutwaterError {
  return new CutwaterError(
    'VERIFICATION_FAILED',
    `Cannot release image ${digest}: the candidate tag of ${releaseTagOf(version)} points at it, but no CI key signed that it was built for this tag`,
    { hint: 'Someone else wrote the candidate tag, or the CI key is not in trust.ci of the protected branch' },
  );
}
