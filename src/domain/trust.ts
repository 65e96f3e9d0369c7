/** Whose signatures count, with the key material itself: nothing is looked up anywhere else. */
export interface Trust {
  readonly maintainers: readonly Maintainer[];
  readonly ci: readonly CiSigner[];
  /** Where the trust comes from, for messages: `main:cutwater.yaml`, or the consumer's file. */
  readonly origin: string;
}

export interface Maintainer {
  readonly name: string;
  readonly key:
    | {
        readonly kind: 'openpgp';
        /** Full fingerprint of the primary key: 40 or 64 upper-case hex digits. */
        readonly fingerprint: string;
        /** The public key, armored or binary. */
        readonly material: Uint8Array;
      }
    | {
        readonly kind: 'ssh';
        /** `ssh-ed25519 AAAA...`, as in an authorized_keys file, without options and comment. */
        readonly publicKey: string;
      };
  /** A key that was given up: its signatures are refused with `key-revoked`. */
  readonly revoked: boolean;
  /** Unix seconds after which signatures of this key no longer count (judged by our clock, never by the tagger's). */
  readonly notAfter?: number;
}

/** Who signs what a release run made: the holder of a key, or a workflow that proves who it is. */
export type CiSigner = CiKey | CiWorkflow;

export interface CiKey {
  readonly kind: 'key';
  readonly name: string;
  /** SPKI in PEM, `-----BEGIN PUBLIC KEY-----`: ECDSA P-256 or Ed25519. */
  readonly publicKeyPem: string;
}

/** A workflow that signs with a short-lived certificate (sigstore "keyless"). */
export interface CiWorkflow {
  readonly kind: 'keyless';
  readonly name: string;
  /** The OIDC issuer, exact: `https://token.actions.githubusercontent.com`. */
  readonly issuer: string;
  /** The certificate's identity; `*` is any text without "/": `https://github.com/o/r/.github/workflows/release.yml@refs/tags/*`. */
  readonly identity: string;
  /** A sigstore trusted root (JSON): whose certificates and logs count. Nothing is fetched. */
  readonly trustedRoot: Uint8Array;
}
