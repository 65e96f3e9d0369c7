import type { ImageTag } from '../domain/image-name.ts';
import { isImageTag } from '../domain/image-name.ts';
import { quote } from '../domain/quote.ts';
import type { ContentDigest } from './content-digest.ts';
import { isContentDigest } from './content-digest.ts';
import { RegistryFault } from './registry-fault.ts';
import type { RepositoryName } from './repository-name.ts';
import { isServedName } from './repository-name.ts';

export type ManifestReference =
  { readonly kind: 'tag'; readonly tag: ImageTag } | { readonly kind: 'digest'; readonly digest: ContentDigest };

/** The endpoints of the distribution-spec, every part checked by its grammar. */
export type Route =
  | { readonly kind: 'ping' }
  | { readonly kind: 'uploads'; readonly repository: RepositoryName }
  | { readonly kind: 'upload'; readonly repository: RepositoryName; readonly id: string }
  | { readonly kind: 'blob'; readonly repository: RepositoryName; readonly digest: ContentDigest }
  | { readonly kind: 'manifest'; readonly repository: RepositoryName; readonly reference: ManifestReference }
  | { readonly kind: 'tags'; readonly repository: RepositoryName }
  | { readonly kind: 'referrers'; readonly repository: RepositoryName; readonly subject: ContentDigest };

export type RouteOf<Kind extends Route['kind']> = Extract<Route, { kind: Kind }>;

/**
 * Reads the path of a request, without its query. Percent-encoding is undone once, before anything is judged. Throws a
 * fault: 404 for a path that is no endpoint, 400 or 404 for a part that breaks its grammar.
 */
export function parseRoute(path: string): Route {
  const text = decodePath(path);
  if (text === '/v2/' || text === '/v2') return { kind: 'ping' };
  const match = endpointGrammar.exec(text);
  const groups = match?.groups;
  if (groups === undefined)
    throw new RegistryFault({ status: 404, code: 'UNSUPPORTED' }, `No endpoint at ${quote(path)}`);
  const repository = toRepository(groups['name'] ?? '');
  const { uploads, upload, blob, manifest, subject } = groups;
  if (uploads !== undefined) return { kind: 'uploads', repository };
  if (upload !== undefined) return toUpload(repository, upload);
  if (blob !== undefined) return { kind: 'blob', repository, digest: readDigest(blob) };
  if (manifest !== undefined) return { kind: 'manifest', repository, reference: toReference(manifest) };
  if (subject !== undefined) return { kind: 'referrers', repository, subject: readDigest(subject) };
  return { kind: 'tags', repository };
}

/** A digest from the request; a fault 400 DIGEST_INVALID where it is none, or of another algorithm than these two. */
export function readDigest(text: string | null): ContentDigest {
  if (isContentDigest(text)) return text;
  const found = text === null ? 'There is no digest' : `${quote(text)} is no digest this registry knows`;
  throw new RegistryFault(
    { status: 400, code: 'DIGEST_INVALID' },
    `${found}; "sha256:" and 64 or "sha512:" and 128 lower-case hex digits are wanted`,
  );
}

/** A repository name from the request; a fault 400 NAME_INVALID where the grammar does not allow it. */
export function toRepository(text: string): RepositoryName {
  if (isServedName(text)) return text;
  throw new RegistryFault({ status: 400, code: 'NAME_INVALID' }, `${quote(text)} is no repository name`);
}

// The name is greedy: the last endpoint word in the path counts, and repository names may contain such words.
const endpointGrammar =
  /^\/v2\/(?<name>.+)\/(?:(?<uploads>blobs\/uploads\/?)|blobs\/uploads\/(?<upload>[^/]+)|blobs\/(?<blob>[^/]+)|manifests\/(?<manifest>[^/]+)|referrers\/(?<subject>[^/]+)|tags\/list)$/s;

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new RegistryFault(
      { status: 400, code: 'NAME_INVALID' },
      `The path ${quote(path)} has broken percent-encoding`,
    );
  }
}

function toUpload(repository: RepositoryName, id: string): Route {
  if (/^[0-9a-f]{32}$/.test(id)) return { kind: 'upload', repository, id };
  throw new RegistryFault({ status: 404, code: 'BLOB_UPLOAD_UNKNOWN' }, `There is no upload ${quote(id)}`);
}

function toReference(text: string): ManifestReference {
  if (text.includes(':')) return { kind: 'digest', digest: readDigest(text) };
  if (isImageTag(text)) return { kind: 'tag', tag: text };
  throw new RegistryFault({ status: 404, code: 'MANIFEST_UNKNOWN' }, `${quote(text)} is neither a tag nor a digest`);
}
