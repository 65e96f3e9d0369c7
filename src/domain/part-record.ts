import type { SourceMembers } from './build-source.ts';
import type { Digest } from './digest.ts';
import type { ObjectId } from './object-id.ts';

/**
 * What CI signs about a part: the image of one platform that a job of its own has built, for a release tag or a branch. It is a type of its own,
 * and not provenance, so that no part is ever taken for a whole image.
 */
export interface PartRecord extends SourceMembers {
  readonly schema: 'cutwater.part/1';
  readonly project: string;
  /** `host/name`. */
  readonly image: string;
  /** `os/architecture[/variant]`. */
  readonly platform: string;
  /** The index that holds this platform alone, and the platform's manifest in it. */
  readonly index: Digest;
  readonly manifest: Digest;
  readonly commit: ObjectId;
  /** SHA-256 of the policy file of that commit. */
  readonly policy: Digest;
  /** How it was built, and who ran the build, as in provenance. */
  readonly builder: { readonly type: string; readonly id: string };
}
