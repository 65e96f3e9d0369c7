/** What to do on a forge about what doctor finds there: each is one step, without a final period. Undefined where the forge has nothing of the kind. */
export interface ForgeAdvice {
  /** The tags whose names begin so, as the forge's rules write them. */
  pattern(prefix: string): string;
  /** Keeps tags from being moved and deleted, and from being made too where nothing else is said about that. */
  protectTags(prefixes: readonly string[]): string;
  readonly restrictCreation: string | undefined;
  /** Where nobody may make the tags. */
  readonly nameMaintainers: string;
  /** Where the rules about tags are shown. */
  readonly showTagRules: string;
  protectBranch(branch: string): string;
  readonly lockReleases: string | undefined;
  readonly restrictJobs: string | undefined;
  readonly guardVariables: ((names: readonly string[]) => string) | undefined;
  readonly guardImageTags: string | undefined;
  /** How one comes to a token that may write releases. */
  readonly makeToken: string;
  /** Adds the key to the account; `exported` are words of a shell that print it. */
  addKey(kind: 'openpgp' | 'ssh', exported: KeySource): string;
  /** Says to the forge that a key it has is one's own. */
  readonly proveKey: string | undefined;
}

/** Where a public key comes from. */
export type KeySource =
  | { readonly is: 'file'; readonly path: string }
  /** A shell command that prints it. */
  | { readonly is: 'command'; readonly line: string };
