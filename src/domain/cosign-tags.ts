import type { Digest } from './digest.ts';
import { hexOf } from './digest.ts';
import type { ImageTag } from './image-name.ts';
import { imageTag } from './image-name.ts';

/** What cosign kept beside an image before there were referrers: signatures, attestations, an SBOM that nobody signed. */
export const cosignTagKinds = ['sig', 'att', 'sbom'] as const;
export type CosignTagKind = (typeof cosignTagKinds)[number];

/** `sha256-<hex>.sig` (sigstore/cosign, specs/SIGNATURE_SPEC.md and ATTESTATION_SPEC.md). */
export function cosignTag(subject: Digest, kind: CosignTagKind): ImageTag {
  return imageTag(`sha256-${hexOf(subject)}.${kind}`);
}
