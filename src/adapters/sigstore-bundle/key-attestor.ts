import type { Bundle } from '@sigstore/bundle';
import { assertBundleLatest, bundleToJSON, toDSSEBundle, toMessageSignatureBundle } from '@sigstore/bundle';
import { dsse } from '@sigstore/core';
import { createHash, createPublicKey } from 'node:crypto';
import type { Secret } from '../../domain/secret.ts';
import type { Attestor, BundleBytes } from '../../ports/attestor.ts';
import { hintOf, readPrivateKey, signBytes } from './pem-key.ts';

/** The DSSE payload type of in-toto statements (in-toto/attestation, spec/v1/envelope.md). */
export const inTotoPayloadType = 'application/vnd.in-toto+json';

export interface KeyAttestorOptions {
  /** How the key is named in `trust.ci`. */
  readonly name: string;
  /** PKCS8 in PEM, plain or encrypted: ECDSA P-256 or Ed25519. */
  readonly privateKeyPem: Secret;
  readonly passphrase?: Secret;
}

export interface KeyAttestor extends Attestor {
  /** SPKI in PEM. */
  readonly publicKeyPem: string;
}

/**
 * Signs with a key of one's own into sigstore bundles v0.3 that cosign verifies offline. Throws KEY_UNUSABLE for a key
 * that is missing, damaged, locked or of another kind.
 */
export function keyAttestor(options: KeyAttestorOptions): KeyAttestor {
  const { name, privateKeyPem: pem, passphrase } = options;
  const privateKey = readPrivateKey({ name, pem, ...(passphrase === undefined ? {} : { passphrase }) });
  const publicKey = createPublicKey(privateKey);
  const keyHint = hintOf(publicKey);
  return {
    kind: 'key',
    identity: name,
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    signStatement: async (statement) => {
      const artifact = Buffer.from(statement);
      const signature = signBytes(dsse.preAuthEncoding(inTotoPayloadType, artifact), privateKey);
      const bundle = toDSSEBundle({ artifact, artifactType: inTotoPayloadType, signature, keyHint });
      // Go's DSSE verifier skips a signature whose keyid is not its own name for the key, so cosign would find none.
      for (const entry of bundle.content.dsseEnvelope.signatures) entry.keyid = '';
      return toBytes(bundle);
    },
    signBlob: async (bytes) => {
      const digest = createHash('sha256').update(bytes).digest();
      return toBytes(toMessageSignatureBundle({ digest, signature: signBytes(bytes, privateKey), keyHint }));
    },
  };
}

function toBytes(bundle: Bundle): BundleBytes {
  assertBundleLatest(bundle);
  return new TextEncoder().encode(JSON.stringify(bundleToJSON(bundle)));
}
