/** The key a person's git would sign tags with, as far as it shows without signing anything. */
export type SigningKey =
  /** Git has no `user.signingKey`. */
  | { readonly is: 'none'; readonly format: string }
  | {
      readonly is: 'openpgp';
      /** Full fingerprint of the primary key: upper-case hex digits. */
      readonly fingerprint: string;
      /** Unix seconds; undefined: never. */
      readonly expiresAt: number | undefined;
      /** Revoked, expired, or without a subkey that may sign. */
      readonly fault: string | undefined;
    }
  | {
      readonly is: 'ssh';
      /** `ssh-ed25519 AAAA...`, without comment. */
      readonly publicKey: string;
    }
  | {
      readonly is: 'unusable';
      /** `gpg.format` of git: `openpgp`, `ssh`, `x509`. */
      readonly format: string;
      /** Completes "the key ...". */
      readonly reason: string;
      /** The command that mends it. */
      readonly mend: string;
    };

/** A public key that is committed for a maintainer. */
export interface CommittedKey {
  /** Of each primary key: upper-case hex digits. */
  readonly fingerprint: string;
  readonly expiresAt: number | undefined;
  readonly fault: string | undefined;
}

/** Looks at signing keys; signs nothing, asks for no passphrase, writes nothing. */
export interface SigningSetup {
  /** What git here would sign with. */
  readSigningKey(): Promise<SigningKey>;
  /** The primary keys in OpenPGP key material, without any keyring; throws TOOL_MISSING without gpg. */
  readPublicKeys(material: Uint8Array): Promise<readonly CommittedKey[]>;
  /** The name git writes into tags; undefined where none is set. */
  readUserName(): Promise<string | undefined>;
  /** The armored public half of an OpenPGP key of the person's keyring; undefined where gpg or the key is not there. */
  exportPublicKey(fingerprint: string): Promise<string | undefined>;
}
