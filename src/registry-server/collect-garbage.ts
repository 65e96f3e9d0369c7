import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../adapters/files/durable-write.ts';
import { blobFolder, blobPath } from './repository-name.ts';
import type { ContentDigest } from './content-digest.ts';
import { digestAlgorithms, isContentDigest } from './content-digest.ts';
import { isMissing } from './file-error.ts';
import type { LayoutEntry, LayoutIndex } from './layout-index.ts';
import { isNamed, withoutManifests } from './layout-index.ts';
import type { LayoutStore } from './layout-store.ts';
import { openLayoutStore } from './layout-store.ts';
import { listFiles, removeLeftovers } from './leftovers.ts';
import type { ReachFinder } from './reachable.ts';
import { createReachFinder } from './reachable.ts';
import type { RepositoryName } from './repository-name.ts';
import type { GarbageRule } from './upload-garbage.ts';
import { collectUploads } from './upload-garbage.ts';

export interface GarbageOptions {
  /** The folder of a registry, as `createRegistry` has it. */
  readonly folder: string;
  /** `list` changes nothing. */
  readonly mode: 'list' | 'remove';
  /** The grace time: nothing younger is garbage. Somebody may be about to name it. */
  readonly olderThanSeconds: number;
}

export interface GarbageReport {
  readonly repositories: readonly RepositoryGarbage[];
  /** Unfinished uploads. */
  readonly uploads: number;
  /** What is freed on disk: blobs shared with another repository count where the last name goes. */
  readonly bytes: number;
}

export interface RepositoryGarbage {
  readonly repository: string;
  /** Left alone because it holds content named by digests of an algorithm that is not known here. */
  readonly skipped: boolean;
  /** Untagged manifests that leave the index. */
  readonly manifests: readonly string[];
  /** Files that go, of manifests and of blobs. */
  readonly blobs: readonly string[];
  readonly bytes: number;
}

/**
 * Finds, or removes, what nothing tagged leads to. Servers may read and write meanwhile: each removal is judged again under
 * the repository's lock, the index on disk stops naming a manifest before its file goes, and a kill at any moment leaves
 * only more to collect. Throws STORE_CORRUPT, having removed nothing in that repository, where a manifest is damaged.
 */
export async function collectGarbage(options: GarbageOptions): Promise<GarbageReport> {
  const { folder, mode, olderThanSeconds } = options;
  const store = openLayoutStore(folder);
  const before = Date.now() - olderThanSeconds * 1000;
  const repositories: RepositoryGarbage[] = [];
  for (const repository of [...(await store.listRepositories(Number.MAX_SAFE_INTEGER))].sort())
    repositories.push(await collectRepository(store, repository, { mode, before }));
  const uploads = await collectUploads(store.uploadFolder, { mode, before });
  const bytes = repositories.reduce((sum, found) => sum + found.bytes, uploads.bytes);
  return { repositories, uploads: uploads.count, bytes };
}

async function collectRepository(
  store: LayoutStore,
  repository: RepositoryName,
  rule: GarbageRule,
): Promise<RepositoryGarbage> {
  const layout = store.layoutOf(repository);
  const index = await store.readIndex(repository);
  const found = { repository, skipped: false, manifests: [], blobs: [], bytes: 0 };
  if (index === undefined) return found;
  if (index.foreign.length > 0) return { ...found, skipped: true };
  const finder = createReachFinder(layout);
  // All that takes long happens here, without the lock; what is read is remembered by the finder.
  const listed = await judge(layout, index, { finder, before: rule.before });
  if (rule.mode === 'list') return { ...found, ...(await describe(layout, listed)) };
  const manifests = await store.changeIndex(repository, async (current) => {
    const { manifests: unwanted } = await judge(layout, current, { finder, before: rule.before, files: [] });
    const next = unwanted.size === 0 ? current : withoutManifests(current, unwanted);
    return { index: next, result: [...unwanted] };
  });
  const blobs: ContentDigest[] = [];
  let bytes = 0;
  for (let from = 0; from < listed.blobs.length; from += batchSize) {
    const batch = listed.blobs.slice(from, from + batchSize);
    const gone = await store.removeFiles(repository, (current) =>
      removeUnused(layout, current, { finder, before: rule.before, batch }),
    );
    blobs.push(...gone.blobs);
    bytes += gone.bytes;
  }
  await removeDrafts(layout, rule.before);
  return { ...found, manifests, blobs, bytes };
}

/** Removing takes well under a second, so that a push waits hardly longer than for another push. */
const batchSize = 200;

interface Judgement {
  readonly manifests: ReadonlySet<ContentDigest>;
  readonly blobs: readonly ContentDigest[];
}

interface JudgeOptions {
  readonly finder: ReachFinder;
  readonly before: number;
  /** The blobs to judge; all that are there by default. */
  readonly files?: readonly ContentDigest[];
}

async function judge(layout: string, index: LayoutIndex, { finder, before, files }: JudgeOptions): Promise<Judgement> {
  const young = new Set<ContentDigest>();
  for (const entry of index.entries)
    if (!isNamed(entry) && (await isYoung(layout, entry.digest, before))) young.add(entry.digest);
  const kept = await finder.find(index, (entry) => young.has(entry.digest));
  const manifests = index.entries.filter((entry) => !isNamed(entry) && !kept.has(entry.digest));
  const blobs: ContentDigest[] = [];
  for (const digest of files ?? (await listBlobs(layout)))
    if (!kept.has(digest) && !(await isYoung(layout, digest, before))) blobs.push(digest);
  return { manifests: new Set(manifests.map((entry: LayoutEntry) => entry.digest)), blobs };
}

/** Under the lock: all that the index names now stays, and what became young or used meanwhile. */
async function removeUnused(
  layout: string,
  index: LayoutIndex,
  { finder, before, batch }: JudgeOptions & { readonly batch: readonly ContentDigest[] },
): Promise<{ readonly blobs: readonly ContentDigest[]; readonly bytes: number }> {
  const kept = await finder.find(index, () => true);
  const blobs: ContentDigest[] = [];
  let bytes = 0;
  for (const digest of batch) {
    if (kept.has(digest) || (await isYoung(layout, digest, before))) continue;
    bytes += await ownBytes(layout, digest);
    await rm(blobPath(layout, digest), { force: true });
    blobs.push(digest);
  }
  for (const algorithm of digestAlgorithms)
    if (blobs.some((digest) => digest.startsWith(algorithm))) await syncFolder(blobFolder(layout, algorithm));
  return { blobs, bytes };
}

async function describe(
  layout: string,
  { manifests, blobs }: Judgement,
): Promise<Pick<RepositoryGarbage, 'manifests' | 'blobs' | 'bytes'>> {
  let bytes = 0;
  for (const digest of blobs) bytes += await ownBytes(layout, digest);
  return { manifests: [...manifests], blobs, bytes };
}

async function listBlobs(layout: string): Promise<readonly ContentDigest[]> {
  const found: ContentDigest[] = [];
  for (const algorithm of digestAlgorithms)
    for (const name of await listFiles(blobFolder(layout, algorithm))) {
      const digest = `${algorithm}:${name}`;
      if (isContentDigest(digest)) found.push(digest);
    }
  return found;
}

/** Copies that were cut off; only made under the lock, so those of a living process are young. */
async function removeDrafts(layout: string, before: number): Promise<void> {
  for (const algorithm of digestAlgorithms)
    await removeLeftovers(join(layout, 'blobs', algorithm), {
      isLeftover: (name) => /^[0-9a-f]+\.tmp-[0-9a-f]{16}$/.test(name),
      olderThanMilliseconds: Math.max(Date.now() - before, 60 * 60 * 1000),
    });
}

async function isYoung(layout: string, digest: ContentDigest, before: number): Promise<boolean> {
  const found = await statBlob(layout, digest);
  return found !== undefined && found.mtimeMs > before;
}

async function ownBytes(layout: string, digest: ContentDigest): Promise<number> {
  const found = await statBlob(layout, digest);
  return found?.nlink === 1 ? found.size : 0;
}

async function statBlob(
  layout: string,
  digest: ContentDigest,
): Promise<{ readonly mtimeMs: number; readonly nlink: number; readonly size: number } | undefined> {
  try {
    return await stat(blobPath(layout, digest));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
