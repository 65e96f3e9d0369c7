import type { Digest } from '../domain/digest.ts';
import type { ErrorCode } from '../domain/error-catalogue.ts';
import { assertNever } from '../domain/error.ts';
import type { ObjectId } from '../domain/object-id.ts';
import type { OriginWish } from '../domain/origin-wish.ts';
import { escapeText, quote } from '../domain/quote.ts';
import { releaseTagOf } from '../domain/tag-name.ts';
import type { Version } from '../domain/version.ts';
import { compareVersions, formatVersion } from '../domain/version.ts';
import type { CommitComparison } from './build-inputs.ts';

/** A release candidate of a version that is to be released, as the world shows it. */
export interface CandidateState {
  readonly version: Version;
  /** The tag object its statement speaks of, or that git has now. */
  readonly tagObject: ObjectId;
  /** What a maintainer said against it. */
  readonly objection: Objection | undefined;
  readonly record:
    | {
        readonly is: 'committed';
        readonly digest: Digest;
        readonly buildCommit: ObjectId;
        /** Of the commit it was built from with the commit that is to be released. */
        readonly comparison: CommitComparison;
      }
    | { readonly is: 'unfinished' }
    | { readonly is: 'invalid'; readonly reason: string };
}

export interface Objection {
  readonly kind: 'withdrawn' | 'failed';
  readonly reason: string;
}

/** A committed release candidate whose bytes a stable release publishes. */
export interface Promotion {
  readonly version: Version;
  readonly digest: Digest;
  readonly tagObject: ObjectId;
  /** What was built. */
  readonly buildCommit: ObjectId;
  /** Where the released commit differs from it; no build input. */
  readonly paths: readonly string[];
}

/** Where the image of a release comes from. */
export type ImageOrigin =
  | { readonly is: 'build' }
  | { readonly is: 'rebuild'; readonly reason: string; readonly insteadOf: Version }
  | {
      readonly is: 'promotion';
      readonly promotion: Promotion;
      /** Published candidates with a higher number that nobody objected to, and that are not taken all the same. */
      readonly passedOver: readonly Version[];
    };

/** Why a release cannot go on. `found` completes "Cannot release v1.2.3: ". */
export interface OriginRefusal {
  readonly is: 'refused';
  readonly code: ErrorCode;
  readonly found: string;
  readonly details: readonly string[];
  /** Undefined: what stands in the way is the tag, or what it leads to; nothing but another version helps. */
  readonly hint: string | undefined;
}

/**
 * Which image a stable release gets, from its candidates with the highest first: the one its tag names, else the highest
 * that is published, not objected to and the same build. A candidate that was validated is never passed over silently for
 * a new build: that takes a reason in the tag.
 */
export function chooseOrigin(wish: OriginWish, candidates: readonly CandidateState[]): ImageOrigin | OriginRefusal {
  switch (wish.kind) {
    case 'promote':
      return takeNamed(wish, candidates);
    case 'rebuild': {
      const insteadOf = candidates.find(isStanding);
      return insteadOf === undefined
        ? { is: 'build' }
        : { is: 'rebuild', reason: wish.reason, insteadOf: insteadOf.version };
    }
    case 'unsaid': {
      const standing = candidates.filter(isStanding);
      const [best] = standing;
      if (best === undefined) return { is: 'build' };
      // One that this clone cannot compare may be the same build, so nothing may be said about the others then.
      return take(standing.find(isSameBuild) ?? standing.find(isUnknown) ?? best, candidates);
    }
  }
}

/** Whether candidates below these, which begin with the highest, can change nothing any more. */
export function isDecided(wish: OriginWish, candidates: readonly CandidateState[]): boolean {
  switch (wish.kind) {
    case 'promote':
      return candidates.some(({ version }) => compareVersions(version, wish.version) <= 0);
    case 'rebuild':
      return candidates.some(isStanding);
    case 'unsaid':
      return candidates.some((candidate) => isStanding(candidate) && isSameBuild(candidate));
  }
}

function takeNamed(
  wish: Extract<OriginWish, { kind: 'promote' }>,
  candidates: readonly CandidateState[],
): ImageOrigin | OriginRefusal {
  const name = releaseTagOf(wish.version);
  const named = candidates.find(({ version }) => compareVersions(version, wish.version) === 0);
  if (named === undefined)
    return refusal('TAG_MISSING', `it promotes ${name}, and there is no such tag`, `Push it: git push origin ${name}`);
  if (named.tagObject !== wish.tagObject)
    return refusal(
      'TAG_MOVED',
      `it promotes ${name} as tag object ${wish.tagObject}, the tag is ${named.tagObject}`,
      undefined,
    );
  return take(named, candidates);
}

/** A candidate that cannot be taken is told why. */
export function take(candidate: CandidateState, all: readonly CandidateState[]): ImageOrigin | OriginRefusal {
  const { version, tagObject, record, objection } = candidate;
  const name = releaseTagOf(version);
  if (objection !== undefined) return objected(name, objection);
  switch (record.is) {
    case 'unfinished':
      return refusal(
        'NOT_PUBLISHED',
        `it promotes ${name}, which is not published`,
        `Run 'cutwater release ${formatVersion(version)}' first`,
      );
    case 'invalid':
      return refusal(
        'VERIFICATION_FAILED',
        `the statement of its candidate ${name} does not count: ${record.reason}`,
        undefined,
      );
    case 'committed':
      break;
    default:
      return assertNever(record);
  }
  const { digest, buildCommit, comparison } = record;
  switch (comparison.is) {
    case 'unknown':
      return refusal(
        'HISTORY_SHALLOW',
        `this clone does not have commit ${comparison.missing}, so nobody can tell whether it is the same build as ${name}`,
        "Run 'git fetch --unshallow --tags'",
      );
    case 'different':
      return differing(name, buildCommit, comparison.inputs);
    case 'equivalent': {
      const promotion: Promotion = { version, digest, tagObject, buildCommit, paths: comparison.paths };
      const higher = all.filter((other) => compareVersions(other.version, version) > 0);
      const passedOver = higher.filter(({ record: its, objection: no }) => its.is === 'committed' && no === undefined);
      return { is: 'promotion', promotion, passedOver: passedOver.map((other) => other.version) };
    }
    default:
      return assertNever(comparison);
  }
}

function objected(name: string, { kind, reason }: Objection): OriginRefusal {
  const hint = `Restore ${name} if nothing is wrong with it; else promote another candidate, or take the next version where the tag is made`;
  if (kind === 'withdrawn')
    return refusal('WITHDRAWAL_REFUSED', `a maintainer withdrew its candidate ${name} (${quote(reason)})`, hint);
  return refusal('PROMOTION_REFUSED', `its candidate ${name} did not pass (${quote(reason)})`, undefined);
}

/** At most so many paths are listed. */
const shownPaths = 20;

function differing(name: string, buildCommit: ObjectId, inputs: readonly string[]): OriginRefusal {
  const shown = inputs.slice(0, shownPaths).map((path) => escapeText(path));
  const more = inputs.length - shown.length;
  return {
    is: 'refused',
    code: 'PROMOTION_REFUSED',
    found: `the bytes validated as ${name} would not be published: its commit ${buildCommit.slice(0, 12)} differs in ${count(inputs.length)}`,
    details: more > 0 ? [...shown, `and ${more} more`] : shown,
    hint: undefined,
  };
}

function count(inputs: number): string {
  return inputs === 1 ? 'one build input' : `${inputs} build inputs`;
}

function refusal(code: ErrorCode, found: string, hint: string | undefined): OriginRefusal {
  return { is: 'refused', code, found, details: [], hint };
}

/** Published, or once published, and nobody objected. */
function isStanding({ record, objection }: CandidateState): boolean {
  return record.is !== 'unfinished' && objection === undefined;
}

function isSameBuild({ record }: CandidateState): boolean {
  return record.is === 'committed' && record.comparison.is === 'equivalent';
}

function isUnknown({ record }: CandidateState): boolean {
  return record.is === 'committed' && record.comparison.is === 'unknown';
}
