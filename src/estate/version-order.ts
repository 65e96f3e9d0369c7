import type { Version } from '../domain/version.ts';
import { compareVersions, formatVersion, highestVersion } from '../domain/version.ts';

/** A version somebody has used, and where. */
export interface UsedVersion {
  readonly version: Version;
  /** What carries it, for people: `git tag v1.2.3`, `image tag 1.2.3`. May be hostile text. */
  readonly where: string;
  /**
   * A maintainer's word stands behind it, withdrawn or not. Others only take their own number: a tag that a stranger puts
   * at the far end of a line must not leave the maintainers without numbers.
   */
  readonly counts: boolean;
}

/** All versions with the same major and minor number. */
export type Line = Pick<Version, 'major' | 'minor'>;

/** Why a version cannot be tagged next; completes "Cannot tag vX.Y.Z: ...". */
export type OrderProblem =
  { readonly is: 'used'; readonly where: readonly string[] } | { readonly is: 'below'; readonly highest: UsedVersion };

/** Whether a version is new and above everything that was ever tagged in its line, withdrawn versions included. */
export function judgeOrder(version: Version, used: readonly UsedVersion[]): OrderProblem | undefined {
  const same = used.filter((one) => compareVersions(one.version, version) === 0);
  if (same.length > 0) return { is: 'used', where: same.map(({ where }) => where) };
  const highest = highestOfLine(version, used);
  return highest !== undefined && compareVersions(highest.version, version) > 0 ? { is: 'below', highest } : undefined;
}

/** The highest version that counts in a line, release candidates included. */
export function highestOfLine(line: Line, used: readonly UsedVersion[]): UsedVersion | undefined {
  const counting = used.filter((one) => one.counts && isInLine(one.version, line));
  const highest = highestVersion(counting.map(({ version }) => version));
  return counting.find(({ version }) => version === highest);
}

/** The number of the next hotfix: the highest ever tagged in the line, and one more; numbers in anybody's use are passed over. */
export function nextPatch(line: Line, used: readonly UsedVersion[]): Version {
  const taken = new Set(
    used
      .filter(({ version }) => isInLine(version, line))
      .map(({ version }) => formatVersion({ ...version, prerelease: [] })),
  );
  let patch = (highestOfLine(line, used)?.version.patch ?? -1) + 1;
  const next = (): Version => ({ major: line.major, minor: line.minor, patch, prerelease: [] });
  while (taken.has(formatVersion(next()))) patch += 1;
  return next();
}

export function isInLine(version: Version, line: Line): boolean {
  return version.major === line.major && version.minor === line.minor;
}
