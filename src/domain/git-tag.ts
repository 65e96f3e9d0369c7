import type { ObjectId } from './object-id.ts';

/** A tag as the repository holds it, before anything about it is believed. The name may be hostile. */
export interface GitTag {
  /** Without `refs/tags/`. */
  readonly name: string;
  readonly object: ObjectId;
  readonly objectType: 'tag' | 'commit' | 'tree' | 'blob';
  /** The commit it leads to, if it leads to one. */
  readonly commit: ObjectId | undefined;
  /** Seconds since 1970 as the tagger claims (annotated) or as the commit claims (lightweight). */
  readonly claimedAt: number;
  /** The bytes of the tag object; undefined for a lightweight tag. */
  readonly raw: Uint8Array | undefined;
}

export type SignatureFormat = 'openpgp' | 'ssh' | 'x509';

/** An annotated tag object, parsed from the very bytes its signature covers (git: `man git-mktag`). */
export interface TagObject {
  readonly target: ObjectId;
  readonly targetType: 'commit' | 'tree' | 'blob' | 'tag';
  /** The name inside the object, which must equal the ref. */
  readonly name: string;
  readonly tagger: string;
  readonly taggedAt: number;
  /** The message without the signature. */
  readonly message: string;
  /** What the signature covers: everything before it. */
  readonly payload: Uint8Array;
  readonly signature: { readonly format: SignatureFormat; readonly armor: string } | undefined;
}

/** Why a tag is not believed. Each has its own sentence for people. */
export type TagFault =
  | 'lightweight'
  | 'malformed'
  | 'name-differs'
  | 'not-a-commit'
  | 'unsigned'
  | 'trailing-text'
  | 'format-not-allowed'
  | 'bad-signature'
  | 'unknown-key'
  | 'not-a-maintainer'
  | 'key-expired'
  | 'key-revoked'
  | 'off-branch'
  | 'ref-moved'
  | 'unverifiable';

export interface TagSigner {
  readonly name: string;
  readonly format: SignatureFormat;
  /** OpenPGP: 40 or 64 upper-case hex digits of the primary key. SSH: `SHA256:` and unpadded base64, as ssh-keygen prints. */
  readonly fingerprint: string;
}

export type TagVerdict =
  | { readonly is: 'valid'; readonly tag: TagObject; readonly signer: TagSigner }
  | { readonly is: 'unsigned'; readonly tag: TagObject }
  | {
      readonly is: 'rejected';
      readonly fault: TagFault;
      readonly reason: string;
      /** Set where the signature is good and by a maintainer, but the key is expired or revoked. */
      readonly retired?: TagObject;
      /** Whose key that is; set wherever `retired` is. */
      readonly retiredSigner?: TagSigner;
    };
