import type { Trust } from '../domain/trust.ts';

/** A sigstore bundle v0.3 as JSON bytes. */
export type BundleBytes = Uint8Array;

/** Signs as CI. */
export interface Attestor {
  /** `keyless`: each signature is entered in a public log, so nothing is signed only to try. */
  readonly kind: 'key' | 'keyless';
  /** How the key is named in `trust.ci`, or how people would recognise it. */
  readonly identity: string;
  /** A DSSE envelope over an in-toto statement, `application/vnd.in-toto+json`. */
  signStatement(statement: Uint8Array): Promise<BundleBytes>;
  /** A message signature over a blob. */
  signBlob(bytes: Uint8Array): Promise<BundleBytes>;
}

export type BundleVerdict =
  | { readonly is: 'valid'; readonly payload: Uint8Array; readonly signer: string }
  | { readonly is: 'rejected'; readonly reason: string };

export interface BundleVerifier {
  /** The statement inside, if and only if exactly one signature by a key of `trust.ci` covers these very bytes. */
  verifyStatement(bundle: BundleBytes, trust: Trust): Promise<BundleVerdict>;
  verifyBlob(bundle: BundleBytes, blob: Uint8Array, trust: Trust): Promise<BundleVerdict>;
}
