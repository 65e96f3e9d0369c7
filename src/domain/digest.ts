import { createHash } from 'node:crypto';
import type { Brand, Parsed } from './brand.ts';
import { accept, refuse } from './brand.ts';
import type { ObjectId } from './object-id.ts';
import { objectId } from './object-id.ts';

/** `sha256:` and 64 lower-case hex digits (OCI image-spec, descriptor.md, "Digests"). */
export type Digest = Brand<string, 'Digest'>;

export function parseDigest(text: string): Parsed<Digest> {
  if (!isDigest(text)) return refuse('is not "sha256:" and 64 lower-case hexadecimal digits');
  return accept(text);
}

export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && /^sha256:[0-9a-f]{64}$/.test(text);
}

export function digestOf(bytes: Uint8Array | string): Digest {
  return digestFromHex(createHash('sha256').update(bytes).digest('hex'));
}

/** Wraps 64 lower-case hex digits; anything else is a mistake in the program. */
export function digestFromHex(hex: string): Digest {
  const text = `sha256:${hex}`;
  if (!isDigest(text)) throw new Error(`Not a SHA-256 in hex: ${hex}`);
  return text;
}

export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

/** The first twelve hex digits, for people. */
export function shortDigest(digest: Digest): string {
  return digest.slice(0, 'sha256:'.length + 12);
}

/** The id git gives an object: the hash of its type, length and bytes, SHA-1 or SHA-256 as `like` is. */
export function gitObjectIdOf(type: 'tag', raw: Uint8Array, like: ObjectId): ObjectId {
  const hash = createHash(like.length === 40 ? 'sha1' : 'sha256');
  return objectId(hash.update(`${type} ${raw.length}\0`).update(raw).digest('hex'));
}
