import type { Digest } from './digest.ts';
import type { TagSigner } from './git-tag.ts';
import type { ObjectId } from './object-id.ts';

/** What a release statement says about one gate. A gate that failed or waits is in no statement: there is none then. */
export type RecordedGate = PassedGate | UnneededGate;

export interface PassedGate {
  readonly outcome: 'passed';
  readonly name: string;
  readonly on: 'source' | 'candidate';
  /** What it ran on: the commit of the release, or an equivalent one. */
  readonly commit: ObjectId;
  /** The image index it was given; null for a gate on the source. */
  readonly image: Digest | null;
  /** `2026-01-31T12:00:00Z` */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** SHA-256 of the log that the run kept, and of the report the gate wrote. */
  readonly log: Digest;
  readonly report: Digest | null;
  /** The release tag in whose statement this stood first, where the gate was not run again for the same bytes. */
  readonly from?: string;
}

export interface UnneededGate {
  readonly outcome: 'not-required';
  readonly name: string;
  readonly on: 'source' | 'candidate';
  /** The release tag since which none of its critical paths changed. */
  readonly since: string;
}

/** What a release statement says about one kind of evidence. */
export type RecordedEvidence = SignedEvidence | UnneededEvidence;

export interface SignedEvidence {
  readonly outcome: 'passed';
  readonly name: string;
  /** The version it was signed for: the release, or a candidate of it. */
  readonly version: string;
  readonly commit: ObjectId;
  /** Null where it was signed before there was an image. */
  readonly image: Digest | null;
  readonly tag: {
    readonly name: string;
    readonly object: ObjectId;
    /** The raw tag object in base64, so that its signature can be checked without the repository. */
    readonly raw: string;
  };
  readonly signer: TagSigner;
  /** `2026-01-31T12:00:00Z`, as the signer claims. */
  readonly signedAt: string;
  /** SHA-256 of the report the signer looked at. */
  readonly report: Digest | null;
}

export interface UnneededEvidence {
  readonly outcome: 'not-required';
  readonly name: string;
  readonly since: string;
}
