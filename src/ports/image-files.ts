import type { Digest } from '../domain/digest.ts';
import type { Descriptor } from '../domain/oci.ts';
import type { TarEntryKind } from '../domain/tar-entries.ts';
import type { ImageRepository } from './repository.ts';

export interface ExtractedFile {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly mode: number;
  /** Where the bytes are now. */
  readonly file: string;
}

/** What of the files' bytes an inventory shall have, besides their digests. */
export interface InventoryWish {
  /** Files whose bytes are wanted whole. The path is absolute, without links. */
  readonly content: (path: string) => boolean;
  /** Sections of ELF files, by name: `.dep-v0`. */
  readonly sections: readonly string[];
}

export interface InventoryFile {
  /** Absolute, without links on the way. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly mode: number;
  readonly digest: Digest;
  /** Whether it begins with the ELF magic number. */
  readonly elf: boolean;
  /** Where the wish asked for it and it is within the limits. */
  readonly content?: Uint8Array;
  /** Those of the wish that an ELF file has and that are within the limits. */
  readonly sections?: ReadonlyMap<string, Uint8Array>;
}

export interface ImageInventory {
  /** Regular files, sorted by path; a file of several names (hard links) is there under each. */
  readonly files: readonly InventoryFile[];
  /** Files that are stored in a way that is not read (sparse): their paths, sorted. */
  readonly unread: readonly string[];
  /** The path, without links, of the regular file that a path leads to; undefined where it leads to none. */
  leadsTo(path: string): string | undefined;
  /** The same, but a link that is itself at the path is not followed, only links to the folder it is in. */
  standsAt(path: string): string | undefined;
}

/** An entry of a layer as it is stored: a file, folder, link, whiteout or device. */
export interface LayerEntry {
  /** As written. */
  readonly path: string;
  readonly kind: TarEntryKind;
  /** Permission bits. */
  readonly mode: number;
  /** Bytes of a file. */
  readonly size: number;
  /** Of a link, as written. */
  readonly target: string;
  /** Of the file's bytes; of no bytes for all else. */
  readonly digest: Digest;
}

/** Takes files out of images as a container would see them. */
export interface ImageFiles {
  /** The effective file at an absolute path of a platform's image; undefined where the image has none. */
  extract(repository: ImageRepository, manifest: Digest, path: string): Promise<ExtractedFile | undefined>;
  /**
   * Every regular file that a container of a platform's image would see. Content and sections above the limits are left
   * out; their files are there all the same. Throws IMAGE_INVALID, DIGEST_MISMATCH, DISK, and what the repository throws.
   */
  inventory(repository: ImageRepository, manifest: Digest, wish: InventoryWish): Promise<ImageInventory>;
  /** All entries of one layer in their order; throws the same. `diffId` is what the image's configuration says. */
  entries(
    repository: ImageRepository,
    layer: { readonly descriptor: Descriptor; readonly diffId: Digest },
  ): Promise<readonly LayerEntry[]>;
}
