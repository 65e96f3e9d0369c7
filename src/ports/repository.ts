import type { Digest } from '../domain/digest.ts';
import type { ImageName, ImageTag } from '../domain/image-name.ts';
import type { Descriptor, Manifest } from '../domain/oci.ts';

/** One repository of one registry. "Not there" is a value; everything else that fails is a CutwaterError. */
export interface ImageRepository {
  readonly name: ImageName;
  /** What a tag or digest points at (HEAD); undefined where there is nothing. */
  resolve(reference: ImageTag | Digest): Promise<Descriptor | undefined>;
  /** The raw manifest, hashed and compared with the digest asked for and the one the server named. */
  readManifest(reference: ImageTag | Digest): Promise<Manifest | undefined>;
  /**
   * Writes the bytes as they are. `expected` is sent as `If-Match` (a digest) or `If-None-Match: *` (null) where it may
   * help, and relied on nowhere: the caller looks again afterwards.
   */
  writeManifest(reference: ImageTag | Digest, manifest: Manifest, expected?: Digest | null): Promise<void>;
  /**
   * Gives a manifest that is here several tags, with one request where the registry can do that; `expected` holds for
   * each. Gives back those that point at it now: a tag that another writer changed meanwhile is left out.
   */
  writeTags(manifest: Manifest, tags: readonly ImageTag[], expected?: Digest | null): Promise<readonly ImageTag[]>;
  /** Every tag of the repository, in no order; empty for a repository that does not exist yet. */
  listTags(): Promise<readonly ImageTag[]>;
  hasBlob(digest: Digest): Promise<boolean>;
  /** The bytes as they come, checked against digest and size at the end: the last chunk may be followed by an error. */
  readBlob(descriptor: Descriptor): AsyncIterable<Uint8Array>;
  /** Uploads unless it is there already. `open` is called once per attempt. */
  writeBlob(descriptor: Descriptor, open: () => AsyncIterable<Uint8Array>): Promise<void>;
  /** Makes a blob of another repository of the same registry available here; false where the registry did not. */
  mountBlob(descriptor: Descriptor, from: string): Promise<boolean>;
  /** Referrers by API or fallback tag. Descriptors are hints; what counts is in the manifests they name. */
  listReferrers(subject: Digest): Promise<readonly Descriptor[]>;
  /** Writes a manifest that has a `subject`, and maintains the fallback tag where there is no referrers API. */
  writeReferrer(manifest: Manifest, descriptor: Descriptor, subject: Digest): Promise<void>;
}
