/** The signing keys that a forge knows a person by. */
export interface ForgeKeys {
  readonly login: string;
  /** Key ids, 16 upper-case hexadecimal digits, of primary keys and subkeys. */
  readonly openpgp: readonly string[];
  /** `ssh-ed25519 AAAA...`, without comment, of keys that sign. */
  readonly ssh: readonly string[];
}

/** Reads the keys of the one whose token is here; undefined where the token is nobody's, as in a workflow. */
export interface ForgeKeyReader {
  readOwnKeys(): Promise<ForgeKeys | undefined>;
}
