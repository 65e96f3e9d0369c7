import { isIndexType, manifestTypes } from '../domain/oci.ts';
import { blobSize, readSmallBlob } from './blob-files.ts';
import type { ContentDigest } from './content-digest.ts';
import { isContentDigest } from './content-digest.ts';
import type { LayoutEntry, LayoutIndex } from './layout-index.ts';
import { isNamed } from './layout-index.ts';
import { readContent, readLimit, readStored } from './manifest-graph.ts';

/** What a manifest leads to. Content never changes under its digest, so this is read once. */
interface Parts {
  readonly subject: ContentDigest | undefined;
  readonly children: readonly { readonly digest: ContentDigest; readonly mediaType: string }[];
  readonly blobs: readonly ContentDigest[];
}

/** Finds what must stay in one repository, however often its index changes meanwhile. */
export interface ReachFinder {
  /**
   * Every digest that the roots lead to: parts of images, platforms of indexes, and what refers to any of them, with its
   * own parts. Roots are the entries with a name, and those that `isRoot` accepts. Throws STORE_CORRUPT where a manifest
   * is damaged: what it leads to cannot be known.
   */
  find(index: LayoutIndex, isRoot: (entry: LayoutEntry) => boolean): Promise<ReadonlySet<ContentDigest>>;
}

export function createReachFinder(layout: string): ReachFinder {
  const known = new Map<string, Parts>();
  const partsOf = async (digest: ContentDigest, mediaType: string): Promise<Parts> => {
    const key = `${digest} ${mediaType}`;
    const parts = known.get(key) ?? (await readParts(layout, digest, mediaType));
    if (parts !== undefined) known.set(key, parts);
    return parts ?? nothing;
  };
  return {
    async find(index, isRoot) {
      const kept = new Set<ContentDigest>();
      const referrers = await readReferrers(index, partsOf);
      const open = index.entries
        .filter((entry) => isNamed(entry) || isRoot(entry))
        .map(({ digest, mediaType }) => ({ digest, mediaType }));
      const seen = new Set<string>();
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        const key = `${next.digest} ${next.mediaType}`;
        if (seen.has(key)) continue;
        seen.add(key);
        const { children, blobs } = await partsOf(next.digest, next.mediaType);
        open.push(...children);
        for (const digest of [next.digest, ...blobs]) {
          kept.add(digest);
          open.push(...(referrers.get(digest) ?? []));
        }
      }
      return kept;
    },
  };
}

const nothing: Parts = { subject: undefined, children: [], blobs: [] };

type Target = Parts['children'][number];

async function readReferrers(
  index: LayoutIndex,
  partsOf: (digest: ContentDigest, mediaType: string) => Promise<Parts>,
): Promise<ReadonlyMap<ContentDigest, readonly Target[]>> {
  const referrers = new Map<ContentDigest, Target[]>();
  for (const { digest, mediaType } of index.byDigest.values()) {
    const { subject } = await partsOf(digest, mediaType);
    if (subject === undefined) continue;
    const list = referrers.get(subject) ?? [];
    list.push({ digest, mediaType });
    referrers.set(subject, list);
  }
  return referrers;
}

/** Undefined where the content is not there (yet). */
async function readParts(layout: string, digest: ContentDigest, mediaType: string): Promise<Parts | undefined> {
  if (!manifestTypes.includes(mediaType)) return readUnknown(layout, digest);
  const manifest = await readStored(layout, digest, mediaType);
  if (manifest === undefined) return undefined;
  const { links, subject } = readContent(manifest);
  if (isIndexType(mediaType)) return { subject, children: links, blobs: [] };
  return { subject, children: [], blobs: links.map((link) => link.digest) };
}

/** Content of a type this registry does not know, written by another program: whatever it mentions stays. */
async function readUnknown(layout: string, digest: ContentDigest): Promise<Parts | undefined> {
  const size = await blobSize(layout, digest);
  if (size === undefined) return undefined;
  if (size > readLimit) return nothing;
  const bytes = await readSmallBlob(layout, digest, readLimit);
  const text = bytes === undefined ? '' : Buffer.from(bytes).toString('latin1');
  const mentioned: readonly string[] = text.match(/\bsha(?:256|512):[0-9a-f]+/g) ?? [];
  return { ...nothing, blobs: mentioned.filter(isContentDigest) };
}
