import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';
import type { Brand } from '../domain/brand.ts';
import type { Digest } from '../domain/digest.ts';
import { isDigest } from '../domain/digest.ts';

/** `sha512:` and 128 lower-case hex digits (image-spec, descriptor.md, "SHA-512"). */
type LongDigest = Brand<string, 'LongDigest'>;

/** What content is named by here. The rest of the program knows SHA-256 only; a registry must take what others chose. */
export type ContentDigest = Digest | LongDigest;

export type DigestAlgorithm = 'sha256' | 'sha512';

export const digestAlgorithms: readonly DigestAlgorithm[] = ['sha256', 'sha512'];

export function isDigestAlgorithm(text: unknown): text is DigestAlgorithm {
  return text === 'sha256' || text === 'sha512';
}

export function isContentDigest(text: unknown): text is ContentDigest {
  return isDigest(text) || isLongDigest(text);
}

export function algorithmOf(digest: ContentDigest): DigestAlgorithm {
  return isDigest(digest) ? 'sha256' : 'sha512';
}

/** The part after the colon. */
export function encodedPart(digest: ContentDigest): string {
  return digest.slice(digest.indexOf(':') + 1);
}

export function contentDigestOf(bytes: Uint8Array, algorithm: DigestAlgorithm): ContentDigest {
  return settleHash(createHash(algorithm).update(bytes), algorithm);
}

/** The digest a running hash has come to. Ends the hash. */
export function settleHash(hash: Hash, algorithm: DigestAlgorithm): ContentDigest {
  const text = `${algorithm}:${hash.digest('hex')}`;
  if (!isContentDigest(text)) throw new Error(`Not a digest of ${algorithm}: ${text}`);
  return text;
}

function isLongDigest(text: unknown): text is LongDigest {
  return typeof text === 'string' && /^sha512:[0-9a-f]{128}$/.test(text);
}
