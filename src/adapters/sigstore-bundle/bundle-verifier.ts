import type { Bundle } from '@sigstore/bundle';
import { dsse } from '@sigstore/core';
import { createHash } from 'node:crypto';
import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { quote } from '../../domain/quote.ts';
import type { Trust } from '../../domain/trust.ts';
import type { BundleVerdict, BundleVerifier } from '../../ports/attestor.ts';
import { inTotoPayloadType } from './key-attestor.ts';
import { hintOf, isSignedBy, readPublicKey } from './pem-key.ts';
import { readBundle } from './read-bundle.ts';

/** HashAlgorithm.SHA2_256 (sigstore/protobuf-specs, sigstore_common.proto). */
const sha2With256Bits = 1;

/** What a signature is said to cover, with the bytes that are handed on when it does. */
interface SignedContent {
  readonly covered: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Verifies bundles signed by a key of `trust.ci`, offline. Whatever the bundle holds, the answer is a verdict; only a
 * trusted key that cannot be read is thrown, as KEY_UNUSABLE.
 *
 * The Verifier of `@sigstore/verify` is not used: for a bare key without a log it makes the same one call of node:crypto,
 * finds the key by the unsigned hint, and gives no access to the payload it verified, so that callers decode it again.
 */
export function bundleVerifier(): BundleVerifier {
  return {
    verifyStatement: async (bytes, trust) => judge(bytes, trust, statementIn),
    verifyBlob: async (bytes, blob, trust) => judge(bytes, trust, (bundle) => blobSignatureIn(bundle, blob)),
  };
}

function judge(bytes: Uint8Array, trust: Trust, contentOf: (bundle: Bundle) => Parsed<SignedContent>): BundleVerdict {
  const keys = trust.ci.map((key) => ({
    name: key.name,
    key: readPublicKey({ name: key.name, pem: key.publicKeyPem, origin: trust.origin }),
  }));
  if (keys.length === 0) return reject(`no CI key is trusted by ${quote(trust.origin)}`);
  const bundle = readBundle(bytes);
  if (bundle.is === 'refused') return reject(`the bundle ${bundle.reason}`);
  const material = bundle.value.verificationMaterial.content;
  if (material.$case !== 'publicKey')
    return reject('the bundle is signed with a certificate, a key of trust.ci is wanted');
  const content = contentOf(bundle.value);
  if (content.is === 'refused') return reject(content.reason);
  const { covered, payload, signature } = content.value;
  // Every trusted key is tried: the hint is unsigned, so it may explain a verdict but never decide it.
  const signer = keys.find(({ key }) => isSignedBy(covered, signature, key));
  if (signer !== undefined) return { is: 'valid', payload, signer: signer.name };
  const named = keys.find(({ key }) => hintOf(key) === material.publicKey.hint);
  if (named !== undefined) return reject(`the signature is not by the key ${quote(named.name)} that the bundle names`);
  return reject(`no CI key trusted by ${quote(trust.origin)} made the signature`);
}

function statementIn(bundle: Bundle): Parsed<SignedContent> {
  if (bundle.content.$case !== 'dsseEnvelope') return refuse('the bundle signs a blob, a statement is wanted');
  const { payload, payloadType, signatures } = bundle.content.dsseEnvelope;
  const [first, ...more] = signatures;
  if (first === undefined || more.length > 0)
    return refuse(`the envelope has ${signatures.length} signatures, exactly one is wanted`);
  if (payloadType !== inTotoPayloadType)
    return refuse(`the payload is of type ${quote(payloadType)}, ${inTotoPayloadType} is wanted`);
  return accept({ covered: dsse.preAuthEncoding(payloadType, payload), payload, signature: first.sig });
}

function blobSignatureIn(bundle: Bundle, blob: Uint8Array): Parsed<SignedContent> {
  if (bundle.content.$case !== 'messageSignature') return refuse('the bundle signs a statement, a blob is wanted');
  const { messageDigest, signature } = bundle.content.messageSignature;
  const digest = createHash('sha256').update(blob).digest();
  const algorithm: number = messageDigest.algorithm;
  if (algorithm !== sha2With256Bits) return refuse('the bundle names another digest than SHA-256');
  if (!digest.equals(messageDigest.digest)) return refuse('the bundle signs other bytes than these');
  return accept({ covered: blob, payload: blob, signature });
}

function reject(reason: string): BundleVerdict {
  return { is: 'rejected', reason };
}
