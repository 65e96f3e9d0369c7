import type { ReleasePredicate } from '../domain/release-statement.ts';
import type { Version } from '../domain/version.ts';
import type { CommittedRelease } from './judge-alias.ts';

/** A release as aliases see it, by its signed statement. */
export function committedBy({ image, companions }: ReleasePredicate, version: Version): CommittedRelease {
  const { index, platforms } = image;
  return {
    version,
    digest: index,
    platforms: platforms.map(({ platform }) => platform),
    ...(companions === undefined ? {} : { companions: companionsBy({ companions }) }),
  };
}

/** The companions of a release as their aliases see them. */
export function companionsBy({
  companions = [],
}: Pick<ReleasePredicate, 'companions'>): NonNullable<CommittedRelease['companions']> {
  return companions.map(({ name, index, platforms }) => ({
    name,
    digest: index,
    platforms: platforms.map(({ platform }) => platform),
  }));
}

/**
 * The same release as the aliases of a companion see it, with that image's digest. Undefined for a release that does not
 * have it: it is no candidate for them.
 */
export function asCompanion(release: CommittedRelease, name: string): CommittedRelease | undefined {
  const own = release.companions?.find((companion) => companion.name === name);
  return own && { version: release.version, digest: own.digest, platforms: own.platforms };
}
