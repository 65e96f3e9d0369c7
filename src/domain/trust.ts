/** Whose signatures count, with the key material itself: nothing is looked up anywhere else. */
export interface Trust {
  readonly maintainers: readonly Maintainer[];
  readonly ci: readonly CiKey[];
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

export interface CiKey {
  readonly name: string;
  /** SPKI in PEM, `-----BEGIN PUBLIC KEY-----`: ECDSA P-256 or Ed25519. */
  readonly publicKeyPem: string;
}
