import { join } from 'node:path';
import type { Brand } from '../domain/brand.ts';
import { isRepositoryName } from '../domain/image-name.ts';
import type { ContentDigest, DigestAlgorithm } from './content-digest.ts';
import { algorithmOf, encodedPart } from './content-digest.ts';

/** A repository name that was checked and may become a path. */
export type RepositoryName = Brand<string, 'RepositoryName'>;

/**
 * The OCI grammar, without names whose folder would lie inside another repository's layout: `a/blobs/x` is in the
 * blobs of `a`.
 */
export function isServedName(text: string): text is RepositoryName {
  return isRepositoryName(text) && !text.split('/').slice(1).some(isLayoutName);
}

export function isLayoutName(part: string): boolean {
  return part === 'blobs' || part === 'index.json' || part === 'oci-layout';
}

/** The OCI image layout of a repository. */
export function layoutFolder(root: string, repository: RepositoryName): string {
  return join(root, repository);
}

export function blobFolder(layout: string, algorithm: DigestAlgorithm): string {
  return join(layout, 'blobs', algorithm);
}

export function blobPath(layout: string, digest: ContentDigest): string {
  return join(blobFolder(layout, algorithmOf(digest)), encodedPart(digest));
}
