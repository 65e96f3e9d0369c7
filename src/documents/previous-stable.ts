import { releaseTagOf } from '../domain/tag-name.ts';
import type { Version } from '../domain/version.ts';
import { compareVersions, coreVersion, formatVersion, highestVersion, releaseClassOf } from '../domain/version.ts';

/** The stable version that one follows: the highest below it. Of a release candidate its core counts. */
export function previousStable(version: Version, known: readonly Version[]): Version | undefined {
  const core = coreVersion(version);
  return highestVersion(stable(known).filter((other) => compareVersions(other, core) < 0));
}

/**
 * Why a branch is the wrong one for a version, one sentence without a final period: it is built on a higher stable version,
 * whose changes would be released under the lower number. `contained`: the tagged versions the branch is built on.
 */
export function containedFault(version: Version, contained: readonly Version[]): string | undefined {
  const core = coreVersion(version);
  const above = highestVersion(stable(contained).filter((other) => compareVersions(other, core) > 0));
  return above === undefined
    ? undefined
    : `it contains ${releaseTagOf(above)}, whose changes would be released as ${formatVersion(version)}`;
}

function stable(versions: readonly Version[]): readonly Version[] {
  return versions.filter((version) => releaseClassOf(version) === 'stable');
}
