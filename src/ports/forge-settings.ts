/** What a rule of the forge forbids for tags to whoever is not on its list. */
export type ForbiddenTagAct = 'creation' | 'update' | 'deletion';

/** One rule in force about tags. */
export interface TagRule {
  readonly name: string;
  /** Patterns of full names, such as `refs/tags/v*`; `~ALL` is every tag. As fnmatch(3), `*` without "/". */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly forbids: readonly ForbiddenTagAct[];
}

/** How a repository is set up on its forge. What the one who asks may not see is undefined. */
export interface ForgeSettings {
  /** Whether the token here may write releases and push. */
  readonly mayPush: boolean | undefined;
  readonly tagRules: readonly TagRule[] | undefined;
  /** Whether something keeps the branch from being pushed to at will, moved back or deleted. */
  readonly branchIsProtected: boolean | undefined;
  /** Whether a release is locked when it is published. */
  readonly locksReleases: boolean | undefined;
  /** What a workflow that asks for nothing may do. */
  readonly workflowsMayWrite: boolean | undefined;
}

/** Reads how the repository is set up; changes nothing. */
export interface ForgeSettingsReader {
  readSettings(branch: string): Promise<ForgeSettings>;
}
