import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion } from '../../domain/version.ts';
import { parseChangelog, saysSomething, sectionOf, sectionText } from '../../documents/changelog.ts';

/**
 * The text below `## [X.Y.Z] - YYYY-MM-DD` of a changelog (Keep a Changelog 1.1.0) up to the next heading of that level,
 * without the link list at the end. Refused where the section is missing, there twice, without a date, or says nothing.
 */
export function changelogSection(text: string, version: Version): Parsed<string> {
  const name = formatVersion(version);
  const found = sectionOf(parseChangelog(text), version);
  if (found.is === 'refused') return found;
  const { heading, level, line, body } = found.value;
  const wanted = `"## [${name}] - YYYY-MM-DD" is wanted`;
  if (heading?.date.is !== 'exact') return refuse(`has no date in the heading of ${name} (line ${line}), ${wanted}`);
  if (!heading.isCanonical || level !== 2)
    return refuse(`has the heading of ${name} in another form (line ${line}), ${wanted}`);
  return saysSomething(body)
    ? accept(sectionText(found.value))
    : refuse(`has an empty section for ${name} (line ${line})`);
}
