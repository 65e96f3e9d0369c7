import type { Digest } from './digest.ts';
import type { ObjectId } from './object-id.ts';

/**
 * What CI signs about a part: the image of one platform that a job of its own has built for a release. It is a type of its own,
 * and not provenance, so that no part is ever taken for a whole image.
 */
export interface PartRecord {
  readonly schema: 'cutwater.part/1';
  readonly project: string;
  /** `host/name`. */
  readonly image: string;
  /** `os/architecture[/variant]`. */
  readonly platform: string;
  /** The index that holds this platform alone, and the platform's manifest in it. */
  readonly index: Digest;
  readonly manifest: Digest;
  /** The release tag it was built for. */
  readonly tag: { readonly name: string; readonly object: ObjectId };
  readonly commit: ObjectId;
  /** SHA-256 of the policy file of that commit. */
  readonly policy: Digest;
  /** How it was built, and who ran the build, as in provenance. */
  readonly builder: { readonly type: string; readonly id: string };
}
