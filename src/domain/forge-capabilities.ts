export type HostedForgeKind = 'github' | 'forgejo' | 'gitea' | 'gitlab';

export type ForgeKind = HostedForgeKind | 'local';

/** What a kind of forge can do, as far as a release needs it. Data: whoever decides by it needs no forge. */
export interface ForgeCapabilities {
  /** The name that people know it by. */
  readonly name: string;
  /** `files-only`: what is uploaded waits in a package that is no release; the release appears whole. */
  readonly drafts: 'drafts' | 'files-only';
  /** Whether a published release can be locked by a setting of the repository. Title and notes stay editable. */
  readonly immutableReleases: 'by-setting' | 'never';
  /** Who says which release is shown as the latest one: we, or the forge by its dates, with candidates or without. */
  readonly latest: 'settable' | 'by-date' | 'by-date-with-candidates';
  /** Whether who may make, move or delete which tags can be laid down. */
  readonly tagRules: boolean;
  readonly discussions: boolean;
  /** What a commit's checks are called there; `statuses` alone where that is all there is. */
  readonly checks: 'check-runs-and-statuses' | 'statuses' | 'none';
  readonly mergeRequests: boolean;
  /** Whether the forge itself refuses a second file of one name in a release. */
  readonly uniqueFileNames: boolean;
}

export const forgeCapabilities: Readonly<Record<ForgeKind, ForgeCapabilities>> = {
  github: {
    name: 'GitHub',
    drafts: 'drafts',
    immutableReleases: 'by-setting',
    latest: 'settable',
    tagRules: true,
    discussions: true,
    checks: 'check-runs-and-statuses',
    mergeRequests: true,
    uniqueFileNames: true,
  },
  forgejo: {
    name: 'Forgejo',
    drafts: 'drafts',
    immutableReleases: 'never',
    latest: 'by-date',
    tagRules: true,
    discussions: false,
    checks: 'statuses',
    mergeRequests: true,
    uniqueFileNames: false,
  },
  gitea: {
    name: 'Gitea',
    drafts: 'drafts',
    immutableReleases: 'never',
    latest: 'by-date',
    tagRules: true,
    discussions: false,
    checks: 'statuses',
    mergeRequests: true,
    uniqueFileNames: false,
  },
  gitlab: {
    name: 'GitLab',
    drafts: 'files-only',
    immutableReleases: 'never',
    latest: 'by-date-with-candidates',
    tagRules: true,
    discussions: false,
    checks: 'statuses',
    mergeRequests: true,
    uniqueFileNames: false,
  },
  local: {
    name: 'folders on disk',
    drafts: 'drafts',
    immutableReleases: 'never',
    latest: 'settable',
    tagRules: false,
    discussions: false,
    checks: 'none',
    mergeRequests: false,
    uniqueFileNames: true,
  },
};
