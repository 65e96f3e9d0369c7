import type { Policy } from '../../policy/policy.ts';
import type { Chapter, Step } from './document.ts';
import { commands, say } from './document.ts';
import { awaitedChecks } from './forge-checks.ts';
import { gatesOf, sourceGateCommands } from './gates.ts';
import type { Inline } from './inline.ts';
import { code, enumerate, prose } from './inline.ts';
import { documentEdits, documentFiles, prepareCommand, preparedFiles } from './release-documents.ts';
import { sh, words } from './shell.ts';
import { versionEdits, versionFileNames } from './version-edits.ts';

/** A security fix or a critical regression, shipped from the last stable version and merged back. */
export function hotfix(policy: Policy): Chapter {
  return {
    title: 'Hotfix',
    blocks: [
      say(prose`For security fixes and regressions that can not wait for the next release. It begins at the stable
        version that users have, not at ${code(policy.git.branch)}. In this chapter ${code('PREVIOUS')} is that
        version, and ${code('VERSION')} the next free PATCH of its line: one above the highest that was ever tagged
        there, even if that one was withdrawn.`),
    ],
    steps: [begin(), mend(policy), check(policy), describe(policy), tag(), mergeBack(policy)],
  };
}

function begin(): Step {
  return {
    title: 'Begin a branch at the stable version',
    blocks: [
      commands('do', sh`cutwater hotfix start --from "$PREVIOUS" --push`, sh`git checkout "hotfix/v$VERSION"`),
      commands('hand', sh`git checkout -b "hotfix/v$VERSION" "v$PREVIOUS"`),
    ],
  };
}

function mend({ hotfix: { maxLines, maxFiles, paths }, notBuildInput }: Policy): Step {
  const outside = paths.length === 0 ? prose`` : prose`, or what touches more than ${enumerate(paths.map(code))},`;
  const uncounted = enumerate(notBuildInput.map(code));
  return {
    title: 'Make the smallest fix',
    blocks: [
      say(prose`Nothing that is not needed comes along. What changes more than ${maxLines} lines or ${maxFiles}
        files${outside} needs a reason when it is tagged (${code('--reason')}); ${uncounted} are not counted. What is in
        it so far:`),
      commands('look', sh`git diff --stat "v$PREVIOUS"`),
    ],
  };
}

function check(policy: Policy): Step {
  return {
    title: 'Check it on the fast track',
    blocks: [
      say(prose`Run the tests that the fix touches, and these gates; the release runs them again:`),
      ...gatesOf(policy, 'hotfix'),
      ...sourceGateCommands(policy, 'hotfix'),
      ...awaitedChecks(policy, 'hotfix'),
    ],
  };
}

function describe(policy: Policy): Step {
  const named = policy.versionFiles.length === 0 ? prose`` : prose` The version is set in ${versionFileNames(policy)}.`;
  return {
    title: 'Describe it',
    blocks: [
      say(prose`In ${enumerate(documentFiles(policy).map(code))}, as for a stable release, but on the branch of the
        hotfix.${named}`),
      ...prepareCommand(policy),
      ...documentEdits(policy),
      ...versionEdits(policy),
      commands(
        'hand',
        sh`git add -- ${words(preparedFiles(policy))}`,
        sh`git commit -m "docs: prepare release v$VERSION"`,
        sh`git push origin "hotfix/v$VERSION"`,
      ),
    ],
  };
}

function tag(): Step {
  return {
    title: 'Tag and publish it',
    blocks: [
      commands('do', sh`cutwater tag "$VERSION" --push`),
      commands('hand', sh`git tag -s "v$VERSION" -m "Hotfix v$VERSION"`, sh`git push origin "refs/tags/v$VERSION"`),
      commands('ci', sh`cutwater release "$VERSION"`),
      say(prose`Aliases of newer lines stay where they are.`),
    ],
  };
}

function mergeBack(policy: Policy): Step {
  const { branch } = policy.git;
  return {
    title: 'Merge it back at once',
    blocks: [
      say(prose`A fix that is only in the hotfix is lost with the next release.${openRule(policy)}`),
      commands(
        'do',
        sh`cutwater hotfix finish "$VERSION" --push`,
        sh`git checkout ${branch}`,
        sh`git merge --ff-only "merge-back/v$VERSION"`,
        sh`git push origin ${branch}`,
      ),
      commands(
        'hand',
        sh`git checkout ${branch}`,
        sh`git merge --no-ff --no-edit "hotfix/v$VERSION"`,
        sh`git push origin ${branch}`,
      ),
    ],
  };
}

function openRule({ hotfix: { mergeBack }, git: { branch } }: Policy): Inline {
  return mergeBack === 'off'
    ? prose``
    : prose` ${code('cutwater status')} shows the merge as open until ${code(branch)} contains it.`;
}
