import type { Digest } from '../domain/digest.ts';

export interface ForgeAsset {
  /** A file name: `[A-Za-z0-9][A-Za-z0-9._+-]{0,199}`. */
  readonly name: string;
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
  /** Withdrawn: the notes carry a banner at the top. */
  readonly deprecated: boolean;
  readonly prerelease: boolean;
  readonly assets: readonly ForgeAsset[];
}

/** Where people read about releases and download files. Nothing here deletes. */
export interface Forge {
  /** `local`, `github`, ... with its place, for messages. */
  readonly description: string;
  findRelease(tag: string): Promise<ForgeRelease | undefined>;
  listReleases(): Promise<readonly ForgeRelease[]>;
  createDraft(release: {
    readonly tag: string;
    readonly title: string;
    readonly notes: string;
    readonly prerelease: boolean;
  }): Promise<void>;
  /** Adds an asset to a draft. Same name with the same bytes: done. Other bytes: ASSET_CONFLICT. */
  uploadAsset(
    tag: string,
    asset: { readonly name: string; readonly digest: Digest; readonly size: number },
    open: () => AsyncIterable<Uint8Array>,
  ): Promise<void>;
  downloadAsset(tag: string, name: string): AsyncIterable<Uint8Array>;
  publish(tag: string): Promise<void>;
  /** Sets notes and the deprecated mark of a published release. */
  updateNotes(tag: string, change: { readonly notes: string; readonly deprecated: boolean }): Promise<void>;
  /** The release the forge shows as the latest one. */
  latest(): Promise<string | undefined>;
  setLatest(tag: string): Promise<void>;
}
