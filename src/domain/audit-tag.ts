import type { GitTag } from './git-tag.ts';
import type { ObjectId } from './object-id.ts';

/** A tag as an audit sees it: taken at its word, no signature checked. The name may be hostile. */
export interface AuditTag {
  /** Without `refs/tags/`. */
  readonly name: string;
  /** `tag` is annotated; anything else is lightweight. */
  readonly objectType: GitTag['objectType'];
  readonly object: ObjectId;
  /** The commit it leads to, if it leads to one. */
  readonly commit: ObjectId | undefined;
  /** Seconds since 1970, as the tagger or the commit claims. */
  readonly createdAt: number;
  readonly signature: AuditSignature;
}

/** Which kind of signature is there; whether it is good is another question. */
export type AuditSignature = (typeof auditSignatures)[number];

export const auditSignatures = ['none', 'pgp', 'ssh', 'x509', 'other'] as const;

/** What an audit needs of a tag of a real repository. */
export function auditTagOf({ name, objectType, object, commit, claimedAt, raw }: GitTag): AuditTag {
  const signature = raw === undefined ? 'none' : signatureOf(raw);
  return { name, objectType, object, commit, createdAt: claimedAt, signature };
}

/** As git does, the last line that begins a signature counts (git: gpg-interface.c, `parse_signed_buffer`). */
function signatureOf(raw: Uint8Array): AuditSignature {
  const text = singleBytes.decode(raw);
  const header = text.indexOf('\n\n');
  if (header < 0) return 'none';
  const starts = text
    .slice(header + 1)
    .matchAll(/\n-----BEGIN (PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----/g);
  const label = [...starts].at(-1)?.[1];
  return label === undefined ? 'none' : (kinds.get(label) ?? 'other');
}

/** One character for each byte, whatever it is: names and messages may be in any encoding. */
const singleBytes = new TextDecoder('windows-1252');

const kinds: ReadonlyMap<string, AuditSignature> = new Map([
  ['PGP SIGNATURE', 'pgp'],
  ['PGP MESSAGE', 'pgp'],
  ['SSH SIGNATURE', 'ssh'],
  ['SIGNED MESSAGE', 'x509'],
]);
