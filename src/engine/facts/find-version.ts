import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { releasedImages } from '../../domain/release-statement.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, formatVersion, releaseClassOf } from '../../domain/version.ts';
import { readRegistryTag } from '../../estate/registry-tags.ts';
import type { LoadedPolicy } from './load-policy.ts';
import { readRecord } from './read-record.ts';
import type { ReadWorld } from '../world.ts';

/**
 * Which release an image is, by the signed statements: of the index or one of the platforms of any of its images. A stable version is
 * preferred to the release candidate whose bytes it has. Throws NOT_PUBLISHED for an image nobody released.
 */
export async function findVersionOf(world: ReadWorld, loaded: LoadedPolicy, digest: Digest): Promise<Version> {
  const tags = await world.repository.listTags();
  const stated = tags.map(readRegistryTag).flatMap((tag) => (tag.kind === 'statement' ? [tag.version] : []));
  for (const version of stated.toSorted(stableFirst)) {
    const record = await readRecord(world, loaded, version);
    if (record.is !== 'valid') continue;
    const isOwn = releasedImages(record.release).some(
      ({ index, platforms }) => index === digest || platforms.some((platform) => platform.digest === digest),
    );
    if (isOwn) return version;
  }
  throw new CutwaterError('NOT_PUBLISHED', `Cannot tell which release ${digest} is: no release statement names it`, {
    hint: 'Do not deploy it; ask the maintainers where it comes from',
  });
}

/** Stable versions first, each kind from the newest. */
export function stableFirst(left: Version, right: Version): number {
  const rank = (version: Version): number => (releaseClassOf(version) === 'stable' ? 0 : 1);
  return (
    rank(left) - rank(right) || compareVersions(right, left) || (formatVersion(left) < formatVersion(right) ? -1 : 1)
  );
}
