import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, coreVersion, formatVersion, parseVersion } from '../../domain/version.ts';
import type { DocumentProblem } from '../../documents/file-plan.ts';
import { containedFault } from '../../documents/previous-stable.ts';
import { judgeOrder } from '../../estate/version-order.ts';
import { matchesGlob } from '../../policy/glob.ts';
import type { Policy } from '../../policy/policy.ts';
import type { WorkingCopyStatus } from '../../ports/working-copy.ts';

/** Where a preparation would happen. */
export interface PreparationPlace {
  readonly version: Version;
  readonly status: WorkingCopyStatus;
  readonly git: Policy['git'];
  readonly tagged: readonly Version[];
  /** Those of them that HEAD is built on. */
  readonly contained: readonly Version[];
  /** The files the preparation may change. */
  readonly files: readonly string[];
  readonly remote: RemoteBranch;
  readonly push: boolean;
}

/** The branch as the remote has it. */
export interface RemoteBranch {
  /** `here`: everything the remote has, HEAD has. `behind`: the remote has more. `unknown`: no remote, or no such branch there. */
  readonly is: 'here' | 'behind' | 'unknown';
  /** Whether the branch there is at HEAD. */
  readonly hasHead: boolean;
  /** Commits of HEAD that the remote's branch lacks, and that no preparation of this version made. */
  readonly unpushed: readonly ObjectId[];
}

/** What stands against preparing the version here: branch, version, and other changes. */
export function placeProblems(place: PreparationPlace): readonly DocumentProblem[] {
  return [...branchProblems(place), ...versionProblems(place), ...changeProblems(place)];
}

function branchProblems({ version, status, git, remote, push }: PreparationPlace): readonly DocumentProblem[] {
  const { branch, operation } = status;
  if (branch === undefined)
    return [
      { message: 'HEAD is on no branch', hint: `Run 'git switch' to the branch of the release, such as ${git.branch}` },
    ];
  const problems: DocumentProblem[] = [];
  const add = (message: string, hint: string): void => {
    problems.push({ message, hint });
  };
  if (operation !== undefined)
    add(
      `git is in the middle of a ${operation}`,
      `Finish it, or end it with 'git ${operation} ${operation === 'bisect' ? 'reset' : '--abort'}'`,
    );
  if (!git.releaseBranches.some((pattern) => matchesGlob(pattern, branch)))
    add(
      `${quote(branch)} is no branch for releases, those are ${git.releaseBranches.map(quote).join(', ')}`,
      `Run 'git switch' to one of them, or add it to git.releaseBranches`,
    );
  const named = versionOfBranch(branch);
  if (named !== undefined && compareVersions(named, coreVersion(version)) !== 0)
    add(
      `the branch ${quote(branch)} is for ${formatVersion(named)}`,
      `Prepare ${formatVersion(named)} here, or ${formatVersion(version)} on its own branch`,
    );
  if (remote.is === 'behind')
    add(
      `the remote has commits on ${quote(branch)} that are not here`,
      `Run 'git pull --rebase', look at what came, and run the command again`,
    );
  if (push && branch === git.branch && remote.is === 'here' && remote.unpushed.length > 0)
    add(
      `${remote.unpushed.length} other commits of ${quote(branch)} are not pushed yet (${remote.unpushed.map((id) => id.slice(0, 12)).join(', ')}), and --push would take them along`,
      `Push them first, or run the command without --push`,
    );
  return problems;
}

/** `hotfix/v1.2.3` is a branch for 1.2.3 and nothing else. */
function versionOfBranch(branch: string): Version | undefined {
  const parsed = parseVersion(branch.slice(branch.lastIndexOf('/') + 1).replace(/^v/, ''));
  return branch.includes('/') && parsed.is === 'ok' ? parsed.value : undefined;
}

function versionProblems({ version, status, tagged, contained }: PreparationPlace): readonly DocumentProblem[] {
  const used = tagged.map((other) => ({ version: other, where: `git tag v${formatVersion(other)}`, counts: true }));
  const order = judgeOrder(version, used);
  const fault = containedFault(version, contained);
  const wrongBranch =
    fault === undefined
      ? []
      : [
          {
            message: `${quote(status.branch ?? 'HEAD')} is the wrong place: ${fault}`,
            hint: 'Prepare a higher version here, or this one on a branch made from the last tag of its line',
          },
        ];
  switch (order?.is) {
    case undefined:
      return wrongBranch;
    case 'used':
      return [
        {
          message: `it is tagged already (${order.where.join(', ')})`,
          hint: 'Take the next version; a tag never moves',
        },
      ];
    case 'below': {
      const highest = formatVersion(order.highest.version);
      const message = `${highest} is tagged in the line ${version.major}.${version.minor}, a version above it is wanted`;
      return [
        {
          message,
          hint: `Take a version above ${highest}; where that tag is of another stream, name it in git.ignoreTags`,
        },
        ...wrongBranch,
      ];
    }
  }
}

/** What git knows nothing of cannot get into the commit, so it stands against nothing. */
function changeProblems({ status, files }: PreparationPlace): readonly DocumentProblem[] {
  const foreign = status.changes.filter(({ path, kind }) => kind !== 'untracked' && !files.includes(path));
  const half = status.changes.filter(
    ({ path, kind }) => (kind === 'half-staged' || kind === 'unmerged') && files.includes(path),
  );
  return [
    ...(foreign.length === 0
      ? []
      : [
          {
            message: `other files are changed: ${foreign
              .slice(0, 10)
              .map(({ path, kind }) => `${quote(path)} (${kind})`)
              .join(', ')}${foreign.length > 10 ? ` and ${foreign.length - 10} more` : ''}`,
            hint: "Commit them by themselves, or put them away with 'git stash'",
          },
        ]),
    ...half.map(({ path, kind }) =>
      kind === 'unmerged'
        ? { message: `${quote(path)} has conflicts of a merge`, hint: 'Solve them and finish the merge' }
        : {
            message: `the index holds another ${quote(path)} than HEAD and the disk`,
            hint: `Run 'git restore --staged' on it, and look that nothing is lost`,
          },
    ),
  ];
}
