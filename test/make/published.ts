import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What lies in a data folder, read from disk and not through the program under test. */
export interface Published {
  /** Image tags of the embedded registry with their digests. */
  readonly tags: Readonly<Record<string, string>>;
  /** Files of the local releases, by path, with the SHA-256 of their bytes. */
  readonly files: Readonly<Record<string, string>>;
  /** The release that is shown as the latest. */
  readonly latest: string | undefined;
  /** Releases that are no drafts. */
  readonly releases: readonly string[];
}

/** Reads the registry's index and the release folders of a data folder. */
export async function readPublished(data: string, repository = 'tiny'): Promise<Published> {
  const folder = join(data, 'releases');
  const files: Record<string, string> = {};
  const releases: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (!entry.isFile() || entry.name.startsWith('.')) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    const name = path.slice(folder.length + 1);
    files[name] = createHash('sha256').update(bytes).digest('hex');
    if (entry.name === 'release.json' && JSON.parse(bytes.toString()).state === 'published')
      releases.push(name.slice(0, -'/release.json'.length));
  }
  const latest = await readFile(join(folder, 'latest.json'), 'utf8').catch(() => '{}');
  return {
    tags: await readTags(join(data, 'registry', repository, 'index.json')),
    files,
    latest: JSON.parse(latest).tag,
    releases: releases.toSorted(),
  };
}

/** What people and machines follow: every image tag but those of work under way, published releases, the latest flag. */
export function followed({ tags, files, latest, releases }: Published): unknown {
  const isOfARelease = (path: string): boolean => releases.some((release) => path.startsWith(`${release}/`));
  return {
    tags: Object.fromEntries(Object.entries(tags).filter(([tag]) => !/^(?:candidate|sha)-/.test(tag))),
    files: Object.fromEntries(Object.entries(files).filter(([path]) => isOfARelease(path))),
    latest,
    releases,
  };
}

/** Which stable version each alias has the digest of; the digest itself where none has it. */
export async function aliases(data: string, repository = 'tiny'): Promise<Readonly<Record<string, string>>> {
  const { tags } = await readPublished(data, repository);
  const versions = Object.entries(tags).filter(([tag]) => /^\d+\.\d+\.\d+$/.test(tag));
  const names = Object.entries(tags).filter(([tag]) => /^(?:latest|\d+|\d+\.\d+)$/.test(tag));
  return Object.fromEntries(
    names.map(([name, digest]) => [name, versions.find(([, held]) => held === digest)?.[0] ?? digest]),
  );
}

async function readTags(file: string): Promise<Readonly<Record<string, string>>> {
  const tags: Record<string, string> = {};
  const index: { manifests: { digest: string; annotations?: Record<string, string> }[] } = JSON.parse(
    await readFile(file, 'utf8').catch(() => '{"manifests":[]}'),
  );
  for (const { digest, annotations } of index.manifests) {
    const tag = annotations?.['org.opencontainers.image.ref.name'];
    if (tag !== undefined) tags[tag] = digest;
  }
  return tags;
}
