import type { PolicyTemplate } from './shown-project.ts';
import { list, scalar } from './template-text.ts';

/** Changelog, notes, the page of the process, and the files that name versions. */
export function documentsBlock({
  changelog,
  upgrading = 'docs/upgrading.md',
  processDocument,
  lockFiles = [],
  versionFiles = [],
}: PolicyTemplate): readonly string[] {
  const { path, remark } =
    changelog === undefined
      ? { path: 'CHANGELOG.md', remark: ' # not there yet: a release has a section in it' }
      : { path: changelog, remark: '' };
  const documents = [path, ...(upgrading === false ? [] : [upgrading])].filter((one) => !one.startsWith('docs/'));
  return [
    `changelog: ${scalar(path)}${remark}`,
    upgrading === false ? 'upgrading: false # or a path such as docs/upgrading.md' : `upgrading: ${scalar(upgrading)}`,
    ...(processDocument === undefined
      ? []
      : [
          '# The page that "cutwater docs write" writes; docs/release-process.md is one that people wrote.',
          `processDocument: ${scalar(processDocument)}`,
        ]),
    '# Commits that differ only here count as the same build.',
    `notBuildInput: ${list([...documents, 'docs/**'])}`,
    '# The bill of materials is read from these.',
    lockFiles.length === 0 ? '# lockFiles: [Cargo.lock]' : `lockFiles: ${list(lockFiles)}`,
    '# Files that name the version, set by "cutwater prepare" with the lock files beside them.',
    versionFiles.length === 0 ? '# versionFiles: [Cargo.toml]' : `versionFiles: ${list(versionFiles)}`,
  ];
}
