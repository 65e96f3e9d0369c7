import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { coreVersion, releaseClassOf } from '../../domain/version.ts';
import { parseChangelog, sectionText } from '../../documents/changelog.ts';
import { changesFor } from '../../documents/changes-for.ts';
import { repositoryLinks } from '../../documents/compare-link.ts';
import { judgeNotes } from '../../documents/judge-notes.ts';
import { upgradeRisk } from '../../documents/upgrade-risk.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Git } from '../../ports/git.ts';
import type { ReleaseNotesInput } from '../../report/documents/release-notes.ts';
import { readTextFile } from '../facts/text-file.ts';

export type DocumentedNotes = Pick<ReleaseNotesInput, 'changelogSection' | 'upgrading' | 'upgrade'>;

/**
 * What the documents of the tagged commit say to those who upgrade. Nothing else is asked, so that whoever completes the
 * release later writes the same notes. Throws GATE_FAILED where the changelog has nothing about the version.
 */
export async function readReleaseNotes(
  git: Git,
  release: { readonly version: Version; readonly commit: ObjectId; readonly build: Policy },
): Promise<DocumentedNotes> {
  const { version, commit, build } = release;
  const changelog = parseChangelog((await readTextFile(git, commit, build.changelog)) ?? '');
  const section = changesFor(changelog, version);
  if (section.is === 'refused')
    throw new CutwaterError(
      'GATE_FAILED',
      `Cannot release ${releaseTagOf(version)}: ${quote(build.changelog)} ${section.reason}`,
    );
  const path = build.upgrading;
  const guide = path === undefined ? undefined : await readTextFile(git, commit, path);
  const entry = path === undefined ? undefined : judgeNotes(guide, { path, version: coreVersion(version) }).entry;
  const links = build.source === undefined ? undefined : repositoryLinks(build.source);
  const linkTo = (file: string): { readonly name: string; readonly url: string | undefined } => {
    return { name: file, url: links?.file(releaseTagOf(version), file) };
  };
  return {
    changelogSection: sectionText(section.value),
    ...(entry === undefined ? {} : { upgrading: entry.text }),
    upgrade: {
      isCandidate: releaseClassOf(version) === 'rc',
      risk: upgradeRisk(changelog, { version, notes: entry?.fields }),
      changelog: linkTo(build.changelog),
      guide: path === undefined || guide === undefined ? undefined : linkTo(path),
    },
  };
}
