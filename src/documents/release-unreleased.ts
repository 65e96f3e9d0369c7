import { quote } from '../domain/quote.ts';
import type { Version } from '../domain/version.ts';
import { compareVersions, formatVersion, releaseClassOf } from '../domain/version.ts';
import { isDate } from './calendar-date.ts';
import type { Changelog, Section } from './changelog.ts';
import { parseChangelog, saysSomething, sectionOf, unreleasedOf, versionOf } from './changelog.ts';
import { linkEdits } from './link-list.ts';
import { formatSectionHeading } from './section-heading.ts';
import type { Edit, LineEdit } from './text-lines.ts';
import { editLines, splitLines } from './text-lines.ts';
import { previousStable } from './previous-stable.ts';

export interface ReleaseEntry {
  /** Stable. */
  readonly version: Version;
  /** `YYYY-MM-DD`. */
  readonly date: string;
  /** `https://host/owner/name`; without it no links are written. */
  readonly source: string | undefined;
  /** Stable versions with a tag, among which the one to compare with is looked for; without any, the sections' are. */
  readonly tagged?: readonly Version[];
}

/**
 * Turns what is unreleased into `## [X.Y.Z] - YYYY-MM-DD` below a fresh empty `Unreleased`, and the compare links with it
 * (Keep a Changelog 1.1.0). All other bytes stay. Done already is `unchanged`.
 */
export function releaseUnreleased(text: string, release: ReleaseEntry): Edit {
  const changelog = parseChangelog(text);
  const fault = findFault(changelog, release);
  if (fault !== undefined) return fault;
  const unreleased = unreleasedOf(changelog);
  if (unreleased.is === 'refused') return unreleased;
  const { line, level, headingLines, body } = unreleased.value;
  const at = `the section in line ${line}`;
  if (level !== 2)
    return refused(`has what is unreleased at level ${level}, "## [Unreleased]" is wanted (line ${line})`);
  if (!saysSomething(body)) return refused(`has nothing in ${at}, "Unreleased", to release`);
  const higher = sectionVersions(changelog).find((other) => compareVersions(other, release.version) > 0);
  if (higher !== undefined)
    return refused(
      `has a section for ${formatVersion(higher)}, which is higher than ${formatVersion(release.version)}: what is unreleased there is not what this version brings`,
    );
  const heading = `## ${formatSectionHeading(release.version, release.date)}`;
  const place = line - 1 + headingLines.length;
  return edited(changelog, [{ at: place, remove: 0, insert: ['', heading] }, ...linksFor(changelog, release)]);
}

/**
 * Adds the section of a version at its place among the others, with its compare link, and leaves `Unreleased` alone: for
 * a hotfix of an older line, and for merging its section back. `body` is Markdown without the heading.
 */
export function addSection(text: string, release: ReleaseEntry & { readonly body: string }): Edit {
  const changelog = parseChangelog(text);
  const fault = findFault(changelog, release) ?? findBodyFault(release.body);
  if (fault !== undefined) return fault;
  const lines = splitLines(release.body.replace(/^(?:[ \t]*(?:\r\n|\n|\r))+/, '').trimEnd()).map((line) => line.text);
  const heading = `## ${formatSectionHeading(release.version, release.date)}`;
  const next = changelog.sections.find((section) => isBelow(section, release.version));
  const firstOther = changelog.sections.find(({ heading }) => heading === undefined);
  const before = next ?? firstOther;
  if (before !== undefined)
    return edited(changelog, [
      { at: before.line - 1, remove: 0, insert: [heading, '', ...lines, ''] },
      ...linksFor(changelog, release),
    ]);
  const end = changelog.lines.length - changelog.footer.length;
  const isApart = end === 0 || changelog.lines[end - 1]?.text.trim() === '';
  const insert = [...(isApart ? [] : ['']), heading, '', ...lines, ...(changelog.footer.length === 0 ? [] : [''])];
  return edited(changelog, [{ at: end, remove: 0, insert }, ...linksFor(changelog, release)]);
}

function findFault(changelog: Changelog, { version, date }: ReleaseEntry): Edit | undefined {
  const name = formatVersion(version);
  if (releaseClassOf(version) !== 'stable')
    return refused(`gets no section for ${name}, only stable versions have one`);
  if (!isDate(date)) return refused(`gets no section with the date ${quote(date)}, YYYY-MM-DD is wanted`);
  if (changelog.unclosed !== undefined)
    return refused(`has a code block or comment that is never closed (line ${changelog.unclosed})`);
  const own = sectionOf(changelog, version);
  if (own.is === 'ok') return { is: 'unchanged', reason: `has the section ${name} already (line ${own.value.line})` };
  return own.reason.startsWith('has two') ? own : undefined;
}

function findBodyFault(body: string): Edit | undefined {
  const inner = parseChangelog(body);
  const heading = inner.sections.find((section) => section.heading !== undefined);
  if (heading !== undefined)
    return refused(`gets no section whose text has a section heading of its own (line ${heading.line} of the text)`);
  if (inner.unclosed !== undefined) return refused('gets no section whose text has a code block that is never closed');
  return saysSomething(inner.lines) ? undefined : refused('gets no section that says nothing');
}

function linksFor(changelog: Changelog, { version, source, tagged = [] }: ReleaseEntry): readonly LineEdit[] {
  if (source === undefined) return [];
  const known = sectionVersions(changelog);
  const higher = known.filter((other) => compareVersions(other, version) > 0);
  return linkEdits(changelog, {
    source,
    version,
    previous: previousStable(version, tagged) ?? previousStable(version, known),
    next: higher.toSorted(compareVersions)[0],
  });
}

function sectionVersions(changelog: Changelog): readonly Version[] {
  const versions = changelog.sections.flatMap((section) => versionOf(section) ?? []);
  return versions.filter((version) => releaseClassOf(version) === 'stable');
}

function isBelow(section: Section, version: Version): boolean {
  const other = versionOf(section);
  return other !== undefined && compareVersions(other, version) < 0;
}

function edited(changelog: Changelog, edits: readonly LineEdit[]): Edit {
  return { is: 'edited', text: changelog.mark + editLines(changelog.lines, edits) };
}

function refused(reason: string): { readonly is: 'refused'; readonly reason: string } {
  return { is: 'refused', reason };
}
