import type { Version } from '../domain/version.ts';
import { coreVersion, formatVersion } from '../domain/version.ts';
import type { Changelog } from './changelog.ts';
import { versionOf } from './changelog.ts';
import { changesFor } from './changes-for.ts';
import { declaredChanges } from './declared-changes.ts';
import type { UpgradingFields, WayBack } from './upgrading-fields.ts';
import { previousStable } from './previous-stable.ts';

/** What an operator risks by upgrading from the previous stable version. */
export interface UpgradeRisk {
  readonly class: 'first-release' | 'safe' | 'additions' | 'may-need-action' | 'needs-action';
  /** The version it is about; undefined for the first release. */
  readonly previous: Version | undefined;
  /** Why, one sentence each, without a final period. */
  readonly because: readonly string[];
  /** Undefined where the notes do not say. */
  readonly wayBack: WayBack | undefined;
}

/**
 * Reads the risk out of the documents of one commit and nothing else, so that it is the same whenever it is asked: the
 * previous version is the one whose section stands below.
 */
export function upgradeRisk(
  changelog: Changelog,
  release: { readonly version: Version; readonly notes: UpgradingFields | undefined },
): UpgradeRisk {
  const { notes } = release;
  const version = coreVersion(release.version);
  const sections = changelog.sections.flatMap((section) => versionOf(section) ?? []);
  const previous = previousStable(version, sections);
  const found = { previous, wayBack: notes?.wayBack };
  if (previous === undefined) return { ...found, class: 'first-release', because: [] };
  const section = changesFor(changelog, release.version);
  const declared = section.is === 'ok' ? declaredChanges(section.value) : { categories: [], breaking: [] };
  const needs = [
    ...(declared.breaking.length > 0 ? ['the changelog marks a breaking change'] : []),
    ...(declared.categories.includes('Removed') ? ['something was removed'] : []),
    ...((notes?.breaking.length ?? 0) > 0 ? ['the upgrading notes declare a breaking change'] : []),
    ...(notes?.environment.some(({ change }) => change !== 'added') === true
      ? ['an environment variable was removed or renamed']
      : []),
    ...(version.major > previous.major && previous.major > 0 ? ['MAJOR went up'] : []),
  ];
  if (needs.length > 0) return { ...found, class: 'needs-action', because: needs };
  const may = [
    ...(previous.major === 0 && !isSameLine(previous, version)
      ? [`below 1.0.0 a step from ${formatVersion(previous)} to another MINOR may break`]
      : []),
    ...((notes?.migrations.length ?? 0) > 0 ? ['stored data is migrated'] : []),
    ...(notes?.wayBack === 'restore' ? ['going back needs a restore'] : []),
  ];
  if (may.length > 0) return { ...found, class: 'may-need-action', because: may };
  return { ...found, class: isSameLine(previous, version) ? 'safe' : 'additions', because: [] };
}

function isSameLine(left: Version, right: Version): boolean {
  return left.major === right.major && left.minor === right.minor;
}
