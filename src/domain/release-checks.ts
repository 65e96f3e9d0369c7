import type { Digest } from './digest.ts';
import type { ObjectId } from './object-id.ts';

/** What a release statement says about one gate. A gate that failed or waits is in no statement: there is none then. */
export type RecordedGate = PassedGate | UnneededGate;

export interface PassedGate {
  readonly name: string;
  readonly on: 'source' | 'candidate';
  readonly outcome: 'passed';
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
  readonly name: string;
  readonly on: 'source' | 'candidate';
  readonly outcome: 'not-required';
  readonly commit: ObjectId;
  /** The release tag since which none of its critical paths changed. */
  readonly since: string;
}
