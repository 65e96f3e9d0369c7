import type { Version } from '../domain/version.ts';
import { compareVersions, formatVersion, releaseClassOf } from '../domain/version.ts';
import type { Defect } from './changelog-defect.ts';
import type { Changelog, Section } from './changelog.ts';
import { saysSomething, sectionName, versionOf } from './changelog.ts';
import { lintCategories } from './lint-categories.ts';
import { lintHeading } from './lint-heading.ts';
import { lintLinks } from './lint-links.ts';

export interface LintFacts {
  /** Versions that have a release tag; only stable ones need a section. */
  readonly versions: readonly Version[];
  /** `YYYY-MM-DD` in UTC. */
  readonly today: string;
  /** `https://host/owner/name`; without it links are not judged. */
  readonly source: string | undefined;
}

/** Everything in which a changelog differs from Keep a Changelog 1.1.0, in the order of the lines. */
export function lintChangelog(changelog: Changelog, facts: LintFacts): readonly Defect[] {
  const defects = [
    ...unclosedDefects(changelog),
    ...missingDefects(changelog, facts.versions),
    ...duplicateDefects(changelog),
    ...orderDefects(changelog),
    ...changelog.sections.flatMap((section) => [
      ...lintHeading(section, facts.today),
      ...emptyDefects(section),
      ...lintCategories(section),
    ]),
    ...(facts.source === undefined ? [] : lintLinks(changelog, { source: facts.source, versions: facts.versions })),
  ];
  return defects.toSorted((left, right) => (left.line ?? 0) - (right.line ?? 0));
}

function unclosedDefects({ unclosed }: Changelog): readonly Defect[] {
  if (unclosed === undefined) return [];
  const message = 'The code block or comment that begins here is never closed, so all below belongs to it';
  return [{ code: 'unclosed-block', line: unclosed, section: undefined, message }];
}

function missingDefects(changelog: Changelog, versions: readonly Version[]): readonly Defect[] {
  const names = new Set(changelog.sections.map(sectionName));
  const missing = versions.filter((version) => releaseClassOf(version) === 'stable').map(formatVersion);
  const defects = [...new Set(missing)].flatMap((section): readonly Defect[] => {
    const message = `There is a tag v${section}, but no section "## [${section}] - YYYY-MM-DD"`;
    return names.has(section) ? [] : [{ code: 'section-missing', line: undefined, section, message }];
  });
  if (names.has('Unreleased')) return defects;
  const message = 'There is no section "## [Unreleased]"';
  return [{ code: 'unreleased-missing', line: undefined, section: 'Unreleased', message }, ...defects];
}

function duplicateDefects(changelog: Changelog): readonly Defect[] {
  const first = new Map<string, number>();
  return changelog.sections.flatMap((section): readonly Defect[] => {
    const name = sectionName(section);
    if (name === undefined) return [];
    const line = first.get(name);
    if (line === undefined) first.set(name, section.line);
    const message = `The section ${name} is here a second time, it stands in line ${line ?? 0} already`;
    return line === undefined ? [] : [{ code: 'section-duplicate', line: section.line, section: name, message }];
  });
}

function orderDefects({ sections }: Changelog): readonly Defect[] {
  const defects: Defect[] = [];
  let above: Version | undefined;
  for (const section of sections) {
    const version = versionOf(section);
    const name = sectionName(section);
    const isLate = version !== undefined && above !== undefined && compareVersions(version, above) > 0;
    const message = `${name ?? ''} stands below ${above === undefined ? '' : formatVersion(above)}, the newest comes first`;
    if (isLate || (name === 'Unreleased' && above !== undefined))
      defects.push({ code: 'section-order', line: section.line, section: name, message });
    above = version ?? above;
  }
  return defects;
}

function emptyDefects(section: Section): readonly Defect[] {
  const name = sectionName(section);
  if (name === undefined || name === 'Unreleased' || saysSomething(section.body)) return [];
  return [{ code: 'section-empty', line: section.line, section: name, message: `The section ${name} says nothing` }];
}
