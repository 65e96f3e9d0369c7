import { createHash } from 'node:crypto';
import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import type { Digest } from '../../domain/digest.ts';
import { isDigest } from '../../domain/digest.ts';
import { quote } from '../../domain/quote.ts';
import type { Trust } from '../../domain/trust.ts';
import type { BundleVerifier } from '../../ports/attestor.ts';
import { decodeJson, isObject } from '../../report/documents/json-check.ts';
import { documentLimit } from '../facts/read-artifact.ts';
import type { ForeignArtifact } from '../facts/read-foreign.ts';
import { oldFormMaterial } from './cosign-old-material.ts';
import type { Judgement } from './judge-extra.ts';
import { judgeBundle } from './judge-extra.ts';

type Layer = ForeignArtifact['layers'][number];

export interface OldFormQuestion {
  readonly bundleVerifier: BundleVerifier;
  readonly trust: Trust;
  /** The image that the tag names. */
  readonly subject: Digest;
}

/**
 * Judges one signature of a `.sig` manifest, cosign's form of before bundles (sigstore/cosign, specs/SIGNATURE_SPEC.md): the
 * layer is the signed payload, its annotation the signature.
 */
export async function judgeOldSignature(layer: Layer, question: OldFormQuestion): Promise<Judgement> {
  const type = 'signature in the old form of cosign';
  const { descriptor, content } = layer;
  if (descriptor.mediaType !== simpleSigningType)
    return { is: 'untrusted', type, reason: `its layer is a ${quote(descriptor.mediaType)}` };
  const material = oldFormMaterial(descriptor.annotations ?? {});
  if (material.is === 'refused') return { is: 'untrusted', type, reason: `its annotation ${material.reason}` };
  const signature = descriptor.annotations?.[signatureAnnotation];
  if (signature === undefined || signature === '') return { is: 'untrusted', type, reason: 'it is not signed' };
  const messageDigest = { algorithm: 'SHA2_256', digest: createHash('sha256').update(content).digest('base64') };
  const bundle = bundleOf({ ...material.value, messageSignature: { messageDigest, signature } });
  const verdict = await question.bundleVerifier.verifyBlob(bundle, content, question.trust);
  if (verdict.is === 'rejected') return { is: 'untrusted', type, reason: verdict.reason };
  const speaks = readSimpleSigning(content);
  if (speaks.is === 'refused') return { is: 'untrusted', type, reason: `what is signed ${speaks.reason}` };
  if (speaks.value !== question.subject)
    return { is: 'untrusted', type, reason: `it speaks of another image, ${speaks.value}` };
  return { is: 'trusted', type, signer: verdict.signer };
}

/** The same for a `.att` manifest (specs/ATTESTATION_SPEC.md): the layer is a DSSE envelope over an in-toto statement. */
export async function judgeOldAttestation(layer: Layer, question: OldFormQuestion): Promise<Judgement> {
  const type = 'attestation in the old form of cosign';
  const { descriptor, content } = layer;
  if (descriptor.mediaType !== envelopeType)
    return { is: 'untrusted', type, reason: `its layer is a ${quote(descriptor.mediaType)}` };
  const material = oldFormMaterial(descriptor.annotations ?? {});
  if (material.is === 'refused') return { is: 'untrusted', type, reason: `its annotation ${material.reason}` };
  const envelope = decodeJson(content, documentLimit);
  if (envelope.is === 'refused') return { is: 'untrusted', type, reason: `it ${envelope.reason}` };
  const judged = await judgeBundle(bundleOf({ ...material.value, dsseEnvelope: envelope.value }), question);
  return { ...judged, type: judged.is === 'trusted' ? `${judged.type} in the old form of cosign` : type };
}

const simpleSigningType = 'application/vnd.dev.cosign.simplesigning.v1+json';
const envelopeType = 'application/vnd.dsse.envelope.v1+json';
const signatureAnnotation = 'dev.cosignproject.cosign/signature';

/** The image a payload speaks of (containers/image, docs/containers-signature.5.md, "simple signing"). */
function readSimpleSigning(payload: Uint8Array): Parsed<Digest> {
  const decoded = decodeJson(payload, documentLimit);
  if (decoded.is === 'refused') return decoded;
  const critical = isObject(decoded.value) ? decoded.value['critical'] : undefined;
  if (!isObject(critical) || critical['type'] !== 'cosign container image signature')
    return refuse('is no signature of an image');
  const { image } = critical;
  const digest = isObject(image) ? image['docker-manifest-digest'] : undefined;
  return isDigest(digest) ? accept(digest) : refuse('names no image');
}

function bundleOf(content: Readonly<Record<string, unknown>>): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(content));
}
