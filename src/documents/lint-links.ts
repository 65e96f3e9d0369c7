import { quote } from '../domain/quote.ts';
import type { Version } from '../domain/version.ts';
import { compareVersions, formatVersion, highestVersion, releaseClassOf } from '../domain/version.ts';
import type { Defect } from './changelog-defect.ts';
import type { Changelog, Section } from './changelog.ts';
import { sectionName, versionOf } from './changelog.ts';
import type { RepositoryLink } from './compare-link.ts';
import { isTagOf, normalSource, readRepositoryLink, versionOfRef } from './compare-link.ts';

/** Sections without a link, and compare or tag links that lead to something else than the section says. */
export function lintLinks(
  changelog: Changelog,
  facts: { readonly source: string; readonly versions: readonly Version[] },
): readonly Defect[] {
  const source = normalSource(facts.source);
  const known = [...facts.versions, ...changelog.sections.flatMap((section) => versionOf(section) ?? [])];
  const highest = highestVersion(
    changelog.sections
      .flatMap((section) => versionOf(section) ?? [])
      .filter((version) => releaseClassOf(version) === 'stable'),
  );
  return changelog.sections.flatMap((section): readonly Defect[] => {
    const name = section.heading?.name;
    if (name === undefined || name.kind === 'unreadable') return [];
    const label = sectionName(section) ?? '';
    const found = linkOf(changelog, section);
    // The first Unreleased of a project has nothing to be compared with.
    if (found === undefined && name.kind === 'unreleased' && highest === undefined) return [];
    if (found === undefined)
      return [{ code: 'link-missing', line: section.line, section: label, message: `${label} has no link` }];
    const link = readRepositoryLink(found.url);
    if (link === undefined) return [];
    const fault =
      link.repository.toLowerCase() === source.toLowerCase()
        ? name.kind === 'unreleased'
          ? unreleasedFault(link, highest)
          : versionFault(link, { version: name.version, known })
        : 'leads to another repository';
    const message = `The link of ${label}, ${quote(found.url)}, ${fault ?? ''}`;
    return fault === undefined ? [] : [{ code: 'link-wrong', line: found.line, section: label, message }];
  });
}

/** The link in the heading, or the definition of its label (CommonMark 6.3: the first one counts, case does not). */
export function linkOf(
  changelog: Changelog,
  section: Section,
): { readonly line: number; readonly url: string } | undefined {
  if (section.heading?.link !== undefined) return { line: section.line, url: section.heading.link };
  const label = foldLabel(section.heading?.written ?? '');
  return changelog.links.find((link) => foldLabel(link.label) === label);
}

export function foldLabel(label: string): string {
  return label.trim().replaceAll(/\s+/g, ' ').toLowerCase();
}

function unreleasedFault(link: RepositoryLink, highest: Version | undefined): string | undefined {
  if (link.kind === 'tag') return 'shows a tag';
  if (highest !== undefined && !isTagOf(link.from, highest)) return `does not begin at v${formatVersion(highest)}`;
  return versionOfRef(link.to) === undefined ? undefined : 'ends at a version';
}

function versionFault(
  link: RepositoryLink,
  { version, known }: { readonly version: Version; readonly known: readonly Version[] },
): string | undefined {
  const tag = `v${formatVersion(version)}`;
  if (link.kind === 'tag') return isTagOf(link.tag, version) ? undefined : `does not show ${tag}`;
  if (!isTagOf(link.to, version)) return `does not end at ${tag}`;
  const from = versionOfRef(link.from);
  // The first release may be compared with the first commit.
  if (from === undefined) return undefined;
  if (compareVersions(from, version) >= 0) return `does not begin below ${tag}`;
  return known.some((other) => compareVersions(other, from) === 0)
    ? undefined
    : `begins at ${quote(link.from)}, which is not known`;
}
