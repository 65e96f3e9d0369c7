import type { ContentDigest } from './content-digest.ts';
import { CutwaterError } from '../domain/error.ts';
import { isIndexType, manifestTypes } from '../domain/oci.ts';
import { quote } from '../domain/quote.ts';
import { blobSize, readSmallBlob } from './blob-files.ts';
import type { LayoutIndex } from './layout-index.ts';
import type { ManifestContent } from './manifest-content.ts';
import { parseManifest } from './manifest-content.ts';

/** Manifests of other programs may be larger than those this registry takes. */
export const readLimit = 16 * 1024 * 1024;

export interface StoredManifest {
  readonly mediaType: string;
  readonly digest: ContentDigest;
  readonly bytes: Uint8Array;
}

/** The bytes of a manifest the layout holds, hashed; undefined where the file is not there. */
export async function readStored(
  layout: string,
  digest: ContentDigest,
  mediaType: string,
): Promise<StoredManifest | undefined> {
  const bytes = await readSmallBlob(layout, digest, readLimit);
  return bytes === undefined ? undefined : { mediaType, digest, bytes };
}

/** What a stored manifest says. Throws STORE_CORRUPT where it is none, which only another program can have caused. */
export function readContent(manifest: StoredManifest): ManifestContent {
  const parsed = parseManifest(manifest.bytes, manifest.mediaType);
  if (parsed.is === 'ok') return parsed.value;
  throw new CutwaterError(
    'STORE_CORRUPT',
    `Cannot read manifest ${manifest.digest} as ${quote(manifest.mediaType)}: it ${parsed.reason}`,
  );
}

/**
 * The media type under which a digest is a manifest of the repository: by its own entry, or because an index names it.
 * Other programs list only the top of an image in `index.json`.
 */
export async function typeOfManifest(
  layout: string,
  index: LayoutIndex,
  digest: ContentDigest,
): Promise<string | undefined> {
  const entry = index.byDigest.get(digest);
  if (entry !== undefined) return entry.mediaType;
  if ((await blobSize(layout, digest)) === undefined) return undefined;
  for await (const { content } of walkManifests(layout, index, isIndexType)) {
    const link = content.links.find((each) => each.digest === digest);
    if (link !== undefined && manifestTypes.includes(link.mediaType)) return link.mediaType;
  }
  return undefined;
}

/** A manifest that names this digest as config, layer or platform, or undefined. A subject does not count. */
export async function findUser(
  layout: string,
  index: LayoutIndex,
  digest: ContentDigest,
): Promise<ContentDigest | undefined> {
  for await (const { manifest, content } of walkManifests(layout, index, () => true))
    if (content.links.some((link) => link.digest === digest)) return manifest.digest;
  return undefined;
}

/** Every manifest of the repository of the types wanted, once, those inside indexes too. */
async function* walkManifests(
  layout: string,
  index: LayoutIndex,
  isWanted: (mediaType: string) => boolean,
): AsyncGenerator<{ readonly manifest: StoredManifest; readonly content: ManifestContent }, void, undefined> {
  const open = [...index.byDigest.values()].map(({ digest, mediaType }) => ({ digest, mediaType }));
  const seen = new Set<ContentDigest>();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next.digest) || !manifestTypes.includes(next.mediaType) || !isWanted(next.mediaType)) continue;
    seen.add(next.digest);
    const manifest = await readStored(layout, next.digest, next.mediaType);
    if (manifest === undefined) continue;
    const content = readContent(manifest);
    yield { manifest, content };
    if (isIndexType(next.mediaType)) open.push(...content.links);
  }
}
