import type { Policy } from '../../policy/policy.ts';
import type { Chapter, Step } from './document.ts';
import { commands, list, say } from './document.ts';
import { gatesOf } from './gates.ts';
import { code, prose } from './inline.ts';
import { sh } from './shell.ts';

/** A security fix or a critical regression, shipped from the last stable version and merged back. */
export function hotfix(policy: Policy): Chapter {
  return {
    title: 'Hotfix',
    blocks: [
      say(prose`For security fixes and regressions that can not wait for the next release. It begins at the stable version that
users have, not at ${code(policy.git.branch)}. Here ${code('PREVIOUS')} is that version and ${code('VERSION')} the next
free PATCH of its line: one above the highest that was ever tagged there, even if that one was withdrawn.`),
    ],
    steps: [begin(policy), mend(), check(policy), describe(policy), tag(), mergeBack(policy)],
  };
}

function begin(policy: Policy): Step {
  return {
    title: 'Begin a branch at the stable version',
    blocks: [
      commands('do', sh`cutwater hotfix start --from "$PREVIOUS"`),
      commands('hand', sh`git checkout -b "hotfix/v$VERSION" "v$PREVIOUS"`),
      say(prose`Releases may come from ${code('hotfix/')} branches because ${code('git.releaseBranches')} says so:
${code(policy.git.releaseBranches.join(', '))}.`),
    ],
  };
}

function mend(): Step {
  return {
    title: 'Make the smallest fix',
    blocks: [
      say(prose`Nothing that is not needed comes along. What is in it:`),
      commands('look', sh`git diff --stat "v$PREVIOUS"`),
    ],
  };
}

function check(policy: Policy): Step {
  return {
    title: 'Check it on the fast track',
    blocks: [
      say(prose`Run the tests the fix touches. These gates run again in the release:`),
      ...gatesOf(policy, 'hotfix'),
    ],
  };
}

function describe(policy: Policy): Step {
  return {
    title: 'Describe it',
    blocks: [
      say(
        prose`In ${code(policy.changelog)}${
          policy.upgrading === undefined ? prose`` : prose` and ${code(policy.upgrading)}`
        }, as for a stable release, on the branch of the hotfix.`,
      ),
      commands('do', sh`cutwater prepare "$VERSION"`),
    ],
  };
}

function tag(): Step {
  return {
    title: 'Tag and publish it',
    blocks: [
      commands('do', sh`cutwater tag "$VERSION" --push`),
      commands(
        'hand',
        sh`git push origin "hotfix/v$VERSION"`,
        sh`git tag -s "v$VERSION" -m "Hotfix v$VERSION"`,
        sh`git push origin "refs/tags/v$VERSION"`,
      ),
      commands('ci', sh`cutwater release "$VERSION"`),
      list(prose`Aliases of newer lines stay where they are.`),
    ],
  };
}

function mergeBack(policy: Policy): Step {
  return {
    title: 'Merge it back at once',
    blocks: [
      say(prose`A fix that is only in the hotfix is lost with the next release. ${code('cutwater status')} shows the merge as
open until ${code(policy.git.branch)} contains it.`),
      commands('do', sh`cutwater hotfix finish "$VERSION"`),
      commands(
        'hand',
        sh`git checkout ${policy.git.branch}`,
        sh`git merge --no-ff "hotfix/v$VERSION"`,
        sh`git push origin ${policy.git.branch}`,
      ),
    ],
  };
}
