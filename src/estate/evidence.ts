import type { Digest } from '../domain/digest.ts';
import type { EvidenceOutcome } from '../domain/evidence-message.ts';
import type { TagSigner } from '../domain/git-tag.ts';
import type { ObjectId } from '../domain/object-id.ts';
import { releaseTagOf } from '../domain/tag-name.ts';
import type { Version } from '../domain/version.ts';
import { compareVersions, coreVersion, formatVersion, releaseClassOf } from '../domain/version.ts';

/** What a valid `evidence/NAME/vX.Y.Z/N` tag says. */
export interface Evidence {
  readonly name: string;
  readonly version: Version;
  readonly number: number;
  /** The git tag that says it. */
  readonly tag: { readonly name: string; readonly object: ObjectId; readonly raw: Uint8Array };
  /** The release tag object it speaks of, the commit, and the image that was tested, where there was one. */
  readonly release: ObjectId;
  readonly commit: ObjectId;
  readonly digest: Digest | undefined;
  readonly outcome: EvidenceOutcome;
  readonly environment: string | undefined;
  readonly report: Digest | undefined;
  readonly note: string;
  /** Undefined where the key has retired since: then it can only say that something failed. */
  readonly signer: TagSigner | undefined;
  /** Unix seconds, as the signer claims. */
  readonly signedAt: number;
}

/** The release that evidence is asked for. */
export interface EvidenceSubject {
  readonly version: Version;
  readonly commit: ObjectId;
  /** The image that will be published; undefined where it is not built yet. */
  readonly digest: Digest | undefined;
}

/** What is known of the commits and tags that evidence speaks of. */
export interface EvidenceContext {
  /** The release tag objects of the project by version, with their commits. */
  readonly releases: ReadonlyMap<string, { readonly object: ObjectId; readonly commit: ObjectId }>;
  /** How a commit compares with the subject's. */
  readonly compare: (commit: ObjectId) => CommitRelation;
}

/** Whether two commits are the same build; of another one, and where this clone cannot tell, why not. */
export type CommitRelation =
  { readonly is: 'same' } | { readonly is: 'different' | 'unknown'; readonly reason: string };

/**
 * Why a piece of valid evidence says nothing about a release; undefined where it does. It must be about this version or a
 * release candidate of it, and about the same build. What passed must also be about the release tag as it is and about
 * the image that will be published; evidence that names no image speaks for whatever its own release tag is built into.
 * What failed counts for every image of the same build and for its own image under any name, and where nobody can tell
 * whether it is the same build.
 */
export function evidenceMismatch(
  evidence: Evidence,
  subject: EvidenceSubject,
  context: EvidenceContext,
): string | undefined {
  if (isFailureOf(evidence, subject.digest)) return undefined;
  const own = compareVersions(evidence.version, subject.version) === 0;
  if (!own && !isCandidateOf(evidence.version, subject.version))
    return `it is about ${formatVersion(evidence.version)}`;
  const relation = context.compare(evidence.commit);
  if (relation.is === 'different') return relation.reason;
  if (evidence.outcome === 'fail') return undefined;
  if (relation.is === 'unknown') return relation.reason;
  const name = releaseTagOf(evidence.version);
  const release = context.releases.get(formatVersion(evidence.version));
  if (release === undefined) return `there is no tag ${name}`;
  if (release.object !== evidence.release) return `it is about another tag object of ${name}, ${evidence.release}`;
  if (release.commit !== evidence.commit)
    return `it is about commit ${evidence.commit.slice(0, 12)}, but ${name} points at ${release.commit.slice(0, 12)}`;
  if (evidence.digest === undefined) return own ? undefined : `it names no image, and ${name} is another release`;
  if (subject.digest === undefined) return `it is about image ${evidence.digest}, and a new one will be built`;
  return evidence.digest === subject.digest
    ? undefined
    : `it is about image ${evidence.digest}, but ${subject.digest} is released`;
}

/** Whether it says that this very image failed, whatever it was built from. */
export function isFailureOf({ outcome, digest }: Evidence, image: Digest | undefined): boolean {
  return outcome === 'fail' && digest !== undefined && digest === image;
}

/** Of all evidence that counts, the piece of each name that speaks, in whatever order they were found. */
export function newestEvidence(counting: readonly Evidence[]): ReadonlyMap<string, Evidence> {
  const speaking = new Map<string, Evidence>();
  for (const [name, all] of Map.groupBy(counting, (evidence) => evidence.name)) {
    const one = speakingOf(all);
    if (one !== undefined) speaking.set(name, one);
  }
  return speaking;
}

/** The newest speaks, but that somebody looks again takes back no failure: only a pass does. */
function speakingOf(all: readonly Evidence[]): Evidence | undefined {
  const verdict = greatest(lastOfVersions(all.filter(({ outcome }) => outcome !== 'pending')));
  const pending = lastOfVersions(all).filter(({ outcome }) => outcome === 'pending');
  if (verdict === undefined) return greatest(pending);
  if (verdict.outcome === 'fail') return verdict;
  return greatest(pending.filter((one) => speaksBefore(one, verdict))) ?? verdict;
}

/**
 * What each version says last. Only these are compared with each other: within a version the number counts and between
 * versions the date, and where clocks differ the two contradict each other.
 */
function lastOfVersions(all: readonly Evidence[]): readonly Evidence[] {
  const versions = Map.groupBy(all, ({ version }) => formatVersion(version));
  return [...versions.values()].flatMap((own) => greatest(own) ?? []);
}

function greatest(all: readonly Evidence[]): Evidence | undefined {
  const [first, ...others] = all;
  return first && others.reduce((known, one) => (speaksBefore(one, known) ? one : known), first);
}

/**
 * Of one version the higher number speaks, of two versions what was signed later, or else the higher version. Should one
 * place ever hold two, the one that is less sure of success does. A total order among those of one version, and among
 * those of different versions.
 */
function speaksBefore(left: Evidence, right: Evidence): boolean {
  const versions = compareVersions(left.version, right.version);
  if (versions !== 0) return (left.signedAt - right.signedAt || versions) > 0;
  const places = left.number - right.number || doubts[left.outcome] - doubts[right.outcome];
  return places === 0 ? left.tag.object > right.tag.object : places > 0;
}

const doubts = { pass: 0, pending: 1, fail: 2 } as const;

function isCandidateOf(candidate: Version, version: Version): boolean {
  return releaseClassOf(candidate) === 'rc' && compareVersions(coreVersion(candidate), version) === 0;
}
