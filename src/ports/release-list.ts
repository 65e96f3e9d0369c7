/** What a list of releases says of one, without its notes. All texts are other people's and may hold anything. */
export interface ReleaseOutline {
  /** The git tag, which may not exist. */
  readonly tag: string;
  readonly state: 'draft' | 'published';
  /** How many files people can get. */
  readonly files: number;
}

/** All releases of a forge, old ones too. Read page after page: a project has a thousand of them, with long notes. */
export interface ReleaseList {
  /** For messages: forge and repository. */
  readonly description: string;
  /** May name a tag more than once: drafts of one tag are many on some forges. */
  releases(): AsyncIterable<ReleaseOutline>;
}
