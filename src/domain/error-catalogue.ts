import type { ErrorEntry } from './error-entry.ts';
import { serverErrors } from './server-errors.ts';

/** Every error a person can meet. `docs/errors.md` is generated from this table. */
export const errorCatalogue = {
  USAGE: { exit: 2, when: 'The command line is not understood', hint: "Run 'cutwater --help'" },
  CONFIG_MISSING: { exit: 2, when: 'There is no policy file', hint: "Run 'cutwater init' to write one" },
  CONFIG_INVALID: {
    exit: 2,
    when: 'The policy file has problems, all listed with line and column',
    hint: 'Mend the lines named above and run the command again',
  },
  NOT_A_REPOSITORY: {
    exit: 2,
    when: 'The folder is not a git repository',
    hint: 'Name the repository with --repo DIR',
  },
  INPUT_INVALID: {
    exit: 2,
    when: 'A file given to the command cannot be read as what it should be',
    hint: 'Mend the line named above',
  },
  DOCUMENT_OUTDATED: {
    exit: 3,
    when: 'A page that Cutwater writes does not say what the policy says',
    hint: "Run 'cutwater docs write' and commit the page",
  },
  WORKFLOW_OUTDATED: {
    exit: 3,
    when: 'A workflow file is not what the policy says',
    hint: "Run 'cutwater ci write' and commit the files",
  },
  VERSION_INVALID: {
    exit: 2,
    when: 'A version is not strict SemVer 2.0.0',
    hint: 'Write it as MAJOR.MINOR.PATCH or MAJOR.MINOR.PATCH-rc.N',
  },
  KEY_UNUSABLE: { exit: 2, when: 'A signing or public key cannot be read or used', hint: "Run 'cutwater doctor'" },
  TOOL_MISSING: {
    exit: 6,
    when: 'A program that is needed is not installed',
    hint: 'Install it and run the command again',
  },
  TOOL_FAILED: { exit: 1, when: 'A program ended with an error', hint: 'Read its output above' },
  TAG_MISSING: { exit: 3, when: 'The release tag does not exist', hint: "Make it with 'cutwater tag VERSION --push'" },
  TAG_EXISTS: {
    exit: 3,
    when: 'The tag to be made exists already',
    hint: 'Take the next version; a tag is never moved',
  },
  TAG_REJECTED: {
    exit: 3,
    when: 'The release tag is lightweight, unsigned, badly signed, or breaks the policy',
    hint: "Run 'cutwater status' to see each tag with its reason",
  },
  TAG_MOVED: {
    exit: 3,
    when: 'A tag differs between two places, or from what was recorded about it',
    hint: 'Find out who moved it; a released tag is never moved',
  },
  TAG_REFUSED: {
    exit: 3,
    when: 'A release tag must not be made as things stand, for more than one reason; all are listed',
    hint: 'Mend all that is listed above, then run the same command again',
  },
  VERSION_USED: {
    exit: 3,
    when: 'A version number was used before, and no number is ever used twice',
    hint: 'Take the next version',
  },
  VERSION_BELOW_LINE: {
    exit: 3,
    when: 'A version is not above everything that was ever tagged in its line',
    hint: 'Take a version above it; a withdrawn one counts too',
  },
  HOTFIX_REFUSED: {
    exit: 3,
    when: 'A hotfix cannot start at this version',
    hint: "Run 'cutwater status' to see what is published",
  },
  BRANCH_EXISTS: {
    exit: 3,
    when: 'A branch to be made exists already and is something else',
    hint: 'Look at what it is for; rename it if it is not needed',
  },
  MERGE_CONFLICT: {
    exit: 3,
    when: 'A hotfix cannot be merged back without a person',
    hint: 'Merge it by hand, then run the same command again',
  },
  HOTFIX_TOO_LARGE: {
    exit: 3,
    when: 'A hotfix changes more than the policy allows, or other paths, and no reason is given',
    hint: 'Make it smaller, or add --reason "TEXT", with --rebuild --hotfix-reason "TEXT"; it is recorded in the tag',
  },
  CLOCK_WRONG: {
    exit: 3,
    when: 'The clock here does not fit the times in the repository',
    hint: 'Set the clock of this machine, then run the same command again',
  },
  OFF_BRANCH: {
    exit: 3,
    when: 'A commit is not one that the default branch was at',
    hint: 'Name a commit of the default branch',
  },
  IMAGE_TAG_CLAIMED_TWICE: {
    exit: 3,
    when: 'Two git tags would publish the same image tag',
    hint: 'Delete the tag that was not released, or add it to git.ignoreTags',
  },
  GATE_FAILED: {
    exit: 3,
    when: 'A gate did not pass',
    hint: 'Read the log of the gate, mend the cause, and run again',
  },
  CHECKS_PENDING: {
    exit: 8,
    when: 'Checks of the forge that a release waits for still run',
    hint: 'Run the same command again once they are done',
  },
  EVIDENCE_MISSING: {
    exit: 8,
    when: 'A release waits for a result that a maintainer has to sign',
    hint: "Run 'cutwater evidence list VERSION' to see what is missing",
  },
  EVIDENCE_FAILED: {
    exit: 3,
    when: 'A maintainer signed that a validation of this build failed',
    hint: 'Mend the cause and release the next candidate',
  },
  DIGEST_CONFLICT: {
    exit: 3,
    when: 'An immutable name already holds another digest',
    hint: 'Release the next version; a published version never changes',
  },
  ALIAS_WOULD_REGRESS: {
    exit: 3,
    when: 'An alias would move to a lower version although the version it points at is not validly withdrawn',
    hint: "Run 'cutwater status' to see what is missing",
  },
  PLATFORM_LOST: {
    exit: 3,
    when: 'An image would be published with fewer platforms than the policy asks or the alias has now',
    hint: 'Build all platforms and run again',
  },
  VERIFICATION_FAILED: {
    exit: 3,
    when: 'What is published is not what was released',
    hint: 'Do not deploy it; see the failed checks above',
  },
  PROMOTION_REFUSED: {
    exit: 3,
    when: 'The bytes of a validated release candidate would not be published, or must not be',
    hint: "Release the next version, or give the reason for a new build: 'cutwater promote RC --rebuild --reason TEXT'",
  },
  NOT_PUBLISHED: { exit: 3, when: 'The version is not published', hint: "Run 'cutwater release VERSION'" },
  WITHDRAWAL_REFUSED: { exit: 3, when: 'A withdrawal or its undoing cannot be made', hint: "Run 'cutwater status'" },
  INTERRUPTED: {
    exit: 5,
    when: 'The run was stopped before it was done',
    hint: 'Run the same command again; it goes on where it stopped',
  },
  UNSTABLE: {
    exit: 5,
    when: 'Others kept changing the aliases for five rounds',
    hint: "Run 'cutwater reconcile' again",
  },
  DIGEST_MISMATCH: {
    exit: 3,
    when: 'Bytes that were received do not have the digest they should have',
    hint: 'Do not use them; check the registry and what is between',
  },
  HISTORY_SHALLOW: {
    exit: 6,
    when: 'The clone is shallow and cannot show what is asked',
    hint: "Run 'git fetch --unshallow --tags'",
  },
  DISK: { exit: 1, when: 'A file cannot be written', hint: 'Make room, or choose another folder, and run again' },
  SCAN_BROKEN: {
    exit: 6,
    when: 'The image cannot be scanned: the scanner fails, is out of date, or looked at something else',
    hint: 'Read what the scanner said, mend it, and run the same command again',
  },
  SBOM_BROKEN: {
    exit: 6,
    when: 'A program that the policy names under sbom.also does not list what is in the image: it fails, or looked at something else',
    hint: 'Read what the program said, mend it or take it out of sbom.also in cutwater.yaml, and run the same command again',
  },
  SCAN_FAILED: {
    exit: 3,
    when: 'The image has known vulnerabilities that the policy does not allow',
    hint: 'Update the packages named above, or add an exception with a reason and a last day to cutwater.yaml',
  },
  BUILD_FAILED: { exit: 1, when: 'The image cannot be built', hint: 'Mend the build and run again' },
  IMAGE_INVALID: {
    exit: 3,
    when: 'An image, or a file inside it, is not what the OCI image specification allows',
    hint: 'Do not use this image; build and publish it again',
  },
  ASSET_CONFLICT: {
    exit: 3,
    when: 'A release asset of the same name has other bytes',
    hint: 'Find out who uploaded it; assets are never overwritten',
  },
  STORE_CORRUPT: { exit: 1, when: 'A stored file is damaged', hint: 'Restore the file named above from a backup' },
  PREPARATION_REFUSED: {
    exit: 3,
    when: 'A release cannot be prepared as things stand; all reasons are listed',
    hint: 'Mend all that is listed above, then run the same command again',
  },
  WORKING_COPY_UNFIT: {
    exit: 3,
    when: 'The working copy is not what the command needs: other changes, another branch, a half-done merge',
    hint: "Run 'git status', put it in order, and run the command again",
  },
  BRANCH_MOVED: {
    exit: 3,
    when: 'The branch on the remote has commits that the one to be pushed lacks',
    hint: "Run 'git pull --rebase', look at what came, and run the command again",
  },
  LOCKED: { exit: 5, when: 'Another process holds the lock', hint: 'Wait for it to end and run again' },
  ...serverErrors,
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;
