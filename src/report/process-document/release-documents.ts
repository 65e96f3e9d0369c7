import { repositoryLinks } from '../../documents/compare-link.ts';
import { withLockFiles } from '../../documents/implied-version-files.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Block } from './document.ts';
import { commands, say } from './document.ts';
import type { Inline } from './inline.ts';
import { code, enumerate, prose } from './inline.ts';
import type { ShellLine } from './shell.ts';
import { sh } from './shell.ts';

/** What changelog and upgrading notes must say of a version. */
export function documentRules({ changelog, upgrading, source, versionFiles }: Policy): readonly Inline[] {
  const link = source === undefined ? undefined : repositoryLinks(source).compare('vA.B.C', 'vX.Y.Z');
  const links = link === undefined ? prose`` : prose`, and the list of links at the end gets ${code(link)} for it`;
  return [
    prose`In ${code(changelog)} the entries under "Unreleased" move to a section
      ${code('## [X.Y.Z] - YYYY-MM-DD')}${links}.`,
    ...(upgrading === undefined
      ? []
      : [
          prose`In ${code(upgrading)} the version gets notes of its own: breaking changes, new and changed environment
            variables, migrations, and the way back (${code('binary')}: the old version starts again;
            ${code('restore')}: the backup first). Where the file has a table of versions these are a row of it; else a
            section ${code('## X.Y.Z')} with the items ${code('**Breaking:**')}, ${code('**Environment:**')},
            ${code('**Migration:**')} and ${code('**Way back:**')}. Where there is nothing to say, ${code('none')} says
            so.`,
        ]),
    ...(versionFiles.length === 0
      ? []
      : [
          prose`${enumerate(pathsOf(versionFiles).map(code))} ${sayOf(versionFiles)} ${code('X.Y.Z')}, and so do the lock files
            beside. That is done before the first candidate, so that the stable release can be the same build.`,
        ]),
  ];
}

/** Has Cutwater write, commit and push them. */
export function prepareCommand({ upgrading }: Policy): readonly Block[] {
  if (upgrading === undefined) return [commands('do', sh`cutwater prepare "$VERSION" --push`)];
  const notes = sh`--breaking none --env none --migrations none --way-back binary`;
  return [
    say(prose`Notes that stand in ${code(upgrading)} already are checked; others come from options. These say that there
      is nothing to do:`),
    commands('do', sh`cutwater prepare "$VERSION" ${notes} --push`),
  ];
}

/** The documents that are written for a release. */
export function documentFiles({ changelog, upgrading }: Policy): readonly string[] {
  return [changelog, ...(upgrading === undefined ? [] : [upgrading])];
}

/** The files of the commit: the documents, and what names the version. */
export function preparedFiles(policy: Policy): readonly string[] {
  return [...documentFiles(policy), ...versionPaths(policy)];
}

/** What names the version, with the lock files that name it too; others say only what is built in. */
export function versionPaths({ versionFiles, lockFiles }: Policy): readonly string[] {
  return pathsOf(withLockFiles(versionFiles, lockFiles));
}

/** One file says, several say. */
export function sayOf(files: Policy['versionFiles']): string {
  return pathsOf(files).length === 1 ? 'says' : 'say';
}

function pathsOf(files: Policy['versionFiles']): readonly string[] {
  return [...new Set(files.map(({ path }) => path))];
}

/** The same edits with an editor, or with perl for what is the same in every release. */
export function documentEdits(policy: Policy): readonly Block[] {
  return [
    say(prose`By hand these are edits in an editor. What is the same each time can be done by:`),
    commands('hand', ...changelogEdits(policy)),
  ];
}

function changelogEdits({ changelog, source }: Policy): readonly ShellLine[] {
  const heading = sh`perl -pi -e 's/^## \\[?Unreleased\\]?$/$&\\n\\n## [$ENV{VERSION}] - $ENV{TODAY}/' ${changelog}`;
  const today = sh`export TODAY=$(date -u +%F)`;
  if (source === undefined) return [today, heading];
  const { compare } = repositoryLinks(source);
  const unreleased = `[Unreleased]: ${compare('v$ENV{VERSION}', 'HEAD')}`;
  const version = `[$ENV{VERSION}]: ${compare('v$ENV{PREVIOUS}', 'v$ENV{VERSION}')}`;
  return [
    today,
    heading,
    sh`perl -pi -e 's{^\\[Unreleased\\]: .*}{${{ shell: unreleased }}`,
    sh`${{ shell: version }}}' ${changelog}`,
  ];
}
