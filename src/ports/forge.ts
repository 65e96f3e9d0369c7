import type { Digest } from '../domain/digest.ts';
import type { ForgeKind } from '../domain/forge-capabilities.ts';
import type { ObjectId } from '../domain/object-id.ts';

export interface ForgeAsset {
  /** Of ours a file name, `[A-Za-z0-9][A-Za-z0-9._+-]{0,199}`; what other people uploaded may be called anything. */
  readonly name: string;
  readonly size: number;
}

/** A file that is to be added, with the bytes it must have. */
export interface AnnouncedAsset {
  readonly name: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

export type ForgeReleaseState = 'draft' | 'published';

export interface ForgeRelease {
  /** The git tag. */
  readonly tag: string;
  readonly title: string;
  /** Markdown. */
  readonly notes: string;
  readonly state: ForgeReleaseState;
  /** Withdrawn: the notes begin with `deprecatedMark`. */
  readonly deprecated: boolean;
  readonly prerelease: boolean;
  readonly assets: readonly ForgeAsset[];
}

/** A release as a list shows it: on some forges its files take a question of their own. */
export type ListedRelease = Omit<ForgeRelease, 'assets'>;

/** Where people read about releases and download files. Nothing here deletes. */
export interface Forge {
  readonly kind: ForgeKind;
  /** `local`, `github`, ... with its place, for messages. */
  readonly description: string;
  findRelease(tag: string): Promise<ForgeRelease | undefined>;
  /** Drafts may be left out; files are not looked at. */
  listReleases(): Promise<readonly ListedRelease[]>;
  createDraft(release: {
    readonly tag: string;
    readonly title: string;
    readonly notes: string;
    readonly prerelease: boolean;
  }): Promise<void>;
  /** Adds an asset to a draft. Same name with the same bytes: done. Other bytes: ASSET_CONFLICT. */
  uploadAsset(tag: string, asset: AnnouncedAsset, open: () => AsyncIterable<Uint8Array>): Promise<void>;
  downloadAsset(tag: string, name: string): AsyncIterable<Uint8Array>;
  /**
   * Makes a draft public. `object` is the verified tag object: forges make a missing tag themselves, so where the forge
   * has the repository the tag is looked at before and after. TAG_MISSING, TAG_MOVED.
   */
  publish(tag: string, verified: { readonly object: ObjectId }): Promise<void>;
  /**
   * Sets the notes of a draft or a published release. `deprecated` says whether they begin with `deprecatedMark`. The
   * latest flag stays where it is.
   */
  updateNotes(tag: string, change: { readonly notes: string; readonly deprecated: boolean }): Promise<void>;
  /** The release the forge shows as the latest one. */
  latest(): Promise<string | undefined>;
  /** Only where `forgeCapabilities` says that the flag is `settable`. */
  setLatest(tag: string): Promise<void>;
}
