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
 * Verifies bundles signed by a key or a workflow of `trust.ci`, offline. Whatever the bundle holds, the answer is a
 * verdict; only a trusted key or root that cannot be read is thrown, as KEY_UNUSABLE.
 *
 * For keys the Verifier of `@sigstore/verify` is not used: for a bare key without a log it makes the same one call of node:crypto,
 * finds the key by the unsigned hint, and gives no access to the payload it verified, so that callers decode it again.
 */
export function bundleVerifier(): BundleVerifier {
  return {
    verifyStatement: (bytes, trust) => judge(bytes, { trust, contentOf: statementIn }),
    verifyBlob: (bytes, blob, trust) =>
      judge(bytes, { trust, blob, contentOf: (bundle) => blobSignatureIn(bundle, blob) }),
  };
}

interface Wanted {
  readonly trust: Trust;
  readonly blob?: Uint8Array;
  readonly contentOf: (bundle: Bundle) => Parsed<SignedContent>;
}

async function judge(bytes: Uint8Array, wanted: Wanted): Promise<BundleVerdict> {
  const { ci, origin } = wanted.trust;
  const keys = ci.flatMap((signer) =>
    signer.kind === 'key'
      ? [{ name: signer.name, key: readPublicKey({ name: signer.name, pem: signer.publicKeyPem, origin }) }]
      : [],
  );
  if (ci.length === 0) return reject(`no CI key is trusted by ${quote(origin)}`);
  const bundle = readBundle(bytes);
  if (bundle.is === 'refused') return reject(`the bundle ${bundle.reason}`);
  const content = wanted.contentOf(bundle.value);
  if (content.is === 'refused') return reject(content.reason);
  const material = bundle.value.verificationMaterial.content;
  if (material.$case !== 'publicKey') return judgeKeyless(bundle.value, content.value, wanted);
  const { covered, payload, signature } = content.value;
  // Every trusted key is tried: the hint is unsigned, so it may explain a verdict but never decide it.
  const signer = keys.find(({ key }) => isSignedBy(covered, signature, key));
  if (signer !== undefined) return { is: 'valid', payload, signer: signer.name };
  const named = keys.find(({ key }) => hintOf(key) === material.publicKey.hint);
  if (named !== undefined) return reject(`the signature is not by the key ${quote(named.name)} that the bundle names`);
  return reject(`no CI key trusted by ${quote(origin)} made the signature`);
}

async function judgeKeyless(bundle: Bundle, { payload }: SignedContent, wanted: Wanted): Promise<BundleVerdict> {
  const { ci, origin } = wanted.trust;
  const workflows = ci.filter((signer) => signer.kind === 'keyless');
  if (workflows.length === 0)
    return reject(`the bundle is signed with a certificate, and ${quote(origin)} trusts keys alone`);
  // Most projects have keys, and what reads certificates and logs takes long to load.
  const { judgeCertificate } = await import('./certificate-judge.ts');
  const signer = judgeCertificate(bundle, wanted.blob, { workflows, origin });
  return signer.is === 'ok' ? { is: 'valid', payload, signer: signer.value.name } : reject(signer.reason);
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
