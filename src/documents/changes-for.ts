import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';
import type { Version } from '../domain/version.ts';
import { coreVersion, formatVersion, releaseClassOf } from '../domain/version.ts';
import type { Changelog, Section } from './changelog.ts';
import { saysSomething, sectionOf, unreleasedOf } from './changelog.ts';

/**
 * The section that says what a version brings: its own; for a release candidate also what is unreleased, because nothing
 * else is written before the stable version. Refused where it is missing, double, or says nothing.
 */
export function changesFor(changelog: Changelog, version: Version): Parsed<Section> {
  if (releaseClassOf(version) === 'stable') return releasedSection(changelog, version);
  const own = sectionOf(changelog, coreVersion(version));
  if (own.is === 'ok') return releasedSection(changelog, coreVersion(version));
  const unreleased = unreleasedOf(changelog);
  if (unreleased.is === 'refused' || saysSomething(unreleased.value.body)) return unreleased;
  return refuse(
    `has nothing under "Unreleased" (line ${unreleased.value.line}), so ${formatVersion(version)} would bring nothing`,
  );
}

/**
 * The section of a stable version as Keep a Changelog 1.1.0 writes it, `## [X.Y.Z] - YYYY-MM-DD`. Refused where it is
 * missing, there twice, in another form, without a date, or says nothing.
 */
export function releasedSection(changelog: Changelog, version: Version): Parsed<Section> {
  const name = formatVersion(version);
  const found = sectionOf(changelog, version);
  if (found.is === 'refused') return found;
  const { heading, level, line, body } = found.value;
  const wanted = `"## [${name}] - YYYY-MM-DD" is wanted`;
  if (heading?.date.is !== 'exact') return refuse(`has no date in the heading of ${name} (line ${line}), ${wanted}`);
  if (!heading.isCanonical || level !== 2)
    return refuse(`has the heading of ${name} in another form (line ${line}), ${wanted}`);
  return saysSomething(body) ? accept(found.value) : refuse(`has an empty section for ${name} (line ${line})`);
}
