import { CutwaterError } from '../domain/error.ts';
import type { ObjectId } from '../domain/object-id.ts';
import { quote } from '../domain/quote.ts';
import { releaseTagOf } from '../domain/tag-name.ts';
import type { Version } from '../domain/version.ts';
import { coreVersion, formatVersion, releaseClassOf } from '../domain/version.ts';
import type { Git } from '../ports/git.ts';
import { changelogSection } from '../report/documents/changelog-section.ts';

/**
 * What the changelog of the tagged commit says about the version. A stable release without its section is refused, and
 * before anything is built; a release candidate may be without.
 */
export async function readReleaseNotes(
  git: Git,
  release: { readonly version: Version; readonly commit: ObjectId; readonly changelog: string },
): Promise<string> {
  const { version, commit, changelog } = release;
  const file = await git.readFile(commit, changelog);
  const section = file && changelogSection(new TextDecoder().decode(file), coreVersion(version));
  if (section?.is === 'ok') return section.value;
  if (releaseClassOf(version) === 'rc') return 'A release candidate, for testing only.';
  throw new CutwaterError(
    'GATE_FAILED',
    `Cannot release ${releaseTagOf(version)}: ${quote(changelog)} ${section?.reason ?? 'is not in the commit'}`,
    {
      hint: `Write the section "## [${formatVersion(version)}] - YYYY-MM-DD" before you tag; a tag without it stays unpublished, take the next version then`,
    },
  );
}
