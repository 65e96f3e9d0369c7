import type { GitTag, SignatureFormat, TagVerdict } from '../domain/git-tag.ts';
import type { Trust } from '../domain/trust.ts';

export interface TagRules {
  readonly trust: Trust;
  readonly formats: readonly SignatureFormat[];
  /** Unix seconds; the only clock that counts. */
  readonly now: number;
}

/** Judges a tag on the raw bytes of its object. Never asks the network, never reads the user's keyring. */
export interface TagVerifier {
  verifyTag(tag: GitTag, rules: TagRules): Promise<TagVerdict>;
}
