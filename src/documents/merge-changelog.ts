import type { Version } from '../domain/version.ts';
import { compareVersions, formatVersion } from '../domain/version.ts';
import type { Changelog, Section } from './changelog.ts';
import { parseChangelog, sectionOf, sectionText, versionOf } from './changelog.ts';
import { addSection } from './release-unreleased.ts';
import type { Edit } from './text-lines.ts';

/** A changelog on both sides of a merge, and before they parted. */
export interface ChangelogSides {
  readonly base: string;
  /** What is merged into; all of it stays. */
  readonly ours: string;
  readonly theirs: string;
  /** `https://host/owner/name`, for the compare link. */
  readonly source: string | undefined;
}

/**
 * Brings the sections of new versions from `theirs` to their place in `ours`. Only where `theirs` has done nothing else
 * since `base`: whatever else it changed is for a person to merge, and refused. Every line of `ours` stays but the link of
 * what is unreleased; the new text is that of `theirs`, with the file's own line ends.
 */
export function mergeChangelog({ base, ours, theirs, source }: ChangelogSides): Edit {
  const [before, after] = [parseChangelog(base), parseChangelog(theirs)];
  const fresh = after.sections.filter((section) => isNew(section, before));
  if (outline(after, fresh) !== outline(before, [])) return refuse('changes more than it adds sections of versions');
  let text = ours;
  for (const section of fresh.toSorted(byVersion)) {
    const added = addTo(text, section, source);
    if (added.is === 'refused') return added;
    if (added.is === 'edited') text = added.text;
  }
  const labels = new Set(parseChangelog(text).links.map(({ label }) => label.toLowerCase()));
  const lost = after.links.find(({ label }) => !labels.has(label.toLowerCase()));
  if (lost !== undefined) return refuse(`has a link [${lost.label}] that the other has not`);
  return text === ours ? { is: 'unchanged', reason: 'has all sections already' } : { is: 'edited', text };
}

function addTo(text: string, section: Section, source: string | undefined): Edit {
  const version = versionOf(section);
  const { heading } = section;
  const date = heading?.date.is === 'exact' ? heading.date.date : undefined;
  if (
    version === undefined ||
    date === undefined ||
    heading?.isCanonical !== true ||
    heading.link !== undefined ||
    heading.yanked
  )
    return refuse(`has a section in line ${section.line} whose heading is not "## [X.Y.Z] - YYYY-MM-DD"`);
  const lines = section.body.map((line) => line.text).join('\n');
  if (lines.trim() !== sectionText(section))
    return refuse(`has links at the end of the section in line ${section.line}`);
  const there = sectionOf(parseChangelog(text), version);
  if (there.is === 'ok') {
    if (sectionText(there.value) === sectionText(section)) return { is: 'unchanged', reason: 'has it' };
    return refuse(`says something else about ${formatVersion(version)} than the other`);
  }
  const edit = addSection(text, { version, date, source, body: sectionText(section) });
  if (edit.is !== 'edited') return edit;
  const written = sectionOf(parseChangelog(edit.text), version);
  if (written.is === 'ok' && sectionText(written.value) === sectionText(section)) return edit;
  return refuse(`has a section for ${formatVersion(version)} that cannot be carried over as it is`);
}

function isNew(section: Section, before: Changelog): boolean {
  const version = versionOf(section);
  return version !== undefined && sectionOf(before, version).is === 'refused';
}

/** The whole document but some sections, blank lines at the edges of each part, and link definitions. */
function outline(changelog: Changelog, without: readonly Section[]): string {
  const kept = changelog.sections.filter((section) => !without.includes(section));
  const preamble = changelog.preamble.map(({ text }) => text).join('\n');
  const parts = kept.map((section) => [
    ...section.headingLines.map(({ text }) => text.replace(/\(.*\)$/, '')),
    sectionText(section),
  ]);
  return JSON.stringify([preamble.trim(), ...parts]);
}

function byVersion(left: Section, right: Section): number {
  const [first, second]: readonly (Version | undefined)[] = [versionOf(left), versionOf(right)];
  return first === undefined || second === undefined ? 0 : compareVersions(first, second);
}

function refuse(reason: string): Edit {
  return { is: 'refused', reason };
}
