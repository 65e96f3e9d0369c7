/** The signing keys that a forge knows a person by. */
export interface ForgeKeys {
  readonly login: string;
  /** Key ids, 16 upper-case hexadecimal digits, of primary keys and, where the forge tells them, of subkeys. */
  readonly openpgp: readonly string[];
  /** Key ids of those that the person still has to prove to be theirs: what they sign is shown as unverified. */
  readonly unproven: readonly string[];
  /** `ssh-ed25519 AAAA...`, without comment, of keys that sign. */
  readonly ssh: readonly string[];
}

export type OwnKeys =
  | ({ readonly is: 'known' } & ForgeKeys)
  /** The token is nobody's, as in a workflow, or there is none. */
  | { readonly is: 'nobody' }
  /** `takes` is the right that would do, in the forge's own words. */
  | { readonly is: 'withheld'; readonly takes: string };

/** Reads the keys of the one whose token is here. */
export interface ForgeKeyReader {
  readOwnKeys(): Promise<OwnKeys>;
}
